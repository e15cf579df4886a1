package io.jpm.os.linux;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.ProcessUsage;
import io.jpm.model.process.Signal;
import io.jpm.model.process.SystemUsage;
import io.jpm.model.process.TreeUsage;
import io.jpm.os.AppAccess;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.DescriptorBudget;
import io.jpm.os.KeeperClient;
import io.jpm.os.KeeperSetup;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.LogFileSystem;
import io.jpm.os.LogPipeReader;
import io.jpm.os.NotifySockets;
import io.jpm.os.ProcessHost;
import io.jpm.os.SendHandle;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.os.TcpListener;
import io.jpm.os.TreeListener;
import io.jpm.os.linux.cgroup.Cgroup;
import io.jpm.os.linux.cgroup.Cgroups;
import io.jpm.os.linux.channel.ChannelEnds;
import io.jpm.os.linux.channel.StandardInput;
import io.jpm.os.linux.credentials.LinuxAppAccess;
import io.jpm.os.linux.credentials.OpenFileLimit;
import io.jpm.os.linux.keeper.ExitStore;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.log.LinuxLogDisk;
import io.jpm.os.linux.log.LinuxLogPipes;
import io.jpm.os.linux.notify.LinuxNotifySockets;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.LinuxHandle;
import io.jpm.os.linux.proc.PidFd;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.RlimitTag;
import io.jpm.os.linux.proc.TagVerifier;
import io.jpm.os.linux.proc.ZombieExit;
import io.jpm.os.linux.socket.LinuxListenSockets;
import io.jpm.os.linux.socket.PortOwnerFinder;
import io.jpm.os.linux.socket.TcpTable;
import io.jpm.os.linux.socket.TreeSockets;
import io.jpm.os.linux.spawn.LimitGate;
import io.jpm.os.linux.spawn.Spawner;
import io.jpm.os.linux.tree.LinuxChild;
import io.jpm.os.linux.tree.LinuxLeftovers;
import io.jpm.os.linux.tree.LinuxUsage;
import io.jpm.os.linux.tree.Orphans;
import io.jpm.os.linux.tree.Reaper;
import io.jpm.os.linux.tree.TaggedMains;
import io.jpm.os.linux.tree.TreeJvms;
import io.jpm.os.linux.tree.TreeSweeper;
import io.jpm.os.linux.tree.UnknownChildReaper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The process host for Linux. It calls the C library directly. Exit statuses are exact, signals
/// never reach a process that has reused a pid, whole process trees are tracked, and log pipes
/// survive the daemon.
///
/// Call [#unsupportedReason] before creating a host. A host requires no privileges. Children keep
/// running when the host is closed or its JVM dies.
public final class LinuxProcessHost implements ProcessHost {
  private final DaemonIdentity daemonIdentity = DaemonIdentity.current();
  private final TagVerifier tagVerifier = new TagVerifier(daemonIdentity.user());
  private final Reactor reactor = new Reactor("jpm-reactor");
  private final ExitStore exits = new ExitStore();
  private final TreeSweeper sweeper = new TreeSweeper(reactor, tagVerifier, daemonIdentity);
  private final Reaper reaper = new Reaper(reactor);
  private final Cgroups groups;
  private final LinuxListenSockets sockets;
  private final Spawner spawner;
  private final Set<LinuxChild> children = ConcurrentHashMap.newKeySet();

  /// The children that can receive messages, by identity.
  private final Map<ProcessIdentity, LinuxChild> reachable = new ConcurrentHashMap<>();

  private final Orphans orphans = new Orphans(daemonIdentity, tagVerifier);
  private final LinuxChild.Context childContext =
      new LinuxChild.Context(
          reactor, reaper, sweeper, daemonIdentity, tagVerifier, orphans, this::forget);
  private final LinuxLogPipes logPipes = new LinuxLogPipes();
  private final LinuxNotifySockets noticeSockets = new LinuxNotifySockets(daemonIdentity);
  private final LinuxUsage trees =
      new LinuxUsage(
          daemonIdentity,
          sweeper::unrelatedProcesses,
          new UnknownChildReaper(daemonIdentity, reaper, reachable::containsKey));
  private final LinuxLogDisk logDisk = new LinuxLogDisk();
  private final LinuxAppAccess appAccess = new LinuxAppAccess();

  /// Creates the host for a daemon without a home.
  public LinuxProcessHost() {
    this(Optional.empty());
  }

  /// Creates the host and starts the two threads that wait for exits and for output.
  ///
  /// @param home the daemon's home, which is the prefix of its process tags
  public LinuxProcessHost(Path home) {
    this(Optional.of(home));
  }

