package io.jpm.os.linux.tree;

import io.jpm.model.run.Exit;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.LeftoverProcess;
import io.jpm.os.linux.cgroup.Cgroup;
import io.jpm.os.linux.cgroup.GroupMemory;
import io.jpm.os.linux.channel.Channel;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ExitStatus;
import io.jpm.os.linux.proc.LinuxHandle;
import io.jpm.os.linux.proc.PidFd;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.Tag;
import io.jpm.os.linux.proc.TagTrust;
import io.jpm.os.linux.proc.TreeMark;
import io.jpm.os.linux.proc.ZombieExit;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A main process, held by a pidfd from its making or adoption until its end was told.
public final class LinuxChild implements Child, ProcessTree.Main {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// How long init may take to fetch the status of an adopted process before we do without it: an
  /// app that is down weighs more than how exactly its end is known.
  private static final long FETCH_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /// How Node's own messages begin; it writes `cmd` first.
  private static final String INTERNAL = "{\"cmd\":\"NODE_";

  private final ProcessIdentity identity;
  private final String tag;
  private final PidFd pidFd;
  private final ChildWatcher watcher;
  private final boolean ours;
  private final OptionalInt parent;
  private final Reactor reactor;
  private final Reaper reaper;
  private final TreeSweeper sweeper;
  private final Orphans orphans;
  private final ProcessTree tree;
  private final Reactor.Watch watch;
  private final Optional<Channel> channel;
  private final Optional<Cgroup> group;
  private final Optional<GroupMemory> memory;
  private final Consumer<LinuxChild> onEnd;

  private volatile long lastThere;
  private volatile boolean exited;
  private volatile boolean treeWanted;
  private volatile boolean treeGone;
  private volatile boolean released;
  private volatile boolean ranOutOfMemory;
  private volatile boolean left;
  private volatile Optional<LeftoverProcess> leftoverProcess = Optional.empty();

  /// Owned by the reactor.
  private boolean waitingForFetch;

  private boolean fetched;
  private boolean told;

  /// Where a child comes from.
  ///
  /// @param identity which process
  /// @param pidFd the hold on it, ours from now on
  /// @param tag the mark of its tree
  /// @param parent who has it since its daemon died and gets its orphans; empty: we made it, so
  ///   that nobody else can fetch its status or free its pid
  /// @param channel the daemon's end of its channel, ours from now on
  /// @param group that of its tree
  public record Origin(
      ProcessIdentity identity,
      PidFd pidFd,
      String tag,
      OptionalInt parent,
      OptionalInt channel,
      Optional<Cgroup> group) {}

  /// What all children of a host share.
  ///
  /// @param reactor tells of the end
  /// @param reaper fetches the status of who is traced at its end, later
  /// @param sweeper signals trees
  /// @param daemonIdentity who the daemon is
  /// @param trust on which processes tags count
  /// @param orphans tells whether a tree may have left something
  /// @param onEnd told when the child needs nothing of the host any more
  public record Surroundings(
      Reactor reactor,
      Reaper reaper,
      TreeSweeper sweeper,
      DaemonIdentity daemonIdentity,
      TagTrust trust,
      Orphans orphans,
      Consumer<LinuxChild> onEnd) {}

  public LinuxChild(Surroundings surroundings, Origin origin, ChildWatcher watcher) {
    this.identity = origin.identity;
    this.tag = origin.tag;
    this.pidFd = origin.pidFd;
    this.parent = origin.parent;
    this.ours = origin.parent.isEmpty();
    this.group = origin.group;
    this.watcher = watcher;
    this.reactor = surroundings.reactor;
    this.reaper = surroundings.reaper;
    this.sweeper = surroundings.sweeper;
    this.orphans = surroundings.orphans;
    this.onEnd = surroundings.onEnd;
    DaemonIdentity daemonIdentity = surroundings.daemonIdentity;
    TreeMembers members =
        new TreeMembers(identity, new Tag(tag), daemonIdentity.pid(), daemonIdentity.tag());
    this.tree = new ProcessTree(this, members, reactor, sweeper);
    sweeper.know(tree, ours);
    this.watch = reactor.watch(pidFd.number(), this::ready);
    this.channel =
        origin.channel.isPresent()
            ? Optional.of(
                new Channel(
                    reactor, origin.channel.getAsInt(), Tag.withoutSecret(tag), this::message))
            : Optional.empty();
    this.memory = group.map(limited -> new GroupMemory(identity.pid(), reactor, limited, watcher));
    this.lastThere = ProcReader.ticksNow();
  }

