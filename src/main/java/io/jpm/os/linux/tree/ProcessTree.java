package io.jpm.os.linux.tree;

import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.Signal;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.proc.PidFd;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.Tag;
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

/// One tree on its way out: which of its processes are known, held and watched, and what they were
/// told. Owned by the thread of [TreeSweeper].
///
/// A process that belongs to another user (`sudo`) cannot be ended by us, and is no part of the
/// tree after the first attempt; what it forked is, where it is ours. Each order tries anew.
final class ProcessTree {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// A stopped process acts on a signal only when it is continued, `signal(7)`; these are to stop
  /// or continue it, or kill it anyway.
  private static final Set<Signal> NOT_WAKING =
      EnumSet.of(
          Signal.SIGKILL,
          Signal.SIGSTOP,
          Signal.SIGTSTP,
          Signal.SIGTTIN,
          Signal.SIGTTOU,
          Signal.SIGCONT);

  /// So many walks in a row that find nobody are a proof, even though processes end in each of
  /// them, as they do all the time on a busy machine.
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

  /// Who wants to know that the signals ordered so far were sent.
  private final List<Runnable> waiting = new ArrayList<>();

  private volatile boolean killed;

  /// How many walks in a row have found nobody.
  private int emptyWalks;

  ProcessTree(Main main, TreeMembers members, Reactor reactor, TreeSweeper sweeper) {
    this.main = main;
    this.members = members;
    this.reactor = reactor;
    this.sweeper = sweeper;
  }

  /// The process that the tree grew from.
  interface Main {
    /// Which one it is.
    ProcessIdentity identity();

    /// The mark of its tree.
    String tag();

    /// Whether it has ended.
    boolean hasExited();

    /// The last tick at which it surely had its pid, or -1.
    long lastThere();

    /// Signals it alone.
    ///
    /// @return 0 or the negative `errno`
    int send(Signal signal);

    /// Called when a sweep found nobody.
    void treeIsGone();
  }

  private record ProcessKey(int pid, long startTime) {
    static ProcessKey of(ProcStat stat) {
      return new ProcessKey(stat.pid(), stat.startTime());
    }
  }

  private record Held(PidFd pidFd, Reactor.Watch watch) {}

  /// The number of the process that it grew from.
  int mainPid() {
    return main.identity().pid();
  }

  /// All of the tree is to get `signal`.
  ///
  /// @param sent run after the sweep that sends it
  void order(Signal signal, Runnable sent) {
    if (over) {
      sent.run();
    } else {
      latest = Optional.of(signal);
      waiting.add(sent);
      tellAll = true;
      sweeper.begin(this);
    }
  }

  /// The sweep is over, well or not: whoever waits for it goes on.
  void swept() {
    List<Runnable> told = List.copyOf(waiting);
    waiting.clear();
    told.forEach(Runnable::run);
  }

  /// Whether a process beside the main process was sent SIGKILL. From any thread.
  boolean hasKilled() {
    return killed;
  }

  /// The main process has ended; when nothing else is known, the end of the tree is to be proved.
  void mainExited() {
    sweepWhenEmpty();
  }

  /// Forgets everything; the processes are left alone.
  void forget() {
    over = true;
    sweeper.end(this);
    held.values().forEach(ProcessTree::release);
    held.clear();
    foreign.clear();
    waiting.clear();
  }

  /// To be called before the walk: what the main process forked before its end must be in it.
  void beforeWalk() {
    exited = main.hasExited();
  }

  /// What a look has found.
  ///
  /// @param maybe whether something is left, or may be
  /// @param one of what was seen
  record Found(boolean maybe, Optional<Seen> one) {
    static final Found UNKNOWN = new Found(true, Optional.empty());
  }

  /// A process that was seen.
  ///
  /// @param name as in `/proc/PID/comm`
  record Seen(int pid, String name) {}

  /// Looks whether anything beside the main process is there, and does nothing about it.
  Found look(ProcessSnapshot snapshot, ProcReader reader) {
    List<TreeMembers.Member> members = this.members.in(snapshot, main.lastThere(), this::isKnown);
    Optional<Seen> one =
        members.stream()
            .map(member -> member.stat().pid())
            .map(pid -> new Seen(pid, reader.name(pid)))
            .filter(seen -> !seen.name().isEmpty())
            .findFirst();
    return new Found(!members.isEmpty() || !snapshot.isWhole(), one);
  }

  /// Finds and signals the members, or finds that there are none left.
  void sweep(ProcessSnapshot snapshot, ProcReader reader) {
    if (over || latest.isEmpty()) {
      return;
    }
    Signal signal = latest.get();
    List<TreeMembers.Member> found =
        members.in(snapshot, main.lastThere(), this::isKnown).stream()
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
      sweeper.sweepSoon(this); // a fork bomb may have got children past the walk
    } else if (held.isEmpty() && exited) {
      sweeper.sweepLater(this); // found, but gone or not to be held: look again
    }
  }

  private void proveEmpty(ProcessSnapshot snapshot) {
    emptyWalks++;
    if (snapshot.isWhole() || emptyWalks >= ENOUGH_EMPTY_WALKS) {
      forget();
      main.treeIsGone();
    } else {
      sweeper.sweepLater(this);
    }
  }

  private boolean isKnown(ProcStat stat) {
    ProcessKey key = ProcessKey.of(stat);
    return held.containsKey(key) || foreign.contains(key);
  }

  /// Signals the new members, or all when that was asked for. All are held before the first is
  /// signalled: its end may make others move.
  ///
  /// @return whether there are new ones that we may signal
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
      // Parents first: they would start anew what was killed, or take its end for a reason to exit.
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
          "pid {0} of {1} belongs to another user and lives on",
          Integer.toString(key.pid()),
          Tag.withoutSecret(main.tag()));
    }
  }

  private static boolean wakes(Signal signal) {
    return !NOT_WAKING.contains(signal);
  }

  /// Takes hold of a process and only then makes sure that it is still the one that was seen.
  private boolean hold(TreeMembers.Member member, ProcessSnapshot snapshot, ProcReader reader) {
    ProcStat seen = member.stat();
    PidFd pidFd;
    try {
      pidFd = PidFd.open(seen.pid());
    } catch (PidFd.Failure goneOrOutOfDescriptors) {
      return false; // the sweep after this one finds it if it is still there
    }
    if (!isSame(reader, seen) || !isDescentTrue(member, snapshot, reader)) {
      pidFd.close();
      return false;
    }
    ProcessKey key = ProcessKey.of(seen);
    Reactor.Watch watch = reactor.watch(pidFd.number(), events -> ended(key));
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

  /// A process made while the walk went on may be the child of a stranger that got a member's pid
  /// in that time; not so when the member is still there.
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
