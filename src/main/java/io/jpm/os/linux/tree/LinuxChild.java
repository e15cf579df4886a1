package io.jpm.os.linux.tree;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.LeftoverProcess;
import io.jpm.os.linux.cgroup.Cgroup;
import io.jpm.os.linux.cgroup.CgroupMemoryMonitor;
import io.jpm.os.linux.channel.Channel;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ExitStatus;
import io.jpm.os.linux.proc.LinuxHandle;
import io.jpm.os.linux.proc.PidFd;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcessTag;
import io.jpm.os.linux.proc.RlimitTag;
import io.jpm.os.linux.proc.TagVerifier;
import io.jpm.os.linux.proc.ZombieExit;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A main process that is monitored through a pidfd, from its spawn or adoption until its exit has
/// been reported.
public final class LinuxChild implements Child, ProcessTree.Main {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// How long to wait for init to reap an adopted process before its exit is reported without a
  /// status. A fast restart is more important than an exact status.
  private static final long REAP_TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /// Prefix of Node's internal messages, in which `cmd` is always the first property.
  private static final String INTERNAL = "{\"cmd\":\"NODE_";

  private final ProcessIdentity identity;
  private final String tag;
  private final PidFd pidFd;
  private final ChildWatcher watcher;
  private final boolean ownChild;
  private final OptionalInt parent;
  private final Reactor reactor;
  private final Reaper reaper;
  private final TreeSweeper sweeper;
  private final Orphans orphans;
  private final ProcessTree tree;
  private final Reactor.Watch watch;
  private final Optional<Channel> channel;
  private final Optional<Cgroup> group;
  private final Optional<CgroupMemoryMonitor> memory;
  private final Consumer<LinuxChild> onEnd;

  private volatile long lastThere;
  private volatile boolean exited;
  private volatile boolean treeWanted;
  private volatile boolean treeGone;
  private volatile boolean released;
  private volatile boolean ranOutOfMemory;
  private volatile boolean hasLeftovers;
  private volatile Optional<LeftoverProcess> leftoverProcess = Optional.empty();

  /// True while waiting for another process to reap the main process. Confined to the reactor's
  /// thread.
  private boolean waitingForFetch;

  private boolean reaped;
  private boolean exitReported;

  /// A process to monitor.
  ///
  /// @param identity the identity of the process
  /// @param pidFd the pidfd of the process, which the child closes
  /// @param tag the process tag of the tree
  /// @param parent the parent of an adopted process, which also becomes the parent of its orphans;
  ///   empty if this daemon spawned the process and must therefore reap it
  /// @param channel the daemon's end of the IPC channel, which the child closes
  /// @param group the cgroup of the tree
  public record Origin(
      ProcessIdentity identity,
      PidFd pidFd,
      String tag,
      OptionalInt parent,
      OptionalInt channel,
      Optional<Cgroup> group) {}

  /// The services that all children of a host share.
  ///
  /// @param reactor reports process exits
  /// @param reaper reaps processes that were traced when they exited
  /// @param sweeper signals trees
  /// @param trust decides which process tags are accepted
  /// @param orphans decides whether a tree may have left processes behind
  /// @param onEnd called when the child no longer needs the host
  public record Context(
      Reactor reactor,
      Reaper reaper,
      TreeSweeper sweeper,
      DaemonIdentity daemonIdentity,
      TagVerifier trust,
      Orphans orphans,
      Consumer<LinuxChild> onEnd) {}

