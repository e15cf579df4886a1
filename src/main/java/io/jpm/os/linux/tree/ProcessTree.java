package io.jpm.os.linux.tree;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.proc.PidFd;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.ProcessTag;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A tree that is being ended: which of its processes are known, held and watched, and which signal
/// they were sent. Confined to the thread of [TreeSweeper].
///
/// A process of another user (`sudo`) cannot be signalled by the daemon. After the first attempt it
/// no longer counts as part of the tree, but its descendants do if the daemon can signal them. Each
/// new order tries again.
final class ProcessTree {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// Signals after which no SIGCONT is sent. A stopped process acts on other signals only once it
  /// is continued, `signal(7)`.
  private static final Set<Signal> NOT_WAKING =
      EnumSet.of(
          Signal.SIGKILL,
          Signal.SIGSTOP,
          Signal.SIGTSTP,
          Signal.SIGTTIN,
          Signal.SIGTTOU,
          Signal.SIGCONT);

  /// This many consecutive walks without a member prove the end of the tree, even if each walk was
  /// incomplete because other processes ended during it, which is common on a busy machine.
  private static final int ENOUGH_EMPTY_WALKS = 3;

  private final Main main;
  private final TreeMembers members;
  private final Reactor reactor;
  private final TreeSweeper sweeper;
  private final Map<ProcessKey, Held> held = new HashMap<>();
  private final Set<ProcessKey> foreign = new HashSet<>();
  private Optional<Signal> latest = Optional.empty();
  private boolean tellAll;
  private boolean exited;
  private boolean over;

  /// Run when the signals that were ordered so far have been sent.
  private final List<Runnable> waiting = new ArrayList<>();

  private volatile boolean killed;

  /// Number of consecutive walks that found no member.
  private int emptyWalks;

  ProcessTree(Main main, TreeMembers members, Reactor reactor, TreeSweeper sweeper) {
    this.main = main;
    this.members = members;
    this.reactor = reactor;
    this.sweeper = sweeper;
  }

  /// The main process of the tree.
  interface Main {
    /// Returns the identity of the process.
    ProcessIdentity identity();

    /// Returns the process tag of its tree.
    String tag();

    /// Reports whether the process has ended.
    boolean hasExited();

    /// Returns the last tick at which the process certainly held its pid, or -1.
    long lastThere();

    /// Signals only the main process.
    ///
    /// @return 0 or the negative `errno`
    int send(Signal signal);

    /// Called when a sweep has found no member.
    void treeGone();
  }

  private record ProcessKey(int pid, long startTime) {
    static ProcessKey of(ProcStat stat) {
      return new ProcessKey(stat.pid(), stat.startTime());
    }
  }

  private record Held(PidFd pidFd, Reactor.Watch watch) {}

  /// Returns the pid of the main process.
  int mainPid() {
    return main.identity().pid();
  }

  /// Orders `signal` to be sent to the whole tree.
  ///
  /// @param sent runs after the sweep that sends it
  void signal(Signal signal, Runnable sent) {
    if (over) {
      sent.run();
    } else {
      latest = Optional.of(signal);
      waiting.add(sent);
      tellAll = true;
      sweeper.begin(this);
    }
  }

  /// Called after a sweep, even a failed one: runs the callbacks that waited for it.
  void swept() {
    List<Runnable> told = List.copyOf(waiting);
    waiting.clear();
    told.forEach(Runnable::run);
  }

  /// Reports whether SIGKILL was sent to a process other than the main process. May be called from
  /// any thread.
  boolean hasKilled() {
    return killed;
  }

  /// Called when the main process has ended. If no other member is known, a sweep checks that the
  /// tree is empty.
  void mainExited() {
    sweepWhenEmpty();
  }

  /// Releases all members and leaves the processes alone.
  void forget() {
    over = true;
    sweeper.end(this);
    held.values().forEach(ProcessTree::release);
    held.clear();
    foreign.clear();
    waiting.clear();
  }

  /// Notes whether the main process has ended. Must be called before the walk, so that the walk
  /// sees everything that the main process forked.
  void beforeWalk() {
    exited = main.hasExited();
  }

  /// The result of a check for leftovers.
  ///
  /// @param maybe whether there are leftovers, or may be
  /// @param one one of the processes that were found
  record LeftoverCheck(boolean maybe, Optional<ObservedProcess> one) {
    static final LeftoverCheck UNKNOWN = new LeftoverCheck(true, Optional.empty());
  }

  /// A process that a check found.
  ///
  /// @param name as in `/proc/PID/comm`
  record ObservedProcess(int pid, String name) {}

  /// Checks for members other than the main process, without signalling them.
  LeftoverCheck check(ProcessSnapshot snapshot, ProcReader reader) {
    List<TreeMembers.Member> members = this.members.find(snapshot, main.lastThere(), this::isKnown);
    Optional<ObservedProcess> one =
        members.stream()
            .map(member -> member.stat().pid())
            .map(pid -> new ObservedProcess(pid, reader.name(pid)))
            .filter(observedProcess -> !observedProcess.name().isEmpty())
            .findFirst();
    return new LeftoverCheck(!members.isEmpty() || !snapshot.isComplete(), one);
  }

