package io.jpm.os.linux;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.text.SurrogateEscape;
import io.jpm.os.KeeperClient;
import io.jpm.os.KeeperInstruction;
import io.jpm.os.KeeperSetup;
import io.jpm.os.linux.keeper.ExitStore;
import io.jpm.os.linux.keeper.KeeperPipe;
import io.jpm.os.linux.keeper.KeeperRecord;
import io.jpm.os.linux.keeper.KeeperSpawn;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.PollCalls;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ExitStatus;
import io.jpm.os.linux.proc.PidFd;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.socket.LinuxListenSockets;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Starts and finds the keeper process, `bin/jpm-keeper`, and sends it instructions as lines of
/// text.
final class LinuxKeeperClient implements KeeperClient {
  private static final Logger LOG = System.getLogger("jpm.os");

  private final KeeperSetup setup;
  private final Reactor reactor;
  private final DaemonIdentity daemonIdentity;
  private final Stores stores;
  private final Runnable lost;

  /// The pipe to the keeper; null while no keeper is running. Guarded by `this`.
  private @Nullable KeeperPipe pipe;

  /// The fd stores that a keeper holds for the next daemon.
  ///
  /// @param exits pidfds of processes
  /// @param sockets listening sockets
  record Stores(ExitStore exits, LinuxListenSockets sockets) {}

  /// @param lost run on the reactor's thread when the keeper has exited
  LinuxKeeperClient(
      KeeperSetup setup,
      Reactor reactor,
      DaemonIdentity daemonIdentity,
      Stores stores,
      Runnable lost) {
    this.setup = setup;
    this.reactor = reactor;
    this.daemonIdentity = daemonIdentity;
    this.stores = stores;
    this.lost = lost;
  }

  @Override
  public synchronized boolean attach() {
    int fd = PollCalls.openForWriting(setup.fifo());
    if (fd < 0) {
      return false;
    }
    open(fd);
    if (!takeStores()) {
      LOG.log(
          Level.INFO,
          "cannot determine how apps exited while no daemon was running: the kernel does not report"
              + " this, or the keeper's descriptors are not accessible");
    }
    return true;
  }

  private boolean takeStores() {
    Optional<ProcessIdentity> keeper =
        KeeperRecord.read(setup.pidFile())
            .filter(it -> it.bootId().equals(daemonIdentity.bootId()));
    if (keeper.isEmpty()) {
      return false;
    }
    try (PidFd pidFd = PidFd.open(keeper.get().pid())) {
      if (ProcReader.find(keeper.get()).isEmpty()) {
        return false;
      }
      if (!stores.sockets.takeFrom(pidFd)) {
        LOG.log(
            Level.INFO,
            "listening sockets will be lost if the daemon dies, because its keeper was started by"
                + " an earlier version or the system does not permit access to the keeper's"
                + " descriptors");
      }
      return stores.exits.takeFrom(pidFd);
    } catch (PidFd.OpenException gone) {
      return false;
    }
  }

  @Override
  public synchronized void start() throws IOException {
    int made = Libc.mkfifo(setup.fifo(), 0600);
    if (made < 0 && made != -Errno.EEXIST) {
      throw new IOException("cannot create " + setup.fifo() + ": " + Errno.message(-made));
    }
    // Both ends must be open before the keeper starts. Otherwise one side could see a pipe without
    // a peer.
    int reader = Libc.open(setup.fifo(), Libc.O_RDONLY | Libc.O_NONBLOCK, 0);
    int writer = PollCalls.openForWriting(setup.fifo());
    if (reader < 0 || writer < 0) {
      Libc.close(reader);
      Libc.close(writer);
      throw new IOException(
          "cannot use " + setup.fifo() + " as a named pipe: move or delete the file");
    }
    PollCalls.clearNonBlocking(reader);
    try {
      int pid = new KeeperSpawn(setup).spawn(reader, stores.exits.ends(), stores.sockets.ends());
      reapLater(pid);
      recordKeeper(pid);
    } catch (IOException failure) {
      Libc.close(writer);
      throw failure;
    } finally {
      Libc.close(reader);
    }
    open(writer);
  }

