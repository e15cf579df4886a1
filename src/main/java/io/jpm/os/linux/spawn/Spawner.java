package io.jpm.os.linux.spawn;

import io.jpm.model.process.Exit;
import io.jpm.model.process.Signal;
import io.jpm.os.InheritedLimits;
import io.jpm.os.SpawnLock;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.cgroup.Cgroup;
import io.jpm.os.linux.channel.ChannelEnds;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.credentials.CredentialThread;
import io.jpm.os.linux.credentials.OpenFileLimit;
import io.jpm.os.linux.credentials.UserLaunch;
import io.jpm.os.linux.libc.Descriptors;
import io.jpm.os.linux.libc.DiskCalls;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.log.NamedPipe;
import io.jpm.os.linux.proc.RlimitTag;
import io.jpm.os.linux.proc.TagVerifier;
import io.jpm.os.linux.socket.LinuxListenSockets;
import io.jpm.os.linux.tree.Reaper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntSupplier;

/// Spawns a process with `posix_spawn(3)`. The child has a session of its own, default signal
/// handling, the requested streams and working directory, and no other descriptors. All descriptors
/// are opened beforehand, so that an error of the call itself can only concern the program.
public final class Spawner {
  private static final short SETSIGDEF = 0x04;
  private static final short SETSIGMASK = 0x08;
  private static final short SETSID = 0x80;

  /// Size reserved for each structure of `posix_spawn`. It exceeds the actual size on every
  /// architecture of glibc (336, 80 and 128 bytes on x86-64).
  private static final int STRUCT_BYTES = 512;

  private static final int SIGSET_BYTES = 128;

  /// The attributes for `posix_spawn`. Not modified after construction; shared by all threads.
  private final MemorySegment attributes;

  private final TagVerifier trust;
  private final Reaper reaper;
  private final LinuxListenSockets sockets;
  private final LimitGate gate;

  /// Creates a spawner for one host.
  ///
  /// @param trust records the user of each child
  /// @param reaper reaps helper processes that run alongside a child
  /// @param sockets the listening sockets that a child may inherit
  /// @param gate sets the limits of a child
  public Spawner(TagVerifier trust, Reaper reaper, LinuxListenSockets sockets, LimitGate gate) {
    this.gate = gate;
    this.trust = trust;
    this.reaper = reaper;
    this.sockets = sockets;
    Arena forever = Arena.ofAuto();
    attributes = forever.allocate(STRUCT_BYTES, 16);
    MemorySegment all = forever.allocate(SIGSET_BYTES, 8).fill((byte) 0xFF);
    MemorySegment none = forever.allocate(SIGSET_BYTES, 8);
    // Without an empty mask, a child would inherit the blocked signals of HotSpot's threads
    // (SIGQUIT).
    Libc.initAttributes(attributes, SETSIGDEF | SETSIGMASK | SETSID, all, none);
  }

  /// The result of a spawn.
  public sealed interface Outcome {
    /// A process was created as a child of the daemon. The caller must reap it.
    ///
    /// @param pid the pid of the child
    /// @param channel the daemon's end of the IPC channel, which the caller must close; empty if
    ///   there is no channel
    /// @param group the cgroup of the tree; empty if it has none of its own
    record Spawned(int pid, OptionalInt channel, Optional<Cgroup> group) implements Outcome {}

    /// No process was created.
    ///
    /// @param reason a message for the user
    /// @param temporary whether a later attempt may succeed
    record Failed(String reason, boolean temporary) implements Outcome {}
  }