  private LinuxProcessHost(Optional<Path> home) {
    this(home, new Cgroups());
  }

  /// @param groups creates the cgroups of apps
  LinuxProcessHost(Optional<Path> home, Cgroups groups) {
    this.groups = groups;
    home.ifPresent(tagVerifier::restrictToHome);
    this.sockets =
        new LinuxListenSockets(
            new PortOwnerFinder(home, daemonIdentity, tagVerifier), daemonIdentity);
    this.spawner = new Spawner(tagVerifier, reaper, sockets, new LimitGate(groups));
    Libc.resetSigchld();
    OpenFileLimit.ofDaemon().raise();
    RlimitTag.clearOwn();
  }

  /// Returns the reason why this host cannot be used on this system, as a clause for the log and
  /// `jpm doctor`; empty if it can be used.
  public static Optional<String> unsupportedReason() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return Optional.of("the system is " + System.getProperty("os.name") + ", not Linux");
    }
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    if (!arch.equals("amd64") && !arch.equals("aarch64")) {
      return Optional.of("the processor is " + arch + ", not x86-64 or arm64");
    }
    try {
      Optional<String> missing = Libc.missingFunction();
      return missing.isPresent()
          ? missing.map(name -> "the C library has no function " + name)
          : kernelLacks();
    } catch (RuntimeException | ExceptionInInitializerError e) {
      return Optional.of("the JVM cannot call native functions: " + e.getMessage());
    }
  }

  private static Optional<String> kernelLacks() {
    int pid = (int) ProcessHandle.current().pid();
    try {
      PidFd.open(pid).close();
    } catch (PidFd.OpenException e) {
      return Optional.of("pidfd_open does not work: " + Errno.message(e.errno()));
    }
    return Files.isReadable(Path.of("/proc/" + pid + "/stat"))
        ? Optional.empty()
        : Optional.of("/proc is not mounted or cannot be read");
  }

  @Override
  public SpawnResult spawn(SpawnRequest request, ChildWatcher watcher) {
    return switch (spawner.spawn(request)) {
      case Spawner.Outcome.Failed(String reason, boolean temporary) ->
          new SpawnResult.Refused(reason, temporary);
      case Spawner.Outcome.Spawned spawned -> watchMade(spawned, request, watcher);
    };
  }

  private SpawnResult watchMade(
      Spawner.Outcome.Spawned spawned, SpawnRequest request, ChildWatcher watcher) {
    int pid = spawned.pid();
    // The pid cannot be reused before the daemon reaps the process, even if the process has already
    // exited.
    Optional<Long> startTime;
    try (ProcReader reader = new ProcReader()) {
      startTime = reader.stat(pid).map(ProcStat::startTime);
    }
    if (startTime.isEmpty()) {
      spawned.channel().ifPresent(Libc::close);
      return undo(spawned, request, "the daemon has too many open files");
    }
    ProcessIdentity identity = new ProcessIdentity(daemonIdentity.bootId(), pid, startTime.get());
    OptionalInt channel = moveUp(spawned.channel());
    try {
      LinuxChild.Origin origin =
          new LinuxChild.Origin(
              identity,
              PidFd.openLongLived(pid),
              request.tag(),
              OptionalInt.empty(),
              channel,
              spawned.group());
      return watch(origin, watcher)
          .<SpawnResult>map(SpawnResult.Started::new)
          .orElseGet(() ->
              undo(
                  spawned,
                  request,
                  "the limit on epoll watches has been reached (fs.epoll.max_user_watches)"));
    } catch (PidFd.OpenException e) {
      channel.ifPresent(Libc::close);
      return undo(spawned, request, Errno.message(e.errno()));
    }
  }

  private static OptionalInt moveUp(OptionalInt channel) {
    return channel.isPresent()
        ? OptionalInt.of(OpenFileLimit.ofDaemon().moveUp(channel.getAsInt()))
        : channel;
  }

  private SpawnResult undo(Spawner.Outcome.Spawned spawned, SpawnRequest request, String reason) {
    Libc.kill(spawned.pid(), Signal.SIGKILL.number());
    reaper.reap(spawned.pid());
    return new SpawnResult.Refused(
        request.program() + " was killed because it cannot be monitored: " + reason, true);
  }

  private Optional<Child> watch(LinuxChild.Origin origin, ChildWatcher watcher) {
    LinuxChild child = new LinuxChild(childContext, origin, watcher);
    children.add(child);
    reachable.put(origin.identity(), child);
    if (child.start() < 0) {
      forget(child);
      child.abandon();
      return Optional.empty();
    }
    return Optional.of(child);
  }

  private void forget(LinuxChild child) {
    children.remove(child);
    reachable.remove(child.identity(), child);
  }

  @Override
  public boolean send(ProcessIdentity process, String json) {
    LinuxChild child = reachable.get(process);
    return child != null && child.send(json);
  }

  @Override
  public boolean send(
      ProcessIdentity process, String json, SendHandle sendHandle, Consumer<Boolean> taken) {
    LinuxChild child = reachable.get(process);
    return child != null && sendHandle instanceof LinuxHandle ours && child.send(json, ours, taken);
  }

  @Override
  public Optional<String> writeInput(Path input, byte[] bytes) {
    return StandardInput.write(input, bytes);
  }

  @Override
  public Optional<Child> adopt(ProcessIdentity identity, String tag, ChildWatcher watcher) {
    if (!identity.bootId().equals(daemonIdentity.bootId())) {
      return Optional.empty();
    }
    try {
      PidFd pidFd = PidFd.openLongLived(identity.pid());
      // Must be checked after the descriptor was opened. Only then does the start time prove that
      // the descriptor refers to this process.
      Optional<ProcStat> process = ProcReader.find(identity).filter(ProcStat::isAlive);
      if (process.isEmpty()) {
        pidFd.close();
        return Optional.empty();
      }
      OptionalInt parent = OptionalInt.of(process.get().parent());
      try (ProcReader reader = new ProcReader()) {
        tagVerifier.add(tag, reader.realUser(identity.pid()));
      }
      OptionalInt channel =
          moveUp(ChannelEnds.recover(pidFd, identity.pid(), daemonIdentity.user()));
      var origin =
          new LinuxChild.Origin(identity, pidFd, tag, parent, channel, groups.of(identity.pid()));
      return watch(origin, watcher);
    } catch (PidFd.OpenException openException) {
      if (openException.errno() != Errno.ESRCH) {
        // If the process were reported as gone, the daemon would start it a second time.
        throw new IllegalStateException(
            "cannot adopt pid %d: %s (ulimit -n is %d)"
                .formatted(
                    identity.pid(),
                    openException.getMessage(),
                    OpenFileLimit.ofDaemon().budget().limit()));
      }
      return Optional.empty();
    }
  }

  /// Returns the exact exit if the parent of the process has not reaped it yet, or if the keeper
  /// holds its pidfd.
  @Override
  public Exit exitOf(ProcessIdentity identity) {
    Optional<Exit> exit =
        identity.bootId().equals(daemonIdentity.bootId())
            ? ZombieExit.of(identity)
            : Optional.empty();
    return exit.or(() -> exits.exitOf(identity))
        .orElseGet(() -> ProcessHost.super.exitOf(identity));
  }

  @Override
  public void acknowledgeExits() {
    exits.releaseDead();
  }

  @Override
  public boolean ranOutOfMemory(String tag) {
    return groups.of(tag).map(Cgroup::hasUnreportedKills).orElse(false);
  }

  @Override
  public Optional<KeeperClient> keeperClient(KeeperSetup setup, Runnable lost) {
    return Optional.of(
        new LinuxKeeperClient(
            setup, reactor, daemonIdentity, new LinuxKeeperClient.Stores(exits, sockets), lost));
  }

  @Override
  public Child adoptLeftovers(ProcessIdentity gone, String tag, ChildWatcher watcher) {
    return new LinuxLeftovers(childContext, gone, tag, watcher);
  }

  @Override
  public List<Child> withLeftovers(List<Child> trees) {
    try (ProcReader reader = new ProcReader()) {
      ProcessSnapshot snapshot = ProcessSnapshot.take(reader, tagVerifier);
      return trees.stream()
          .filter(tree ->
              tree instanceof LinuxLeftovers left
                  ? left.hasLeftovers(snapshot)
                  : tree.hasLeftovers())
          .toList();
    }
  }

  @Override
  public Map<String, ProcessIdentity> findTagged(String tagPrefix) {
    try (ProcReader reader = new ProcReader()) {
      ProcessSnapshot snapshot = ProcessSnapshot.take(reader, tagVerifier);
      Map<String, ProcessIdentity> found = new HashMap<>();
      TaggedMains.find(snapshot, daemonIdentity.pid(), tagPrefix)
          .forEach((tag, main) ->
              found.put(
                  tag, new ProcessIdentity(daemonIdentity.bootId(), main.pid(), main.startTime())));
      return Map.copyOf(found);
    }
  }

  @Override
  public Map<String, List<ProcessIdentity>> findAllTagged(String tagPrefix) {
    try (ProcReader reader = new ProcReader()) {
      ProcessSnapshot snapshot = ProcessSnapshot.take(reader, tagVerifier);
      Map<String, List<ProcessIdentity>> found = new HashMap<>();
      Set<String> proved = new HashSet<>();
      for (ProcStat process : snapshot.all()) {
        if (process.pid() != daemonIdentity.pid()) {
          snapshot
              .tagOf(process)
              .filter(tag -> tag.startsWith(tagPrefix))
              .ifPresent(tag -> {
                found
                    .computeIfAbsent(tag, _ -> new ArrayList<>())
                    .add(
                        new ProcessIdentity(
                            daemonIdentity.bootId(), process.pid(), process.startTime()));
                if (!proved.contains(tag) && snapshot.mayBeMainOf(process, tag)) {
                  proved.add(tag);
                }
              });
        }
      }
      // A process of another user can carry any tag. A tag therefore counts only if one of its
      // processes is confirmed as the main process.
      found.keySet().retainAll(proved);
      return found;
    }
  }

  @Override
  public Optional<String> environmentVariable(ProcessIdentity process, String name) {
    try (ProcReader reader = new ProcReader()) {
      // The user must be checked after the environment was read. If the process then belongs to the
      // daemon's user, no other user can have set its environment.
      return reader
          .variable(process.pid(), name)
          .filter(_ ->
              tagVerifier.isOwn(process.pid(), reader)
                  && reader
                      .stat(process.pid())
                      .filter(stat -> stat.startTime() == process.startTime())
                      .isPresent());
    }
  }

  @Override
  public Optional<DescriptorBudget> descriptorBudget() {
    return Optional.of(OpenFileLimit.ofDaemon().budget());
  }

  @Override
  public Optional<LogPipeReader> logPipeReader() {
    return Optional.of(logPipes);
  }

  @Override
  public Optional<ListenSocketRegistry> listenSockets() {
    return Optional.of(sockets);
  }

  @Override
  public Optional<NotifySockets> notifySockets() {
    return Optional.of(noticeSockets);
  }

  @Override
  public boolean requestThreadDump(ProcessIdentity main) {
    return TreeJvms.request(main, daemonIdentity);
  }

  @Override
  public LogFileSystem logFileSystem() {
    return logDisk;
  }

  @Override
  public AppAccess appAccess() {
    return appAccess;
  }

  @Override
  public Optional<ProcessUsage> usage(ProcessIdentity identity) {
    if (!identity.bootId().equals(daemonIdentity.bootId())) {
      return Optional.empty();
    }
    return ProcReader.find(identity).filter(ProcStat::isAlive).map(Units::usage);
  }

  @Override
  public Map<ProcessIdentity, TreeUsage> treeUsage(
      Collection<ProcessIdentity> mains, TreeUsage.Detail detail) {
    return trees.read(mains, detail);
  }

  @Override
  public Optional<SystemUsage> systemUsage() {
    return LinuxUsage.ofSystem();
  }

  @Override
  public List<TreeListener> listenersOf(ProcessIdentity main) {
    return new TreeSockets(main, daemonIdentity).listening();
  }

  @Override
  public Set<TcpListener> listeners() {
    return TcpTable.of(daemonIdentity.pid(), Set.of(TcpTable.LISTEN)).stream()
        .map(row -> new TcpListener(row.address(), row.inode()))
        .collect(Collectors.toSet());
  }

  @Override
  public Set<Long> sockets(ProcessIdentity main) {
    return new TreeSockets(main, daemonIdentity).all();
  }

  @Override
  public int connections(ProcessIdentity main, Set<Integer> ports) {
    return new TreeSockets(main, daemonIdentity).connections(ports);
  }

  @Override
  public void releaseIdleMemory() {
    try {
      MemoryTrimmer.release();
    } catch (IOException withoutSmaps) {
      // Ignored: the only effect is higher memory usage. Some containers hide the file.
    }
  }

  @Override
  public void close() {
    sweeper.close();
    noticeSockets.close();
    sockets.close();
    logPipes.close();
    reactor.close();
    orphans.close();
    List.copyOf(children).forEach(LinuxChild::abandon);
    reaper.close();
    children.clear();
    reachable.clear();
    exits.close();
    trees.close();
  }

  /// Constants that are read from the C library on first use.
  private static final class Units {
    private static final long PAGE_BYTES = Libc.pageBytes();
    private static final long NANOS_PER_TICK = 1_000_000_000L / ProcReader.Ticks.PER_SECOND;

    private Units() {}

    static ProcessUsage usage(ProcStat stat) {
      return new ProcessUsage(stat.residentPages() * PAGE_BYTES, stat.cpuTicks() * NANOS_PER_TICK);
    }
  }
}
