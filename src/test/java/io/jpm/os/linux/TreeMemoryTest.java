package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.ProcessIdentity;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.testing.Eventually;
import io.jpm.testing.Leftovers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TreeMemoryTest {
  private static final long MEBI = 1 << 20;
  private static final Self SELF = new Self(9, 0, "boot", Optional.empty());

  @TempDir private Path dir;
  private HostFixture fixture;

  @BeforeEach
  void open() {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  private static ProcStat stat(int pid, int parent, int session, long pages) {
    return new ProcStat(pid, 'S', parent, session, session, 0, 0, 1, 1000 + pid, pages, 0);
  }

  private static Map<ProcessIdentity, Long> pages(
      List<ProcStat> processes, ProcessIdentity... mains) {
    var snapshot = new ProcessSnapshot(0, processes, _ -> Optional.empty());
    return new TreeMemory(snapshot, SELF).bytes(List.of(mains), 1);
  }

  private static ProcessIdentity main(int pid) {
    return new ProcessIdentity("boot", pid, 1000 + pid);
  }

  @Test
  void eachProcessOfATreeCountsOnce() {
    List<ProcStat> processes =
        List.of(
            stat(1, 0, 1, 1),
            stat(9, 1, 9, 10), // the daemon
            stat(20, 9, 20, 100), // a main process
            stat(21, 20, 20, 1_000), // its child
            stat(22, 21, 22, 10_000), // and its grandchild, in a session of its own
            stat(23, 1, 20, 100_000), // an orphan of its session
            stat(24, 23, 24, 1_000_000), // which has a child elsewhere
            stat(30, 9, 30, 10_000_000)); // another main process
    assertThat(pages(processes, main(20), main(30), main(40)))
        .isEqualTo(Map.of(main(20), 1_111_100L, main(30), 10_000_000L));
  }

  @Test
  void aDaemonThatAnAppHasStartedIsNotOfItsTree() {
    List<ProcStat> processes =
        List.of(stat(5, 1, 5, 1), stat(9, 5, 9, 10), stat(20, 9, 20, 100), stat(21, 20, 20, 1_000));
    assertThat(pages(processes, main(5), main(20)))
        .isEqualTo(Map.of(main(5), 1L, main(20), 1_100L));
  }

  @Test
  void aStrangerWithTheSamePidIsNobody() {
    List<ProcStat> processes = List.of(stat(20, 1, 20, 100));
    assertThat(pages(processes, new ProcessIdentity("boot", 20, 7))).isEmpty();
    assertThat(pages(processes, new ProcessIdentity("other", 20, 1020))).isEmpty();
  }

  @Test
  void whatAnyProcessOfATreeTakesIsSeen() throws IOException {
    Path gate = dir.resolve("gate");
    Spawned tree = fixture.start("grows.py", gate.toString(), "64", "32");
    Spawned other = fixture.start("obedient.sh");
    other.awaitReady();
    Eventually.await(
        "both are ready",
        HostFixture.DEADLINE,
        () -> HostFixture.read(tree.out()).split("ready", -1).length == 3);
    List<ProcessIdentity> mains =
        new ArrayList<>(List.of(tree.child().identity(), other.child().identity()));
    Map<ProcessIdentity, Long> before = fixture.host().treeMemory(mains);
    assertThat(before).containsOnlyKeys(mains);
    Files.createFile(gate);
    Eventually.await(
        "both hold",
        HostFixture.DEADLINE,
        () -> HostFixture.read(tree.out()).split("holding", -1).length == 3);
    Map<ProcessIdentity, Long> after = fixture.host().treeMemory(mains);
    assertThat(of(tree, after) - of(tree, before)).isBetween(94 * MEBI, 110 * MEBI);
    assertThat(Math.abs(of(other, after) - of(other, before))).isLessThan(4 * MEBI);
    assertThat(Leftovers.of(fixture.mark())).hasSizeGreaterThanOrEqualTo(4);
    tree.end();
    assertThat(fixture.host().treeMemory(mains)).containsOnlyKeys(other.child().identity());
    other.end();
  }

  private static long of(Spawned spawned, Map<ProcessIdentity, Long> bytes) {
    return Objects.requireNonNull(bytes.get(spawned.child().identity()));
  }
}