  /// Records the keeper for the next daemon. A failure, such as a full disk, is only logged,
  /// because the keeper works without the record.
  private void recordKeeper(int pid) {
    try (ProcReader reader = new ProcReader()) {
      Optional<ProcStat> stat = reader.stat(pid);
      if (stat.isPresent()) {
        KeeperRecord.write(
            setup.pidFile(),
            new ProcessIdentity(daemonIdentity.bootId(), pid, stat.get().startTime()));
      }
    } catch (IOException error) {
      LOG.log(
          Level.WARNING,
          "cannot write {0} ({1}): if an app exits while no daemon is running, the next daemon will"
              + " not know how",
          setup.pidFile(),
          error.toString());
    }
  }

  /// Reaps the keeper when it exits. It is a child of the daemon, so no other process can reap it.
  private void reapLater(int pid) {
    try {
      PidFd pidFd = PidFd.open(pid);
      reactor.execute(() -> new Reaping(pidFd).begin());
    } catch (PidFd.OpenException withoutDescriptor) {
      // Ignored: at worst the keeper remains as a zombie if it exits before the daemon.
    }
  }

  /// Waits until a keeper exits, then reaps it.
  private final class Reaping {
    private final PidFd pidFd;
    private final Reactor.Watch watch;

    Reaping(PidFd pidFd) {
      this.pidFd = pidFd;
      this.watch = reactor.watch(pidFd.descriptor(), _ -> reap());
    }

    void begin() {
      if (watch.add(Libc.EPOLLIN) < 0) {
        pidFd.close();
      }
    }

    private void reap() {
      watch.remove();
      ExitStatus.read(pidFd);
      pidFd.close();
    }
  }

  private void open(int writer) {
    pipe = new KeeperPipe(reactor, writer, this::keeperIsGone);
    StringBuilder lines = new StringBuilder();
    lines.append("daemon ").append(daemonIdentity.pid()).append('\n');
    set(lines, "root", setup.root().toString());
    for (String name : KeeperSetup.VARIABLES) {
      set(lines, name, setup.variables().getOrDefault(name, ""));
    }
    write(lines);
  }

  private static void set(StringBuilder lines, String name, String value) {
    if (value.indexOf('\n') < 0) {
      lines.append("set ").append(name).append(' ').append(value).append('\n');
    }
  }

  private void keeperIsGone() {
    synchronized (this) {
      pipe = null;
    }
    lost.run();
  }

  @Override
  public synchronized void send(KeeperInstruction order) {
    StringBuilder lines = new StringBuilder();
    switch (order) {
      case KeeperInstruction.Hold(List<Path> fifos) -> files(lines, "hold ", fifos);
      case KeeperInstruction.Drop(List<Path> fifos) -> files(lines, "drop ", fifos);
      case KeeperInstruction.Guard() -> lines.append("guard\n");
      case KeeperInstruction.Rest() -> lines.append("rest\n");
      case KeeperInstruction.Quit() -> lines.append("quit\n");
    }
    write(lines);
  }

  /// Appends one line per file. Paths are relative to the home, because the home's own path may
  /// contain any character, even a line feed.
  private void files(StringBuilder lines, String word, List<Path> files) {
    for (Path file : files) {
      Path shown = file.startsWith(setup.home()) ? setup.home().relativize(file) : file;
      lines.append(word).append(shown).append('\n');
    }
  }

  private void write(StringBuilder lines) {
    if (pipe != null && !lines.isEmpty()) {
      pipe.write(SurrogateEscape.toBytes(lines.toString()));
    }
  }

  @Override
  public void storeProcess(ProcessIdentity process) {
    stores.exits.ends();
    stores.exits.add(process);
  }

  @Override
  public void close() {
    KeeperPipe open;
    synchronized (this) {
      open = pipe;
      pipe = null;
    }
    if (open != null && !open.close()) {
      LOG.log(
          Level.WARNING,
          "the keeper does not respond and may restart the daemon, which is shutting down");
    }
  }
}