  public LinuxChild(Context context, Origin origin, ChildWatcher watcher) {
    this.identity = origin.identity;
    this.tag = origin.tag;
    this.pidFd = origin.pidFd;
    this.parent = origin.parent;
    this.ownChild = origin.parent.isEmpty();
    this.group = origin.group;
    this.watcher = watcher;
    this.reactor = context.reactor;
    this.reaper = context.reaper;
    this.sweeper = context.sweeper;
    this.orphans = context.orphans;
    this.onEnd = context.onEnd;
    DaemonIdentity daemonIdentity = context.daemonIdentity;
    TreeMembers members =
        new TreeMembers(identity, new ProcessTag(tag), daemonIdentity.pid(), daemonIdentity.tag());
    this.tree = new ProcessTree(this, members, reactor, sweeper);
    sweeper.register(tree, ownChild);
    this.watch = reactor.watch(pidFd.descriptor(), this::ready);
    this.channel =
        origin.channel.isPresent()
            ? Optional.of(
                new Channel(
                    reactor,
                    origin.channel.getAsInt(),
                    ProcessTag.withoutSecret(tag),
                    this::message))
            : Optional.empty();
    this.memory =
        group.map(limited -> new CgroupMemoryMonitor(identity.pid(), reactor, limited, watcher));
    this.lastThere = ProcReader.ticksNow();
  }

  /// Starts monitoring. If the process has already exited, its exit is reported immediately.
  ///
  /// @return 0 or the negative `errno`
  public int start() {
    int result = channel.map(Channel::begin).orElse(0);
    if (result == 0) {
      result = watch.add(Libc.EPOLLIN);
    }
    if (result == 0) {
      reactor.execute(() -> orphans.prime(adopter()));
      memory.ifPresent(events -> reactor.execute(events::start));
    }
    return result;
  }

  @Override
  public ProcessIdentity identity() {
    return identity;
  }

  @Override
  public String tag() {
    return tag;
  }

  @Override
  public boolean hasLeftovers() {
    return hasLeftovers && !treeGone;
  }

  @Override
  public Optional<LeftoverProcess> leftoverProcess() {
    return leftoverProcess;
  }

  @Override
  public void signalTree(Signal signal, Runnable sent) {
    treeWanted = true;
    sweeper.submit(() -> tree.signal(signal, sent));
  }

  @Override
  public boolean hasKilledDescendants() {
    return tree.hasKilled();
  }

  @Override
  public void signalMain(Signal signal) {
    send(signal); // fails if the process has exited or cannot be signaled
  }

  @Override
  public int send(Signal signal) {
    return released ? -Errno.ESRCH : pidFd.send(signal);
  }

  @Override
  public boolean send(String json) {
    return channel.map(open -> open.send(json)).orElse(false);
  }

  /// Sends a message like [#send(String)] and passes a descriptor with it.
  public boolean send(String json, LinuxHandle handle, Consumer<Boolean> taken) {
    return channel.map(open -> open.send(json, handle, taken)).orElse(false);
  }

  @Override
  public boolean hasIpcChannel() {
    return channel.map(Channel::isOpen).orElse(false);
  }

  @Override
  public boolean hasCgroup() {
    return group.isPresent();
  }

  @Override
  public boolean ranOutOfMemory() {
    return ranOutOfMemory;
  }

  private void message(String json, Runnable heard) {
    if (released) {
      heard.run();
    } else if (json.startsWith(INTERNAL)) {
      watcher.nodeMessageReceived(json, heard);
    } else {
      watcher.message(json, heard);
    }
  }

  @Override
  public void release() {
    released = true;
    sweeper.forget(tree);
    reactor.execute(() -> {
      channel.ifPresent(Channel::close);
      memory.ifPresent(CgroupMemoryMonitor::stop);
      if (!ownChild) {
        watch.remove();
        pidFd.close();
        onEnd.accept(this);
      } // otherwise still watched and reaped at its end, to leave no zombie
    });
    if (treeWanted) {
      sweeper.submit(tree::forget);
    }
  }

  @Override
  public boolean hasExited() {
    return exited;
  }

  @Override
  public long lastSeenTicks() {
    return lastThere;
  }

  @Override
  public void treeGone() {
    treeGone = true;
    sweeper.forget(tree);
    group.ifPresent(Cgroup::remove);
    reactor.execute(() -> {
      if (!released) {
        watcher.treeGone();
      }
    });
  }

