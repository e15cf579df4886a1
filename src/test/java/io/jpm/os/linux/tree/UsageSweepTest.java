package io.jpm.os.linux.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage;
import io.jpm.model.process.TreeUsage.CpuTime;
import io.jpm.model.process.TreeUsage.Detail;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcessDetailReader;
import io.jpm.os.linux.proc.StatTable;
import io.jpm.testing.Eventually;
import io.jpm.testing.Leftovers;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class UsageSweepTest {
  private static final long MEBI = 1 << 20;
  private static final DaemonIdentity SELF = new DaemonIdentity(9, 0, "boot", Optional.empty());

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

  private static String stat(int pid, int parent, int session, long pages) {
    return stat(pid, 'S', parent, session, pages);
  }

  /// Returns a line as the kernel writes it, with a command that is hard to parse.
  private static String stat(int pid, char state, int parent, int session, long pages) {
    return "%d (a) S 1 (b) %c %d %d %d 0 -1 4194304 9 9 9 9 %d %d %d %d 20 0 %d 0 %d 9999 %d 18446744073709551615 1"
        .formatted(
            pid,
            state,
            parent,
            session,
            session,
            pid,
            1,
            2 * pid,
            2,
            state == 'Z' ? 1 : 2,
            1000 + pid,
            pages);
  }

  private static Map<ProcessIdentity, TreeUsage> sweep(
      List<String> processes, ProcessIdentity... mains) {
    StatTable table = new StatTable();
    for (String line : processes) {
      MemorySegment bytes =
          MemorySegment.ofArray((line + "\n").getBytes(StandardCharsets.US_ASCII));
      table.add(bytes, (int) bytes.byteSize());
    }
    return new UsageSweep(SELF, table).collect(List.of(mains), Detail.FILES, new ConstantFigures());
  }

  private static Map<ProcessIdentity, Long> pages(
      List<String> processes, ProcessIdentity... mains) {
    Map<ProcessIdentity, Long> pages = new HashMap<>();
    sweep(processes, mains)
        .forEach((main, usage) -> pages.put(main, usage.memoryBytes() / Libc.pageBytes()));
    return pages;
  }

  /// File usage that is the same for all processes, except that the bytes written by process 24 are
  /// unknown.
  private static final class ConstantFigures implements ProcessDetailReader {
    private int present;

    @Override
    public void load(int pid) {
      present = pid;
    }

    @Override
    public long openFiles() {
      return 10;
    }

    @Override
    public long readBytes() {
      return 100;
    }

    @Override
    public long writtenBytes() {
      return present == 24 ? -1 : 1000;
    }

    @Override
    public long proportionalBytes(int pid) {
      throw new AssertionError("shared memory was not requested");
    }
  }

  private static ProcessIdentity main(int pid) {
    return new ProcessIdentity("boot", pid, 1000 + pid);
  }

  @Test
  void eachProcessOfATreeIsCountedOnce() {
    List<String> processes =
        List.of(
            stat(1, 0, 1, 1),
            stat(9, 1, 9, 10), // the daemon
            stat(20, 9, 20, 100), // a main process
            stat(21, 20, 20, 1_000), // its child
            stat(22, 21, 22, 10_000), // its grandchild in another session
            stat(23, 1, 20, 100_000), // an orphan of its session
            stat(24, 23, 24, 1_000_000), // a child of the orphan in another session
            stat(30, 9, 30, 10_000_000)); // another main process
    assertThat(pages(processes, main(20), main(30), main(40)))
        .isEqualTo(Map.of(main(20), 1_111_100L, main(30), 10_000_000L));
  }

  @Test
  void daemonStartedByAnAppIsNotInItsTree() {
    List<String> processes =
        List.of(stat(5, 1, 5, 1), stat(9, 5, 9, 10), stat(20, 9, 20, 100), stat(21, 20, 20, 1_000));
    assertThat(pages(processes, main(5), main(20)))
        .isEqualTo(Map.of(main(5), 1L, main(20), 1_100L));
  }

  @Test
  void otherProcessWithTheSamePidHasNoUsage() {
    List<String> processes = List.of(stat(20, 1, 20, 100));
    assertThat(pages(processes, new ProcessIdentity("boot", 20, 7))).isEmpty();
    assertThat(pages(processes, new ProcessIdentity("other", 20, 1020))).isEmpty();
  }

  @Test
  void figuresOfATreeAreTheSumOfItsProcesses() {
    List<String> processes =
        List.of(
            stat(9, 1, 9, 10),
            stat(20, 9, 20, 1),
            stat(21, 20, 20, 1),
            stat(23, 'Z', 20, 20, 0), // has ended and is not reaped
            stat(24, 9, 24, 1));
    TreeUsage tree = Objects.requireNonNull(sweep(processes, main(20), main(24)).get(main(20)));
    assertThat(tree.processes()).isEqualTo(2);
    assertThat(tree.threads()).isEqualTo(4);
    assertThat(tree.files())
        .isEqualTo(
            new TreeUsage.Files(OptionalLong.of(20), OptionalLong.of(200), OptionalLong.of(2000)));
    assertThat(tree.proportionalBytes()).isEmpty();
    long tick = 1_000_000_000L / Libc.ticksPerSecond();
    assertThat(tree.cpu())
        .containsExactly(
            new CpuTime(20, 1020, 21 * tick, 42 * tick),
            new CpuTime(21, 1021, 22 * tick, 44 * tick),
            new CpuTime(23, 1023, 24 * tick, 48 * tick));
    TreeUsage other = Objects.requireNonNull(sweep(processes, main(24)).get(main(24)));
    assertThat(other.files().open()).hasValue(10);
    assertThat(other.files().writtenBytes()).isEmpty();
  }

  @Test
  void kernelThreadsAndTruncatedLinesAreSkipped() {
    String kernel = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 5 0 0 20 0 1 0 3 0 0 1";
    List<String> processes = List.of(kernel, "77 (x", "78 (y) S 1 2", stat(90, 2, 90, 4));
    assertThat(pages(processes, main(90), main(2), main(77), main(78)))
        .isEqualTo(Map.of(main(90), 4L));
  }

  @Test
  void endedMainProcessHasNoUsage() {
    assertThat(pages(List.of(stat(20, 'Z', 1, 20, 0)), main(20)).keySet()).isEmpty();
  }

  @Test
  void memoryOfEveryProcessOfATreeIsMeasured() throws IOException {
    Path gate = dir.resolve("gate");
    Spawned tree = fixture.start("grows.py", gate.toString(), "64", "32");
    Spawned other = fixture.start("obedient.sh");
    other.awaitReady();
    Eventually.await(
        "both processes are ready",
        HostFixture.DEADLINE,
        () -> HostFixture.read(tree.out()).split("ready", -1).length == 3);
    List<ProcessIdentity> mains =
        new ArrayList<>(List.of(tree.child().identity(), other.child().identity()));
    Map<ProcessIdentity, TreeUsage> before = fixture.host().treeUsage(mains, Detail.BASIC);
    assertThat(before).containsOnlyKeys(mains);
    Files.createFile(gate);
    Eventually.await(
        "both processes hold their memory",
        HostFixture.DEADLINE,
        () -> HostFixture.read(tree.out()).split("holding", -1).length == 3);
    Map<ProcessIdentity, TreeUsage> after = fixture.host().treeUsage(mains, Detail.BASIC);
    assertThat(of(tree, after) - of(tree, before)).isBetween(94 * MEBI, 110 * MEBI);
    assertThat(Math.abs(of(other, after) - of(other, before))).isLessThan(4 * MEBI);
    assertThat(Leftovers.of(fixture.mark())).hasSizeGreaterThanOrEqualTo(4);
    tree.end();
    assertThat(fixture.host().treeUsage(mains, Detail.BASIC))
        .containsOnlyKeys(other.child().identity());
    other.end();
  }

  /// Figures of two sources can be compared if nothing changes between them.
  @Test
  @Needs(Need.PS)
  void memoryAgreesWithPsAndSmapsRollup() throws IOException {
    Path gate = Files.createFile(dir.resolve("gate"));
    Spawned tree = fixture.start("grows.py", gate.toString(), "96", "64");
    ProcessIdentity main = tree.child().identity();
    Eventually.await(
        "both processes hold their memory",
        HostFixture.DEADLINE,
        () -> HostFixture.read(tree.out()).split("holding", -1).length == 3);
    Eventually.await(
        "the figures agree",
        HostFixture.DEADLINE,
        () -> {
          TreeUsage usage =
              Objects.requireNonNull(fixture.host().treeUsage(List.of(main), Detail.ALL).get(main));
          List<Integer> pids = usage.cpu().stream().map(CpuTime::pid).toList();
          return usage.processes() == 4
              && within2Percent(usage.memoryBytes(), ps(pids, "rss") << 10)
              && within2Percent(usage.memoryBytes(), rollup(pids, "Rss:"))
              && within2Percent(usage.proportionalBytes().orElse(0), rollup(pids, "Pss:"))
              && usage.threads() == ps(pids, "nlwp");
        });
    tree.end();
  }

  private static boolean within2Percent(long ours, long theirs) {
    return ours > 150 * MEBI && Math.abs(ours - theirs) <= theirs / 50;
  }

  /// Returns the sum of a column of `ps`.
  private static long ps(List<Integer> pids, String column) {
    String list = pids.stream().map(String::valueOf).collect(Collectors.joining(","));
    try {
      Process ps = new ProcessBuilder("ps", "-o", column + "=", "-p", list).start();
      try (var lines = ps.inputReader(StandardCharsets.US_ASCII)) {
        return lines.lines().mapToLong(line -> Long.parseLong(line.strip())).sum();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static long rollup(List<Integer> pids, String label) {
    return pids.stream()
        .flatMap(pid -> HostFixture.read(Path.of("/proc/" + pid + "/smaps_rollup")).lines())
        .filter(line -> line.startsWith(label))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .sum();
  }

  @Test
  void openFilesAgreeWithProcFd() throws IOException {
    Spawned quiet = fixture.start("obedient.sh");
    quiet.awaitReady();
    ProcessIdentity main = quiet.child().identity();
    TreeUsage usage =
        Objects.requireNonNull(fixture.host().treeUsage(List.of(main), Detail.FILES).get(main));
    long open = 0;
    for (CpuTime process : usage.cpu()) {
      try (Stream<Path> files = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
        open += files.count();
      }
    }
    assertThat(usage.files().open()).hasValue(open);
    assertThat(usage.files().readBytes().orElse(-1)).isNotNegative();
    assertThat(usage.files().writtenBytes().orElse(-1)).isNotNegative();
    assertThat(usage.proportionalBytes()).isEmpty();
    quiet.end();
  }

  private static long of(Spawned spawned, Map<ProcessIdentity, TreeUsage> usages) {
    return Objects.requireNonNull(usages.get(spawned.child().identity())).memoryBytes();
  }
}
