package io.jpm.os.linux.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.ProcessSnapshot.Environment;
import io.jpm.os.linux.proc.ProcessSnapshot.Kind;
import io.jpm.os.linux.proc.ProcessTag;
import io.jpm.os.linux.proc.RlimitTag;
import io.jpm.os.linux.proc.UnrelatedPidCache;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Selects the processes that are signalled, in constructed process tables.
class TreeMembersTest {
  private static final int SELF = 50;
  private static final ProcessIdentity MAIN = new ProcessIdentity("boot", 100, 1000);

  private final List<ProcStat> table = new ArrayList<>();
  private final Map<Integer, String> tags = new HashMap<>();

  private void process(int pid, int parent, int session, long start) {
    process(pid, parent, session, start, 'S');
  }

  private void process(int pid, int parent, int session, long start, char state) {
    table.add(new ProcStat(pid, state, parent, session, session, 0, 0, 1, start, 0, 0));
  }

  private Environment environment(int pid) {
    Optional<String> tag = Optional.ofNullable(tags.get(pid));
    return new Environment(tag, tag.isPresent() ? Kind.TAGGED : Kind.UNTAGGED);
  }

  private List<Integer> members(long mainThere, Integer... known) {
    ProcessSnapshot snapshot =
        new ProcessSnapshot(2000, table, this::environment, new UnrelatedPidCache(2));
    TreeMembers members =
        new TreeMembers(MAIN, new ProcessTag("h:1:5"), SELF, Optional.of("other:7:1"));
    List<TreeMembers.Member> found =
        members.find(snapshot, mainThere, stat -> List.of(known).contains(stat.pid()));
    return TreeMembers.deepestFirst(found, snapshot).stream()
        .map(member -> member.stat().pid())
        .toList();
  }

  @Test
  void rlimitTagCountsOnlyWithProofByTheKernel() {
    process(102, 1, 102, 1002);
    process(103, 1, 103, 1003);
    long mark = RlimitTag.of("h:1:5").number();
    Set<Integer> ours = Set.of(102);
    var proofs =
        new ProcessSnapshot.TagChecks() {
          @Override
          public boolean mayBeOf(int pid, String tag) {
            return tag.equals("h:1:5") && ours.contains(pid);
          }

          @Override
          public boolean mayBeMainOf(int pid, String tag) {
            return false;
          }
        };
    var snapshot =
        new ProcessSnapshot(
            2000,
            table,
            _ -> new Environment(Optional.empty(), Kind.UNTAGGED, mark),
            new UnrelatedPidCache(2),
            Map.of(),
            proofs);
    var members = new TreeMembers(MAIN, new ProcessTag("h:1:5"), SELF, Optional.empty());
    assertThat(members.find(snapshot, -1, _ -> false))
        .extracting(member -> member.stat().pid())
        .containsExactly(102);
  }

  @Test
  void sessionAndDescendantsBelongToARunningMainProcess() {
    process(100, SELF, 100, 1000);
    process(101, 100, 100, 1001);
    process(102, 101, 102, 1002);
    process(103, 102, 102, 1003);
    process(200, 1, 200, 1000);

    assertThat(members(-1)).containsExactly(103, 102, 101);
  }

  @Test
  void reusedPidHasNoMembers() {
    process(100, 1, 100, 1500);
    process(101, 100, 100, 1501);

    assertThat(members(1200)).isEmpty();
  }

  @Test
  void sessionOfADeadMainProcessNeedsProof() {
    process(101, 1, 100, 1300);

    assertThat(members(-1)).isEmpty();
    assertThat(members(1300)).containsExactly(101);
    assertThat(members(-1, 101)).containsExactly(101);
  }

  @Test
  void oneProvenProcessProvesItsWholeSession() {
    process(101, 1, 100, 1100);
    process(102, 1, 100, 1900);
    tags.put(102, "h:1:5");

    assertThat(members(-1)).containsExactlyInAnyOrder(101, 102);
  }

  @Test
  void zombiesAreNotMembersButStillProve() {
    process(100, SELF, 100, 1000, 'Z');
    process(101, 1, 100, 1001, 'Z');
    process(102, 1, 100, 1002);

    assertThat(members(-1)).containsExactly(102);
  }

  @Test
  void daemonAndItsOtherChildrenAreNeverMembers() {
    process(SELF, 1, SELF, 10);
    process(60, SELF, 60, 20);
    process(61, SELF, 61, 20);
    tags.put(SELF, "h:1:5");
    tags.put(60, "h:2:1");
    tags.put(61, "other:7:1");

    assertThat(members(-1)).isEmpty();
  }

  @Test
  void initIsNeverAMember() {
    process(1, 0, 1, 0);
    tags.put(1, "h:1:5");
    process(2, 1, 2, 5);

    assertThat(members(-1)).isEmpty();
  }

  @Test
  void tagsOfThisAndEarlierGenerationsCount() {
    String[] texts = {"h:1:5", "h:1:4", "h:1:6", "h:11:5", "h:1:", "h:1:5:5", "x:h:1:5", "h:1:x"};
    for (int i = 0; i < texts.length; i++) {
      process(300 + i, 1, 300 + i, 1000);
      tags.put(300 + i, texts[i]);
    }

    assertThat(members(-1)).containsExactlyInAnyOrder(300, 301);
  }

  @Test
  void tagWithoutAGenerationMatchesOnlyExactly() {
    assertThat(new ProcessTag("plain").owns("plain")).isTrue();
    assertThat(new ProcessTag("plain").owns("plain:1")).isFalse();
  }
}