  /// Releases all resources without using the reactor, which has stopped. The process itself is not
  /// affected.
  public void abandon() {
    released = true;
    sweeper.forget(tree);
    channel.ifPresent(Channel::close);
    memory.ifPresent(CgroupMemoryMonitor::stop);
    pidFd.close();
  }

  private void ready(int events) {
    if (ownChild) {
      // The kernel reserves the pid for the zombie until it is reaped below.
      lastThere = ProcReader.ticksNow();
    }
    switch (ExitStatus.read(pidFd)) {
      case ExitStatus.Result.Ended(Exit exit) -> {
        reaped = true;
        reportExit(exit);
      }
      case ExitStatus.Result.Unavailable(String why) ->
          reportExit(ZombieExit.of(identity).orElse(new Exit.Unknown(why)));
      case ExitStatus.Result.NotYetReaped() ->
          ZombieExit.of(identity)
              .ifPresentOrElse(
                  this::reportExit,
                  () -> {
                    if ((events & Libc.EPOLLHUP) != 0) {
                      reportExit(
                          new Exit.Unknown(
                              "this kernel reports the exit status only to the parent process"));
                    } else {
                      waitForReap();
                    }
                  });
    }
  }

  private void waitForReap() {
    if (!waitingForFetch) {
      waitingForFetch = true;
      watch.change(0); // EPOLLHUP is still reported; EPOLLIN would fire continuously
      reactor.after(
          REAP_TIMEOUT_NANOS,
          () -> reportExit(new Exit.Unknown("its parent has not collected the exit status yet")));
    }
  }

  private void reportExit(Exit exit) {
    if (exitReported) {
      return;
    }
    exitReported = true;
    channel.ifPresent(Channel::finish); // delivers the last messages before the exit
    watch.remove();
    pidFd.close();
    if (ownChild && !reaped) {
      reaper.reapWithoutPidFd(identity.pid());
    }
    memory.ifPresent(CgroupMemoryMonitor::stop);
    group.ifPresent(left -> {
      ranOutOfMemory = left.hasUnreportedKills();
      left.remove();
    });
    exited = true; // set first: the watcher may ask for leftovers immediately
    onEnd.accept(this);
    if (treeWanted) {
      sweeper.submit(tree::mainExited); // treeGone is posted to the reactor, so after exited
      hasLeftovers = hasGroup(); // only a hint, because treeGone follows anyway
      notifyExited(exit);
    } else if (hasGroup() || mayHaveOrphans()) {
      Duration ran = age();
      sweeper.check(
          tree,
          leftoverCheck -> {
            hasLeftovers = leftoverCheck.maybe();
            leftoverProcess =
                leftoverCheck.one().map(one -> new LeftoverProcess(one.pid(), one.name(), ran));
            reactor.execute(() -> notifyExited(exit)); // before treeGone, which the sweeper posts
          });
    } else {
      notifyExited(exit);
    }
  }

  private void notifyExited(Exit exit) {
    if (!released) {
      watcher.exited(exit);
    }
  }

  /// Reports whether the process group has members. Its id is the main process's pid, which stays
  /// in use while the group has a member, even a zombie that init has not reaped.
  private boolean hasGroup() {
    return Libc.kill(-identity.pid(), 0) != -Errno.ESRCH;
  }

  private boolean mayHaveOrphans() {
    try {
      return orphans.mayHaveOrphans(RlimitTag.of(tag), adopter());
    } catch (RuntimeException fault) {
      LOG.log(
          Level.ERROR,
          "the search for leftovers of " + ProcessTag.withoutSecret(tag) + " failed",
          fault);
      return true; // otherwise the exit would never be reported
    }
  }

  /// Returns the time since the process was started.
  private Duration age() {
    long ticks = Math.max(0, ProcReader.ticksNow() - identity.startTime());
    return Duration.ofMillis(ticks * 1000 / ProcReader.Ticks.PER_SECOND);
  }

  private int adopter() {
    return parent.orElseGet(Libc::parent);
  }
}
