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

/// A tree that is being terminated. Keeps track of the processes that are monitored and of the last
/// signal that was sent to them. Confined to the thread of [TreeSweeper].
///
/// A process of another user (`sudo`) cannot be signaled by the daemon. After the first attempt it
/// no longer counts as part of the tree, but its descendants do if the daemon can signal them. Each
/// new signal request tries to signal the process again.
final class ProcessTree {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// Signals that are not followed by SIGCONT. After other signals SIGCONT is sent, because a
  /// stopped process reacts to them only once it is continued (`signal(7)`).
  private static final Set<Signal> NOT_CONTINUED =
      EnumSet.of(
          Signal.SIGKILL,
          Signal.SIGSTOP,
          Signal.SIGTSTP,
          Signal.SIGTTIN,
          Signal.SIGTTOU,
          Signal.SIGCONT);

  /// Number of consecutive scans without a member after which the tree is considered gone, even if
  /// each scan was incomplete. A scan is incomplete if other processes exited during it, which is
  /// common on a busy machine.
  private static final int ENOUGH_EMPTY_WALKS = 3;

  private final Main main;
  private final TreeMembers members;
  private final Reactor reactor;
  private final TreeSweeper sweeper;
  private final Map<ProcessKey, Held> held = new HashMap<>();
  private final Set<ProcessKey> foreign = new HashSet<>();
  private Optional<Signal> latest = Optional.empty();
  private boolean signalAll;
  private boolean exited;
  private boolean done;

  /// Callbacks to run when the signals requested so far have been sent.
  private final List<Runnable> waiting = new ArrayList<>();

  private volatile boolean killed;

  /// Number of consecutive scans that found no member.
  private int emptyWalks;

  ProcessTree(Main main, TreeMembers members, Reactor reactor, TreeSweeper sweeper) {
    this.main = main;
    this.members = members;
    this.reactor = reactor;
    this.sweeper = sweeper;
  }

  /// The main process of the tree.
  interface Main {
    /// Returns the identity of the main process.
    ProcessIdentity identity();

    /// Returns the process tag of its tree.
    String tag();

    /// Reports whether the main process has exited.
    boolean hasExited();

    /// Returns the last tick at which the main process is known to have had its pid; -1 if there is
    /// none.
    long lastSeenTicks();

    /// Signals only the main process.
    ///
    /// @return 0 or the negative `errno`
    int send(Signal signal);

    /// Called when it is certain that the tree has no members.
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

  /// Requests that `signal` be sent to the whole tree.
  ///
  /// @param sent run after the sweep that sends the signal
  void signal(Signal signal, Runnable sent) {
    if (done) {
      sent.run();
    } else {
      latest = Optional.of(signal);
      waiting.add(sent);
      signalAll = true;
      sweeper.begin(this);
    }
  }

  /// Runs the callbacks that wait for a sweep. Called after every sweep, even a failed one.
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

  /// Called when the main process has exited. If no other member is known, a sweep checks whether
  /// the tree is empty.
  void mainExited() {
    sweepWhenEmpty();
  }

  /// Releases all members without affecting the processes.
  void forget() {
    done = true;
    sweeper.end(this);
    held.values().forEach(ProcessTree::release);
    held.clear();
    foreign.clear();
    waiting.clear();
  }

  /// Notes whether the main process has exited. Must be called before the scan, so that the scan
  /// finds everything that the main process forked.
  void beforeScan() {
    exited = main.hasExited();
  }

  /// The result of a check for leftovers.
  ///
  /// @param maybe whether there are, or may be, leftovers
  /// @param one one of the processes that were found; empty if there is none
  record LeftoverCheck(boolean maybe, Optional<ObservedProcess> one) {
    static final LeftoverCheck UNKNOWN = new LeftoverCheck(true, Optional.empty());
  }

  /// A process found by a check.
  ///
  /// @param pid the process id
  /// @param name the name as in `/proc/PID/comm`
  record ObservedProcess(int pid, String name) {}

  /// Checks for members other than the main process, without signaling them.
  LeftoverCheck check(ProcessSnapshot snapshot, ProcReader reader) {
    List<TreeMembers.Member> members =
        this.members.find(snapshot, main.lastSeenTicks(), this::isKnown);
    Optional<ObservedProcess> one =
        members.stream()
            .map(member -> member.stat().pid())
            .map(pid -> new ObservedProcess(pid, reader.name(pid)))
            .filter(observedProcess -> !observedProcess.name().isEmpty())
            .findFirst();
    return new LeftoverCheck(!members.isEmpty() || !snapshot.isComplete(), one);
  }