  /// The open descriptors and the credentials with which a child is created.
  ///
  /// @param input the descriptor that is the child's standard input at first
  /// @param later the descriptor that becomes the child's standard input when the limit gate opens;
  ///   empty if there is no limit gate or no input pipe
  /// @param gate the descriptor with which the daemon opens the limit gate; empty if there is no
  ///   limit gate
  /// @param crowded whether the daemon must not lower its own limit on open files while it creates
  ///   the child
  private record PreparedSpawn(
      SpawnRequest request,
      ChildCredentials childCredentials,
      int input,
      OptionalInt later,
      Streams streams,
      int directory,
      Optional<ChannelEnds> ends,
      List<Integer> sockets,
      OptionalInt gate,
      boolean crowded) {
    int firstUnused() {
      return numbers().later + (later.isPresent() ? 1 : 0);
    }

    DescriptorNumbers numbers() {
      return DescriptorNumbers.of(request);
    }
  }

  /// The numbers of a child's descriptors that follow its streams and its channel.
  ///
  /// @param sockets the number of the first socket
  /// @param pipe the number of the log pipe that receives the output of a terminal
  /// @param later the number of the standard input after the gate
  private record DescriptorNumbers(int sockets, int pipe, int later) {
    static DescriptorNumbers of(SpawnRequest request) {
      int sockets = request.ipcChannel() ? Descriptors.DAEMON_CHANNEL + 1 : 3;
      int pipe = sockets + request.sockets().size();
      return new DescriptorNumbers(sockets, pipe, request.terminal() ? pipe + 1 : pipe);
    }
  }

  /// The descriptors that a child writes to.
  ///
  /// @param out standard output
  /// @param error standard error
  /// @param pipe the log pipe that receives the output of a terminal; empty if there is no
  ///   terminal. The child keeps the pipe open so that it has a reader while no daemon is running.
  private record Streams(int out, int error, OptionalInt pipe) {
    void changeOwner(int uid, int gid) {
      Libc.changeOwner(out, uid, gid);
      Libc.changeOwner(error, uid, gid);
      pipe.ifPresent(fd -> Libc.changeOwner(fd, uid, gid));
    }
  }

