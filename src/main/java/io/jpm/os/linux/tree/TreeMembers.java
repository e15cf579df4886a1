package io.jpm.os.linux.tree;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.ProcessTag;
import io.jpm.os.linux.proc.RlimitTag;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Determines which processes of a snapshot belong to a tree. Members are signaled, so each rule
/// must exclude unrelated processes. A process is a member if one of these conditions holds:
///
/// - It is in the session or process group of the main process, and the main process's pid cannot
///   have been reused. The latter is certain if the main process still exists (even as a zombie),
///   or if a process in the session is a known member or was forked while the main process existed.
/// - It carries the process tag in its environment or, if there is none, the rlimit tag. Both count
///   only if the user or the pipes of the process confirm them
///   ([io.jpm.os.linux.proc.TagVerifier]).
/// - It is a descendant of one of these.
final class TreeMembers {
  private final ProcessIdentity main;
  private final ProcessTag processTag;
  private final RlimitTag mark;
  private final int self;
  private final Optional<String> ownTag;

  /// @param main the main process of the tree
  /// @param processTag the process tag of the tree
  /// @param self the daemon's pid. The daemon is never a member, and its children are not members
  ///   by descent.
  /// @param ownTag the tag that the daemon itself carries if an app started it
  TreeMembers(ProcessIdentity main, ProcessTag processTag, int self, Optional<String> ownTag) {
    this.main = main;
    this.processTag = processTag;
    this.mark = RlimitTag.of(processTag.text());
    this.self = self;
    this.ownTag = ownTag;
  }

  /// A process of the tree other than the main process.
  ///
  /// @param stat its state in the snapshot
  /// @param byDescent whether its parent is the only proof of its membership
  record Member(ProcStat stat, boolean byDescent) {}

  /// Returns the live members except the main process.
  ///
  /// @param snapshot all processes
  /// @param mainThere the last tick at which the main process is known to have had its pid; -1 if
  ///   there is none
  /// @param known recognizes processes that earlier sweeps found and that are still running
  List<Member> find(ProcessSnapshot snapshot, long mainThere, Predicate<ProcStat> known) {
    Map<Integer, Member> found = new HashMap<>();
    snapshot
        .process(main.pid())
        .filter(stat -> stat.startTime() == main.startTime())
        .ifPresent(stat -> add(stat, false, found, snapshot));
    List<ProcStat> session =
        snapshot.all().stream()
            .filter(stat -> stat.session() == main.pid() || stat.group() == main.pid())
            .toList();
    if (found.containsKey(main.pid())
        || session.stream().anyMatch(provesSession(mainThere, known))) {
      session.forEach(stat -> add(stat, false, found, snapshot));
    }
    for (ProcStat stat : snapshot.all()) {
      if (!found.containsKey(stat.pid()) && (known.test(stat) || isTagged(snapshot, stat))) {
        add(stat, false, found, snapshot);
        if (stat.session() == main.pid()) {
          session.forEach(other -> add(other, false, found, snapshot));
        }
      }
    }
    found.remove(main.pid());
    return found.values().stream().filter(member -> member.stat().isAlive()).toList();
  }

  /// Returns a predicate for processes that prove that the session belongs to the tree. A process
  /// either inherits its session when it is forked or creates one whose id is its own pid. A
  /// process that was forked while the main process held the pid therefore received the session
  /// from the main process, and the kernel does not reuse that pid while such a process is running.
  private static Predicate<ProcStat> provesSession(long mainThere, Predicate<ProcStat> known) {
    return stat -> stat.startTime() <= mainThere || known.test(stat);
  }

  private boolean isTagged(ProcessSnapshot snapshot, ProcStat stat) {
    if (!isCandidate(stat)) {
      return false;
    }
    // Between fork and exec, a new child of the daemon still has the daemon's environment.
    Optional<String> text =
        snapshot
            .tagOf(stat)
            .filter(own -> stat.parent() != self || !ownTag.equals(Optional.of(own)));
    return text.isPresent()
        ? processTag.owns(text.get())
        : mark.owns(snapshot.rlimitTagOf(stat)) && snapshot.mayBeOf(stat, processTag.text());
  }

  private boolean isCandidate(ProcStat stat) {
    return stat.pid() > 1 && stat.pid() != self;
  }

  private void add(
      ProcStat root, boolean byDescent, Map<Integer, Member> found, ProcessSnapshot snapshot) {
    Deque<Member> open = new ArrayDeque<>();
    open.add(new Member(root, byDescent));
    while (!open.isEmpty()) {
      Member member = open.remove();
      int pid = member.stat().pid();
      if (isCandidate(member.stat()) && isStronger(member, found.get(pid))) {
        boolean walked = found.put(pid, member) != null;
        if (!walked) {
          snapshot.childrenOf(pid).forEach(child -> open.add(new Member(child, true)));
        }
      }
    }
  }

  private static boolean isStronger(Member member, @Nullable Member old) {
    return old == null || (old.byDescent() && !member.byDescent());
  }

  /// Returns the members in the order in which they are signaled, deepest first.
  static List<Member> deepestFirst(List<Member> members, ProcessSnapshot snapshot) {
    record Placed(Member member, int depth) {}
    List<Placed> placed = new ArrayList<>();
    members.forEach(member -> placed.add(new Placed(member, snapshot.depth(member.stat()))));
    placed.sort((a, b) -> Integer.compare(b.depth(), a.depth()));
    return placed.stream().map(Placed::member).toList();
  }
}
