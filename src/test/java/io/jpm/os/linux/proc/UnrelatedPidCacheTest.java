package io.jpm.os.linux.proc;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.os.linux.proc.ProcessSnapshot.Environment;
import io.jpm.os.linux.proc.ProcessSnapshot.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UnrelatedPidCacheTest {
  private static final long NOW = 100_000;
  private static final long LONG_AGO = 1000;
  private static final int SELF = 7;

  private final UnrelatedPidCache unrelatedPidCache = new UnrelatedPidCache(SELF);
  private final List<Integer> read = new ArrayList<>();

  private static ProcStat process(int pid, long start) {
    return new ProcStat(pid, 'S', 1, pid, pid, 0, 0, 1, start, 0, 0);
  }

  /// Takes a new snapshot and asks for the tag of the process.
  private ProcessSnapshot walk(ProcStat process, Environment environment) {
    var snapshot =
        new ProcessSnapshot(
            NOW,
            List.of(process),
            pid -> {
              read.add(pid);
              return environment;
            },
            unrelatedPidCache);
    unrelatedPidCache.keepOnly(snapshot);
    assertThat(snapshot.tagOf(process)).isEqualTo(environment.tag());
    return snapshot;
  }

  /// Takes a snapshot of all processes, in which only those of `tagged` show a tag.
  private void walk(Set<Integer> tagged, ProcStat... processes) {
    var snapshot =
        new ProcessSnapshot(
            NOW,
            List.of(processes),
            pid ->
                tagged.contains(pid)
                    ? new Environment(Optional.of("tag"), Kind.TAGGED)
                    : of(Kind.UNTAGGED),
            unrelatedPidCache,
            Arrays.stream(processes).collect(toMap(ProcStat::pid, UnrelatedPidCacheTest::inode)));
    unrelatedPidCache.keepOnly(snapshot);
    snapshot.all().forEach(snapshot::tagOf);
    unrelatedPidCache.endScan(snapshot);
  }

  private static long inode(ProcStat process) {
    return 1_000_000L + process.pid();
  }

  private boolean isOutsider(ProcStat process) {
    return unrelatedPidCache.isOutsider(process.pid(), inode(process));
  }

  private static ProcStat process(int pid, int parent, int session) {
    return new ProcStat(pid, 'S', parent, session, session, 0, 0, 1, LONG_AGO, 0, 0);
  }

  private static Environment of(Kind kind) {
    return new Environment(Optional.empty(), kind);
  }

  @Test
  void olderProcessWithoutATagIsReadOnce() {
    walk(process(10, LONG_AGO), of(Kind.UNTAGGED));
    walk(process(10, LONG_AGO), of(Kind.UNTAGGED));
    assertThat(read).containsExactly(10);
  }

  @Test
  void newProcessWithAKnownPidIsRead() {
    walk(process(10, LONG_AGO), of(Kind.UNTAGGED));
    walk(process(10, LONG_AGO + 1), new Environment(Optional.of("tag"), Kind.TAGGED));
    assertThat(read).containsExactly(10, 10);
  }

  @Test
  void youngProcessIsReadAgainBecauseItMayStillExec() {
    assertThat(walk(process(10, NOW), of(Kind.UNTAGGED)).isComplete()).isTrue();
    walk(process(10, NOW), new Environment(Optional.of("tag"), Kind.TAGGED));
    assertThat(read).containsExactly(10, 10);
  }

  @Test
  void processWithAnEmptyEnvironmentIsReadAgain() {
    assertThat(walk(process(10, NOW), of(Kind.BARE)).isComplete()).isFalse();
    assertThat(walk(process(20, LONG_AGO), of(Kind.BARE)).isComplete()).isTrue();
    walk(process(20, LONG_AGO), new Environment(Optional.of("tag"), Kind.TAGGED));
    assertThat(read).containsExactly(10, 20, 20);
  }

  @Test
  void processWithAnUntrustedTagIsReadAgain() {
    walk(process(10, LONG_AGO), of(Kind.TAGGED));
    walk(process(10, LONG_AGO), of(Kind.TAGGED));
    assertThat(read).containsExactly(10, 10);
  }

  @Test
  void endedProcessIsRemoved() {
    walk(process(10, LONG_AGO), of(Kind.UNTAGGED));
    walk(process(11, LONG_AGO), of(Kind.UNTAGGED));
    assertThat(unrelatedPidCache.has(process(10, LONG_AGO))).isFalse();
  }

  @Test
  void untaggedProcessWithUntaggedRelativesIsAnOutsider() {
    ProcStat init = process(1, 0, 1);
    ProcStat shell = process(20, 1, 20);
    ProcStat child = process(30, 20, 20);
    walk(Set.of(), init, shell, child);
    assertThat(List.of(init, shell, child)).allMatch(this::isOutsider);
    assertThat(unrelatedPidCache.isOutsider(30, inode(child) + 1))
        .as("another process with the same pid")
        .isFalse();

    // Processes that were not read are still known by their inodes.
    var later =
        new ProcessSnapshot(
            NOW,
            List.of(),
            _ -> of(Kind.UNTAGGED),
            unrelatedPidCache,
            Map.of(1, inode(init), 20, inode(shell) + 1));
    unrelatedPidCache.keepOnly(later);
    assertThat(isOutsider(init)).isTrue();
    assertThat(List.of(shell, child)).noneMatch(this::isOutsider);
  }

  @Test
  void processWithATaggedOrMissingParentOrLeaderIsNotAnOutsider() {
    ProcStat init = process(1, 0, 1);
    ProcStat app = process(20, 1, 20);
    ProcStat cleared = process(30, 20, 30);
    ProcStat grandchild = process(31, 30, 30);
    ProcStat orphanOfItsSession = process(32, 1, 20);
    ProcStat orphanOfNobody = process(33, 1, 25);
    ProcStat ofAnotherGroup = new ProcStat(34, 'S', 1, 20, 1, 0, 0, 1, LONG_AGO, 0, 0);
    walk(
        Set.of(20),
        init,
        app,
        cleared,
        grandchild,
        orphanOfItsSession,
        orphanOfNobody,
        ofAnotherGroup);
    assertThat(isOutsider(init)).isTrue();
    assertThat(
            List.of(app, cleared, grandchild, orphanOfItsSession, orphanOfNobody, ofAnotherGroup))
        .noneMatch(this::isOutsider);
  }

  @Test
  void treeOfAMainProcessWithoutItsTagIsRead() {
    ProcStat init = process(1, 0, 1);
    ProcStat main = process(20, 1, 20);
    ProcStat child = process(30, 20, 20);
    unrelatedPidCache.beginScan(Set.of(20));
    walk(Set.of(), init, main, child);
    assertThat(isOutsider(init)).isTrue();
    assertThat(List.of(main, child)).noneMatch(this::isOutsider);
  }

  @Test
  void doubtMakesAllProcessesReadAgain() {
    ProcStat init = process(1, 0, 1);
    ProcStat main = process(20, 1, 20);
    ProcStat child = process(30, 20, 20);
    walk(Set.of(), init, main, child);
    assertThat(List.of(main, child)).allMatch(this::isOutsider);
    unrelatedPidCache.clear();
    assertThat(List.of(init, main, child)).noneMatch(this::isOutsider);
    unrelatedPidCache.beginScan(Set.of(20));
    walk(Set.of(), init, main, child);
    assertThat(List.of(main, child)).noneMatch(this::isOutsider);
  }

  @Test
  void childOfTheDaemonIsReadAgainBecauseItMayStillExec() {
    ProcStat daemon = process(SELF, 0, SELF);
    ProcStat child = process(30, SELF, 30);
    walk(Set.of(), daemon, child);
    assertThat(isOutsider(daemon)).isTrue();
    assertThat(unrelatedPidCache.has(child)).isFalse();
    assertThat(isOutsider(child)).isFalse();
  }

  @Test
  void kernelThreadIsAnOutsider() {
    unrelatedPidCache.addKernelThread(2, 99);
    assertThat(unrelatedPidCache.isOutsider(2, 99)).isTrue();
  }
}
