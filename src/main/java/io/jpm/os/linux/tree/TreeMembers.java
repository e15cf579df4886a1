package io.jpm.os.linux.tree;

import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.Tag;
import io.jpm.os.linux.proc.TreeMark;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who belongs to a tree, decided from a snapshot alone. Every rule needs proof that no stranger
/// can pass, since whoever it names is signalled:
///
/// - the session or group of the main process, as long as its pid cannot have been used again: it
///   is there (if only as a zombie), or somebody in the session is known to be ours, or was forked
///   while it was there;
/// - the tag in the environment, or where there is none the mark among the limits; both only where
///   the user or the pipes of the process confirm it ([io.jpm.os.linux.proc.TagTrust]);
/// - descent from one of these.
final class TreeMembers {
  private final ProcessIdentity main;
  private final Tag tag;
  private final TreeMark mark;
  private final int self;
  private final Optional<String> ownTag;

  /// @param main the tree's main process
  /// @param tag the tree's mark
  /// @param self the daemon's pid: never a member, and its children are not members by descent
  /// @param ownTag the mark the daemon itself carries, when an app started it
  TreeMembers(ProcessIdentity main, Tag tag, int self, Optional<String> ownTag) {
    this.main = main;
    this.tag = tag;
    this.mark = TreeMark.of(tag.text());
    this.self = self;
    this.ownTag = ownTag;
  }

  /// One process of the tree, the main process excepted.
  ///
  /// @param stat as the snapshot saw it
  /// @param byDescent whether its parent is the only proof
  record Member(ProcStat stat, boolean byDescent) {}

  /// The live members, without the main process.
  ///
  /// @param snapshot all processes
  /// @param mainThere the last tick at which the main process surely had its pid, or -1
  /// @param known tells processes that earlier sweeps found and that still run
  List<Member> in(ProcessSnapshot snapshot, long mainThere, Predicate<ProcStat> known) {
    Map<Integer, Member> found = new HashMap<>();
    snapshot
        .process(main.pid())
        .filter(stat -> stat.startTime() == main.startTime())
        .ifPresent(stat -> add(stat, false, found, snapshot));
    List<ProcStat> session =
        snapshot.all().stream()
            .filter(stat -> stat.session() == main.pid() || stat.group() == main.pid())
            .toList();
    if (found.containsKey(main.pid()) || session.stream().anyMatch(proves(mainThere, known))) {
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

  /// A process gets its session at its fork or makes one named after its own pid. So one that was
  /// forked while the main process held the pid has the session from it, and as long as it lives
  /// the kernel does not give that pid away.
  private static Predicate<ProcStat> proves(long mainThere, Predicate<ProcStat> known) {
    return stat -> stat.startTime() <= mainThere || known.test(stat);
  }

  private boolean isTagged(ProcessSnapshot snapshot, ProcStat stat) {
    if (!isCandidate(stat)) {
      return false;
    }
    // Between fork and exec a new child of the daemon still shows the daemon's environment.
    Optional<String> text =
        snapshot
            .tagOf(stat)
            .filter(own -> stat.parent() != self || !ownTag.equals(Optional.of(own)));
    return text.isPresent()
        ? tag.owns(text.get())
        : mark.owns(snapshot.markOf(stat)) && snapshot.mayBeOf(stat, tag.text());
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

  /// In the order of ending: deepest first.
  static List<Member> deepestFirst(List<Member> members, ProcessSnapshot snapshot) {
    record Placed(Member member, int depth) {}
    List<Placed> placed = new ArrayList<>();
    members.forEach(member -> placed.add(new Placed(member, snapshot.depth(member.stat()))));
    placed.sort((a, b) -> Integer.compare(b.depth(), a.depth()));
    return placed.stream().map(Placed::member).toList();
  }
}