  /// Begins to watch; a process that has ended already is reported at once.
  ///
  /// @return 0 or the negative `errno`
  public int begin() {
    int result = channel.map(Channel::begin).orElse(0);
    if (result == 0) {
      result = watch.add(Libc.EPOLLIN);
    }
    if (result == 0) {
      reactor.execute(() -> orphans.prime(adopter()));
      memory.ifPresent(events -> reactor.execute(events::begin));
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
    return left && !treeGone;
  }

  @Override
  public Optional<LeftoverProcess> leftoverProcess() {
    return leftoverProcess;
  }

  @Override
  public void signalTree(Signal signal, Runnable sent) {
    treeWanted = true;
    sweeper.submit(() -> tree.order(signal, sent));
  }

  @Override
  public boolean hasKilledOthers() {
    return tree.hasKilled();
  }

  @Override
  public void signalMain(Signal signal) {
    send(signal); // it may be gone or not ours
  }

  @Override
  public int send(Signal signal) {
    return released ? -Errno.ESRCH : pidFd.send(signal);
  }

  @Override
  public boolean send(String json) {
    return channel.map(open -> open.send(json)).orElse(false);
  }

  /// As [#send(String)], with a descriptor.
  public boolean send(String json, LinuxHandle handle, Consumer<Boolean> taken) {
    return channel.map(open -> open.send(json, handle, taken)).orElse(false);
  }

  @Override
  public boolean hasChannel() {
    return channel.map(Channel::isOpen).orElse(false);
  }

  @Override
  public boolean isGrouped() {
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
      watcher.internal(json, heard);
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
      memory.ifPresent(GroupMemory::end);
      if (!ours) {
        watch.remove();
        pidFd.close();
        onEnd.accept(this);
      } // else its status is fetched when it ends, or it would stay a zombie
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
  public long lastThere() {
    return lastThere;
  }

  @Override
  public void treeIsGone() {
    treeGone = true;
    sweeper.forget(tree);
    group.ifPresent(Cgroup::remove);
    reactor.execute(() -> {
      if (!released) {
        watcher.treeGone();
      }
    });
  }

  /// Without waiting for the reactor, which has ended: the process is left alone.
  public void abandon() {
    released = true;
    sweeper.forget(tree);
    channel.ifPresent(Channel::close);
    memory.ifPresent(GroupMemory::end);
    pidFd.close();
  }

  private void ready(int events) {
    if (ours) {
      // Until the status is fetched just below, the kernel keeps the pid for the zombie.
      lastThere = ProcReader.ticksNow();
    }
    switch (ExitStatus.of(pidFd)) {
      case ExitStatus.Answer.Ended(Exit exit) -> {
        fetched = true;
        tell(exit);
      }
      case ExitStatus.Answer.NotTold(String why) ->
          tell(ZombieExit.of(identity).orElse(new Exit.Unknown(why)));
      case ExitStatus.Answer.NotYetFetched() ->
          ZombieExit.of(identity)
              .ifPresentOrElse(
                  this::tell,
                  () -> {
                    if ((events & Libc.EPOLLHUP) != 0) {
                      tell(new Exit.Unknown("this kernel tells the status to the parent only"));
                    } else {
                      waitForFetch();
                    }
                  });
    }
  }

  private void waitForFetch() {
    if (!waitingForFetch) {
      waitingForFetch = true;
      watch.change(0); // EPOLLHUP is still reported, EPOLLIN would be all the time
      reactor.after(
          FETCH_NANOS, () -> tell(new Exit.Unknown("its parent does not take the status")));
    }
  }

  private void tell(Exit exit) {
    if (told) {
      return;
    }
    told = true;
    channel.ifPresent(Channel::finish); // what it said before its end is told before its end
    watch.remove();
    pidFd.close();
    if (ours && !fetched) {
      reaper.takeLate(identity.pid());
    }
    memory.ifPresent(GroupMemory::end);
    group.ifPresent(left -> {
      ranOutOfMemory = left.hasUntoldKills();
      left.remove();
    });
    exited = true; // first: the watcher may ask for leftovers at once
    onEnd.accept(this);
    if (treeWanted) {
      sweeper.submit(tree::mainExited); // treeGone comes through the reactor, so after this call
      left = hasGroup(); // a hint: the end of the tree is told anyway
      tellExit(exit);
    } else if (hasGroup() || mayHaveOrphans()) {
      Duration ran = age();
      sweeper.look(
          tree,
          found -> {
            left = found.maybe();
            leftoverProcess =
                found.one().map(one -> new LeftoverProcess(one.pid(), one.name(), ran));
            reactor.execute(() -> tellExit(exit)); // before any treeGone, which the sweeper tells
          });
    } else {
      tellExit(exit);
    }
  }

  private void tellExit(Exit exit) {
    if (!released) {
      watcher.exited(exit);
    }
  }

  /// The group's number is the main process's pid, and in use as long as the group has a member; if
  /// only a zombie that init has not fetched.
  private boolean hasGroup() {
    return Libc.kill(-identity.pid(), 0) != -Errno.ESRCH;
  }

  private boolean mayHaveOrphans() {
    try {
      return orphans.mayHold(TreeMark.of(tag), adopter());
    } catch (RuntimeException fault) {
      LOG.log(
          Level.ERROR, "looking for what " + Tag.withoutSecret(tag) + " has left failed", fault);
      return true; // an end that nobody hears of would weigh more
    }
  }

  /// How long ago it began.
  private Duration age() {
    long ticks = Math.max(0, ProcReader.ticksNow() - identity.startTime());
    return Duration.ofMillis(ticks * 1000 / ProcReader.Ticks.PER_SECOND);
  }

  private int adopter() {
    return parent.orElseGet(Libc::parent);
  }
}