  /// Finds and signals the members, or finds that none is left.
  void sweep(ProcessSnapshot snapshot, ProcReader reader) {
    if (over || latest.isEmpty()) {
      return;
    }
    Signal signal = latest.get();
    List<TreeMembers.Member> found =
        members.find(snapshot, main.lastThere(), this::isKnown).stream()
            .filter(member -> tellAll || !foreign.contains(ProcessKey.of(member.stat())))
            .toList();
    if (found.isEmpty() && held.isEmpty() && exited) {
      proveEmpty(snapshot);
      return;
    }
    emptyWalks = 0;
    boolean appeared = tellMembers(signal, found, snapshot, reader);
    tellAll = false;
    if (appeared && signal == Signal.SIGKILL) {
      sweeper.sweepSoon(this); // a fork bomb may have forked children that the walk missed
    } else if (held.isEmpty() && exited) {
      sweeper.sweepLater(this); // the members found are gone or could not be held: walk again
    }
  }

  private void proveEmpty(ProcessSnapshot snapshot) {
    emptyWalks++;
    if (snapshot.isComplete() || emptyWalks >= ENOUGH_EMPTY_WALKS) {
      forget();
      main.treeGone();
    } else {
      sweeper.sweepLater(this);
    }
  }

  private boolean isKnown(ProcStat stat) {
    ProcessKey key = ProcessKey.of(stat);
    return held.containsKey(key) || foreign.contains(key);
  }

  /// Signals the new members, or all of them if a signal was ordered since the last sweep. All are
  /// held before the first one is signalled, because its end may move others to a new parent.
  ///
  /// @return whether there are new members that the daemon may signal
  private boolean tellMembers(
      Signal signal, List<TreeMembers.Member> found, ProcessSnapshot snapshot, ProcReader reader) {
    List<ProcStat> told = new ArrayList<>();
    List<ProcessKey> fresh = new ArrayList<>();
    for (TreeMembers.Member member : TreeMembers.deepestFirst(found, snapshot)) {
      ProcessKey key = ProcessKey.of(member.stat());
      if (held.containsKey(key)) {
        if (tellAll) {
          told.add(member.stat());
        }
      } else if (hold(member, snapshot, reader)) {
        fresh.add(key);
        told.add(member.stat());
      }
    }
    if (signal == Signal.SIGKILL) {
      // Parents first: they could restart a killed child or exit because of its end.
      tellMain(signal, snapshot);
      told.reversed().forEach(stat -> tell(stat, signal));
    } else {
      told.forEach(stat -> tell(stat, signal));
      tellMain(signal, snapshot);
    }
    return fresh.stream().anyMatch(held::containsKey);
  }

  private void tellMain(Signal signal, ProcessSnapshot snapshot) {
    if (tellAll) {
      ProcessIdentity identity = main.identity();
      if (main.send(signal) == -Errno.EPERM) {
        noteForeign(new ProcessKey(identity.pid(), identity.startTime()));
      } else if (wakes(signal)
          && snapshot.process(identity.pid()).filter(ProcStat::isStopped).isPresent()) {
        main.send(Signal.SIGCONT);
      }
    }
  }

  private void tell(ProcStat stat, Signal signal) {
    ProcessKey key = ProcessKey.of(stat);
    Held member = held.get(key);
    if (member == null) {
      return;
    }
    int result = member.pidFd().send(signal);
    if (result == 0 && signal == Signal.SIGKILL) {
      killed = true;
    }
    if (result == -Errno.EPERM) {
      held.remove(key);
      release(member);
      noteForeign(key);
    } else if (stat.isStopped() && wakes(signal)) {
      member.pidFd().send(Signal.SIGCONT);
    }
  }

  private void noteForeign(ProcessKey key) {
    if (foreign.add(key)) {
      LOG.log(
          Level.WARNING,
          "pid {0} of {1} belongs to another user and keeps running",
          Integer.toString(key.pid()),
          ProcessTag.withoutSecret(main.tag()));
    }
  }

  private static boolean wakes(Signal signal) {
    return !NOT_WAKING.contains(signal);
  }

  /// Opens a pidfd for a process and then verifies that it is still the process that was seen.
  private boolean hold(TreeMembers.Member member, ProcessSnapshot snapshot, ProcReader reader) {
    ProcStat seen = member.stat();
    PidFd pidFd;
    try {
      pidFd = PidFd.open(seen.pid());
    } catch (PidFd.OpenException goneOrOutOfDescriptors) {
      return false; // the next sweep finds it if it still exists
    }
    if (!isSame(reader, seen) || !isDescentTrue(member, snapshot, reader)) {
      pidFd.close();
      return false;
    }
    ProcessKey key = ProcessKey.of(seen);
    Reactor.Watch watch = reactor.watch(pidFd.descriptor(), events -> ended(key));
    held.put(key, new Held(pidFd, watch));
    if (watch.add(Libc.EPOLLIN | Libc.EPOLLONESHOT) < 0) {
      release(held.remove(key));
      return false;
    }
    return true;
  }

  private static boolean isSame(ProcReader reader, ProcStat seen) {
    return reader.stat(seen.pid()).filter(now -> now.startTime() == seen.startTime()).isPresent();
  }

  /// Verifies a membership by descent. A process forked during the walk may be the child of an
  /// unrelated process that has reused a member's pid, unless that member still exists.
  private static boolean isDescentTrue(
      TreeMembers.Member member, ProcessSnapshot snapshot, ProcReader reader) {
    return !member.byDescent()
        || !snapshot.isNewborn(member.stat())
        || snapshot
            .process(member.stat().parent())
            .filter(parent -> isSame(reader, parent))
            .isPresent();
  }

  private void ended(ProcessKey key) {
    sweeper.submit(() -> {
      Held gone = held.remove(key);
      if (gone != null) {
        release(gone);
        sweepWhenEmpty();
      }
    });
  }

  private void sweepWhenEmpty() {
    if (!over && held.isEmpty() && main.hasExited()) {
      sweeper.sweepSoon(this);
    }
  }

  private static void release(Held member) {
    member.watch().remove();
    member.pidFd().close();
  }
}