  /// Spawns the process that `request` describes.
  public Outcome spawn(SpawnRequest request) {
    try (Descriptors descriptors = new Descriptors();
        Arena arena = Arena.ofConfined()) {
      SpawnRefusal.checkTexts(request);
      MountNamespace.check(request);
      boolean crowded = OpenFileLimit.ofDaemon().isNearlyExhausted();
      boolean limited = crowded || gate.isNeeded(request.limits());
      SpawnRequest first =
          limited ? LimitGate.wrap(request, DescriptorNumbers.of(request).later, crowded) : request;
      PreparedSpawn preparedSpawn = open(first, limited, crowded, descriptors);
      SystemCallFilter.check(preparedSpawn.childCredentials);
      if (preparedSpawn.childCredentials.identity().isPresent()) {
        LaunchAccessCheck.check(request, preparedSpawn.childCredentials.ofFiles());
      }
      if (preparedSpawn.childCredentials.needLaunch()) {
        SpawnRefusal.checkKind(request.program());
      }
      MemorySegment actions = arena.allocate(STRUCT_BYTES, 16);
      Libc.initActions(actions);
      try {
        fill(actions, preparedSpawn);
        Outcome outcome = call(preparedSpawn, arena, actions);
        if (outcome instanceof Outcome.Spawned made) {
          outcome = limited ? limit(made, preparedSpawn) : made;
        }
        if (outcome instanceof Outcome.Spawned made) {
          made.channel.ifPresent(descriptors::handOver);
        }
        return outcome;
      } finally {
        Libc.destroyActions(actions);
      }
    } catch (SpawnLock.SpawnBusyException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()), true);
    } catch (ErrnoException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()), Errno.isTemporary(e.errno()));
    } catch (IOException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()), false);
    }
  }

  /// Sets the limits of a child. If they cannot be set, the child is killed. Because it has not
  /// executed the program yet, the spawn counts as failed.
  private Outcome limit(Outcome.Spawned made, PreparedSpawn preparedSpawn) {
    try {
      Optional<Cgroup> group =
          gate.limit(made.pid, preparedSpawn.request, preparedSpawn.childCredentials);
      preparedSpawn.gate.ifPresent(LimitGate::open);
      return new Outcome.Spawned(made.pid, made.channel, group);
    } catch (IOException refused) {
      Libc.kill(made.pid, Signal.SIGKILL.number());
      reaper.reap(made.pid);
      return new Outcome.Failed(String.valueOf(refused.getMessage()), false);
    }
  }

  private PreparedSpawn open(
      SpawnRequest request, boolean limited, boolean crowded, Descriptors descriptors)
      throws IOException {
    ChildCredentials childCredentials = ChildCredentials.of(request.runAs());
    int own = descriptors.keep(openInput(request));
    int input = own;
    OptionalInt later = OptionalInt.empty();
    OptionalInt writer = OptionalInt.empty();
    if (limited) {
      int[] pair = LimitGate.pair();
      writer = OptionalInt.of(descriptors.keep(pair[1]));
      input = descriptors.keep(pair[0]);
      later = request.input().isPresent() ? OptionalInt.of(own) : OptionalInt.empty();
    }
    int folder = descriptors.keep(openFolder(request.cwd(), childCredentials));
    Streams streams =
        request.terminal() ? terminal(request, descriptors) : pipes(request, descriptors);
    // The child may reopen /dev/stdout, which requires access permissions on the pipe itself.
    childCredentials
        .identity()
        .filter(identity -> identity.uid().isPresent())
        .ifPresent(identity -> {
          int uid = identity.uid().getAsInt();
          streams.changeOwner(uid, identity.gid());
          request.input().ifPresent(_ -> Libc.changeOwner(own, uid, identity.gid()));
        });
    Optional<ChannelEnds> ends = Optional.empty();
    if (request.ipcChannel()) {
      ChannelEnds made = ChannelEnds.open();
      int daemon = descriptors.keep(made.daemon());
      ends = Optional.of(new ChannelEnds(daemon, descriptors.keep(made.app())));
    }
    List<Integer> sockets = openSockets(request, descriptors);
    return new PreparedSpawn(
        request, childCredentials, input, later, streams, folder, ends, sockets, writer, crowded);
  }

  private List<Integer> openSockets(SpawnRequest request, Descriptors descriptors)
      throws IOException {
    List<String> keys = request.sockets();
    if (keys.size() > Descriptors.MOST_SOCKETS) {
      throw new IOException(
          "an app can inherit at most "
              + Descriptors.MOST_SOCKETS
              + " listening sockets, not "
              + keys.size());
    }
    List<Integer> open = new ArrayList<>();
    for (String key : keys) {
      open.add(descriptors.keep(sockets.duplicate(key)));
    }
    return open;
  }

  private static Streams pipes(SpawnRequest request, Descriptors descriptors) throws IOException {
    int out = descriptors.keep(NamedPipe.openForChild(request.out().fifo()));
    int error = descriptors.keep(NamedPipe.openForChild(request.error().fifo()));
    return new Streams(out, error, OptionalInt.empty());
  }

  private Streams terminal(SpawnRequest request, Descriptors descriptors) throws IOException {
    int pipe = descriptors.keep(NamedPipe.openForChild(request.out().fifo()));
    Pty pty = Pty.open();
    int slave = descriptors.keep(pty.slave());
    int master = descriptors.keep(pty.master());
    // Started before the child. If the spawn fails, this process exits when the slave is closed.
    reaper.reap(TerminalFeed.start(attributes, master, request.out().fifo()));
    return new Streams(slave, slave, OptionalInt.of(pipe));
  }

  private static void fill(MemorySegment actions, PreparedSpawn preparedSpawn) {
    Libc.addDup2(actions, preparedSpawn.input, 0);
    Libc.addDup2(actions, preparedSpawn.streams.out, 1);
    Libc.addDup2(actions, preparedSpawn.streams.error, 2);
    preparedSpawn.ends.ifPresent(ends -> {
      Libc.addDup2(actions, ends.app(), Descriptors.APP_CHANNEL);
      Libc.addDup2(actions, ends.daemon(), Descriptors.DAEMON_CHANNEL);
    });
    for (int i = 0; i < preparedSpawn.sockets.size(); i++) {
      Libc.addDup2(actions, preparedSpawn.sockets.get(i), preparedSpawn.numbers().sockets + i);
    }
    preparedSpawn.streams.pipe.ifPresent(
        pipe -> Libc.addDup2(actions, pipe, preparedSpawn.numbers().pipe));
    preparedSpawn.later.ifPresent(
        later -> Libc.addDup2(actions, later, preparedSpawn.numbers().later));
    Libc.addChangeFolder(actions, preparedSpawn.directory);
    Libc.addCloseFrom(actions, preparedSpawn.firstUnused());
    for (int i = 0;
        preparedSpawn.request.inheritToDescendants() && i < preparedSpawn.sockets.size();
        i++) {
      Libc.addDup2(
          actions,
          preparedSpawn.numbers().sockets + i,
          SpawnRequest.FIRST_INHERITED_BY_DESCENDANTS + i);
    }
  }

  private Outcome call(PreparedSpawn preparedSpawn, Arena arena, MemorySegment actions)
      throws IOException {
    SpawnRequest request = preparedSpawn.request;
    Optional<UserLaunch> launch =
        preparedSpawn.childCredentials.needLaunch()
            ? Optional.of(UserLaunch.with(preparedSpawn.childCredentials))
            : Optional.empty();
    MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
    Image image = image(preparedSpawn, launch);
    MemorySegment path = Libc.text(arena, image.program.toString());
    MemorySegment argv = strings(arena, image.argv);
    MemorySegment environment = strings(arena, image.environment);
    IntSupplier work = () -> Libc.spawn(pid, path, actions, attributes, argv, environment);
    preparedSpawn
        .childCredentials
        .identity()
        .ifPresent(identity -> identity.uid().ifPresent(uid -> trust.add(request.tag(), uid)));
    touch(request.program(), preparedSpawn.childCredentials);
    RlimitTag mark = RlimitTag.of(request.tag());
    ChildCredentials own = preparedSpawn.childCredentials.withoutIdentity();
    var confinements =
        Confinement.All.of(preparedSpawn.childCredentials, request, preparedSpawn.directory, arena);
    InheritedLimits.ProcessCreation<Integer> processCreation =
        () ->
            confinements.isEmpty()
                ? CredentialThread.callIfOther(own, work)
                : CredentialThread.call(own, confinements.before(work));
    int errno =
        SpawnLock.runExclusively(() ->
            mark.applyDuring(() ->
                preparedSpawn.crowded
                    ? processCreation.make()
                    : OpenFileLimit.ofDaemon().withInheritedLimits(processCreation)));
    if (errno < 0) {
      throw confinements.failure(-errno);
    }
    if (errno != 0) {
      return new Outcome.Failed(SpawnRefusal.explain(request, errno), Errno.isTemporary(errno));
    }
    int made = pid.get(ValueLayout.JAVA_INT, 0);
    return launch
        .flatMap(it -> failure(made, it, request))
        .orElseGet(() ->
            new Outcome.Spawned(
                made,
                preparedSpawn
                    .ends
                    .map(ends -> OptionalInt.of(ends.daemon()))
                    .orElse(OptionalInt.empty()),
                Optional.empty()));
  }

  /// The program that a child executes first.
  private record Image(Path program, List<String> argv, List<String> environment) {}

  private static Image image(PreparedSpawn preparedSpawn, Optional<UserLaunch> launch)
      throws IOException {
    SpawnRequest request = preparedSpawn.request;
    Map<String, String> environment = environment(preparedSpawn);
    if (launch.isEmpty()) {
      return new Image(request.program(), request.argv(), lines(environment));
    }
    var hidden = UserLaunch.Environment.of(environment, SpawnRequest.TAG_VARIABLE);
    List<String> argv =
        launch
            .get()
            .argv(
                preparedSpawn.childCredentials,
                Optional.empty(),
                request.program(),
                request.argv().subList(1, request.argv().size()),
                hidden);
    return new Image(launch.get().setpriv(), argv, lines(hidden.hidden()));
  }

  /// Returns the failure of a child that had to change its user and did not execute its program;
  /// empty if the child executed it.
  private static Optional<Outcome> failure(int pid, UserLaunch launch, SpawnRequest request) {
    return switch (LaunchWatch.await(pid, launch.stages(request.program()))) {
      case LaunchWatch.Outcome.Started _ -> Optional.empty();
      case LaunchWatch.Outcome.Ended(String stage, Exit exit) ->
          Optional.of(
              new Outcome.Failed(
                  SpawnRefusal.ofLaunch(request, stage, exit), !(exit instanceof Exit.Code)));
    };
  }

  /// Reads the beginning of the program file. If the disk does not respond, this thread blocks here
  /// and not while it holds the spawn lock, for which other threads wait. The read uses the
  /// credentials of the app's user, because the owner of the file may replace it with a link to any
  /// other file.
  private static void touch(Path program, ChildCredentials childCredentials) throws IOException {
    int fd =
        CredentialThread.callOn(
            program, childCredentials.ofFiles(), path -> DiskCalls.open(path, Libc.O_RDONLY));
    if (fd >= 0) {
      try (Arena arena = Arena.ofConfined()) {
        Libc.read(fd, arena.allocate(256));
      }
      Libc.close(fd);
    }
  }

  private static int openInput(SpawnRequest request) throws IOException {
    return request.input().isPresent() ? NamedPipe.openForChild(request.input().get()) : openNull();
  }

  private static int openNull() throws ErrnoException {
    int fd = Libc.open(Path.of("/dev/null"), Libc.O_RDONLY, 0);
    if (fd < 0) {
      throw new ErrnoException("cannot open /dev/null: " + Errno.message(-fd), -fd);
    }
    return fd;
  }

  /// Opens the working directory with the credentials of the app's user. This is necessary because
  /// the child starts with those of the daemon, and the owner of a parent directory may put a link
  /// there at any moment. The trailing dot makes the kernel check the permission to enter the
  /// directory.
  private static int openFolder(Path cwd, ChildCredentials childCredentials) throws IOException {
    ChildCredentials own = childCredentials.ofFiles();
    int fd = CredentialThread.callOn(cwd.resolve("."), own, DiskCalls::openFolder);
    if (fd < 0) {
      throw new ErrnoException(
          SpawnRefusal.folderSentence(cwd, -fd) + LaunchAccessCheck.of(own, -fd), -fd);
    }
    return fd;
  }

  private static Map<String, String> environment(PreparedSpawn preparedSpawn) throws IOException {
    Map<String, String> environment = new LinkedHashMap<>(preparedSpawn.request.environment());
    environment.putAll(preparedSpawn.childCredentials.environment());
    // Variables of another channel are invalid in this process and would make Node use an unrelated
    // descriptor.
    environment.keySet().removeAll(ChannelEnds.VARIABLES);
    if (preparedSpawn.ends.isPresent()) {
      environment.putAll(ChannelEnds.environment(preparedSpawn.ends.get().daemon()));
    }
    environment.put(SpawnRequest.TAG_VARIABLE, preparedSpawn.request.tag());
    return environment;
  }

  private static List<String> lines(Map<String, String> environment) {
    return environment.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .toList();
  }

  /// Returns a null-terminated array of C strings, as required by `execve(2)`.
  static MemorySegment strings(Arena arena, List<String> texts) {
    MemorySegment array = arena.allocate(ValueLayout.JAVA_LONG, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      array.setAtIndex(ValueLayout.JAVA_LONG, i, Libc.text(arena, texts.get(i)).address());
    }
    return array;
  }
}