  /// Finds and signals the members, or determines that none is left.
  void sweep(ProcessSnapshot snapshot, ProcReader reader) {
    if (done || latest.isEmpty()) {
      return;
    }
    Signal signal = latest.get();
    List<TreeMembers.Member> found =
        members.find(snapshot, main.lastSeenTicks(), this::isKnown).stream()
            .filter(member -> signalAll || !foreign.contains(ProcessKey.of(member.stat())))
            .toList();
    if (found.isEmpty() && held.isEmpty() && exited) {
      proveEmpty(snapshot);
      return;
    }
    emptyWalks = 0;
    boolean appeared = signalMembers(signal, found, snapshot, reader);
    signalAll = false;
    if (appeared && signal == Signal.SIGKILL) {
      sweeper.sweepSoon(this); // a fork bomb may have forked children that the scan missed
    } else if (held.isEmpty() && exited) {
      sweeper.sweepLater(this); // the members have exited or could not be opened: scan again
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

  /// Signals the new members, or all members if a signal was requested since the last sweep. Pidfds
  /// of all members are opened before the first one is signaled, because its exit may reparent
  /// others.
  ///
  /// @return whether there are new members that the daemon may signal
  private boolean signalMembers(
      Signal signal, List<TreeMembers.Member> found, ProcessSnapshot snapshot, ProcReader reader) {
    List<ProcStat> told = new ArrayList<>();
    List<ProcessKey> fresh = new ArrayList<>();
    for (TreeMembers.Member member : TreeMembers.deepestFirst(found, snapshot)) {
      ProcessKey key = ProcessKey.of(member.stat());
      if (held.containsKey(key)) {
        if (signalAll) {
          told.add(member.stat());
        }
      } else if (hold(member, snapshot, reader)) {
        fresh.add(key);
        told.add(member.stat());
      }
    }
    if (signal == Signal.SIGKILL) {
      // Parents are signaled first, because they could restart a killed child or exit when it
      // exits.
      signalMain(signal, snapshot);
      told.reversed().forEach(stat -> signalMember(stat, signal));
    } else {
      told.forEach(stat -> signalMember(stat, signal));
      signalMain(signal, snapshot);
    }
    return fresh.stream().anyMatch(held::containsKey);
  }

  private void signalMain(Signal signal, ProcessSnapshot snapshot) {
    if (signalAll) {
      ProcessIdentity identity = main.identity();
      if (main.send(signal) == -Errno.EPERM) {
        noteForeign(new ProcessKey(identity.pid(), identity.startTime()));
      } else if (needsContinue(signal)
          && snapshot.process(identity.pid()).filter(ProcStat::isStopped).isPresent()) {
        main.send(Signal.SIGCONT);
      }
    }
  }

  private void signalMember(ProcStat stat, Signal signal) {
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
    } else if (stat.isStopped() && needsContinue(signal)) {
      member.pidFd().send(Signal.SIGCONT);
    }
  }

  private void noteForeign(ProcessKey key) {
    if (foreign.add(key)) {
      LOG.log(
          Level.WARNING,
          "pid {0} of {1} keeps running because it belongs to another user: stop it as root",
          Integer.toString(key.pid()),
          ProcessTag.withoutSecret(main.tag()));
    }
  }

  private static boolean needsContinue(Signal signal) {
    return !NOT_CONTINUED.contains(signal);
  }

  /// Opens a pidfd for a process, then verifies that it is still the process in the snapshot.
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

  /// Verifies that a member found by descent belongs to the tree. A process that was forked during
  /// the scan may be the child of an unrelated process that has reused a member's pid. This is
  /// ruled out if the parent in the snapshot still exists.
  private static boolean isDescentTrue(
      TreeMembers.Member member, ProcessSnapshot snapshot, ProcReader reader) {
    return !member.byDescent()
        || !snapshot.mayBeCreatedDuringScan(member.stat())
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
    if (!done && held.isEmpty() && main.hasExited()) {
      sweeper.sweepSoon(this);
    }
  }

  private static void release(Held member) {
    member.watch().remove();
    member.pidFd().close();
  }
}
