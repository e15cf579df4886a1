package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.ResourceLimits;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.cgroup.Cgroup;
import io.jpm.os.linux.cgroup.CgroupMount;
import io.jpm.os.linux.cgroup.Cgroups;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How the kernel enforces limits on trees. Runs where this process may create cgroups with
/// controllers for memory and CPU: as root where cgroup v2 has them, or in a scope of `systemd-run
/// --user --scope`. Skipped elsewhere.
@Timeout(300)
@Tag("alone")
@Needs(Need.PYTHON)
class CgroupLimitLinuxTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final long MEGA = 1L << 20;
  private static final String EAT = "b = bytearray(200 << 20); print(len(b))";
  private static final String PART = "ran out of memory";

  @TempDir private Path dir;
  private Path group;
  private HostFixture fixture;

  @BeforeEach
  void open() throws IOException {
    group = createGroup();
    fixture = new HostFixture(daemon(), dir);
  }

  @AfterEach
  void leavesNothingBehind() throws IOException {
    try {
      if (fixture != null) {
        fixture.close();
      }
    } finally {
      if (group != null) {
        new Cgroups(group).create("last", memory(MEGA)).ifPresent(Cgroup::remove);
        Files.delete(group);
      }
    }
  }

  /// Creates a cgroup below one that this process may change and whose children can be limited.
  private static Path createGroup() throws IOException {
    Optional<Path> mount = CgroupMount.find();
    Optional<String> own = CgroupMount.pathOf("self");
    Need.assume(mount.isPresent() && own.isPresent(), "control groups of version 2");
    String name = "jpm-test-" + ProcessHandle.current().pid();
    for (@Nullable Path above = mount.get().resolve(own.get());
        above != null && above.startsWith(mount.get());
        above = above.getParent()) {
      Path enabled = above.resolve("cgroup.subtree_control");
      if (Files.isWritable(above.resolve("cgroup.procs"))
          && List.of(Files.readString(enabled).strip().split(" ", -1))
              .containsAll(List.of("memory", "cpu"))) {
        return Files.createDirectory(above.resolve(name));
      }
    }
    Need.assume(false, "a control group of its own that can limit memory and cpu");
    throw new AssertionError();
  }

  private LinuxProcessHost daemon() {
    return new LinuxProcessHost(Optional.empty(), new Cgroups(group));
  }

  private static ResourceLimits memory(long bytes) {
    return new ResourceLimits(
        OptionalLong.of(bytes), OptionalLong.empty(), OptionalDouble.empty(), Map.of());
  }

  private SpawnRequest shell(String script) {
    return fixture.request("/bin/sh", "-c", script).withLimits(memory(64 * MEGA));
  }

  private static Cgroup groupOf(Spawned child) {
    return Cgroup.of(child.pid(), CgroupMount.find().orElseThrow()).orElseThrow();
  }

  private void assertNoGroup() throws IOException {
    try (var left = Files.newDirectoryStream(group, Cgroup.PREFIX + "*")) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void mainProcessAboveItsMemoryLimitIsKilled() throws IOException {
    Spawned child =
        fixture.start(
            fixture.request("/usr/bin/env", "python3", "-c", EAT).withLimits(memory(64 * MEGA)));
    assertThat(child.child().hasCgroup()).isTrue();
    assertThat(child.watcher().awaitExit()).isEqualTo(new Exit.Signalled(9, false));
    assertThat(child.child().ranOutOfMemory()).isTrue();
    assertThat(child.watcher().told()).doesNotContain("part " + PART);
    assertNoGroup();
  }

  @Test
  void oomKillOfADescendantIsReported() throws IOException {
    Spawned child = fixture.start(shell("python3 -c '" + EAT + "'; echo ended; exec sleep 600"));
    child.awaitOutput("ended");
    child.watcher().awaitCall("part " + PART);
    assertThat(groupOf(child).reportedEvents().kills()).isEqualTo(1);
    // The end that follows has another cause.
    child.child().signalTree(Signal.SIGKILL);
    child.watcher().awaitTreeGone();
    assertThat(child.child().ranOutOfMemory()).isFalse();
    assertNoGroup();
  }

  @Test
  void memoryThrottlingIsReported() {
    var limits =
        new ResourceLimits(
            OptionalLong.empty(), OptionalLong.of(16 * MEGA), OptionalDouble.empty(), Map.of());
    Spawned child =
        fixture.start(
            fixture
                .request(
                    "/usr/bin/env",
                    "python3",
                    "-c",
                    "b = bytearray(20 << 20); import time; time.sleep(600)")
                .withLimits(limits));
    child.watcher().awaitCall("slowed");
    assertThat(child.watcher().hasExited()).isFalse();
    assertThat(groupOf(child).reportedEvents()).isEqualTo(new Cgroup.ReportedMemoryEvents(0, true));
    child.end();
  }

  @Test
  void treeIsHeldToItsCpuLimit() throws IOException {
    var limits =
        new ResourceLimits(
            OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.of(0.1), Map.of());
    Spawned child =
        fixture.start(fixture.request("/bin/sh", "-c", "while :; do :; done").withLimits(limits));
    Path stat = groupOf(child).directory().resolve("cpu.stat");
    Eventually.await(
        "the tree is throttled ten times",
        DEADLINE,
        () -> HostFixture.read(stat).lines().anyMatch(line -> line.matches("nr_throttled \\d\\d+")),
        () -> HostFixture.read(stat));
    child.end();
    assertNoGroup();
  }

  @Test
  void oomKillWithoutARunningDaemonIsKnown() throws IOException {
    Path gate = dir.resolve("gate");
    SpawnRequest request =
        shell("until [ -e '%s' ]; do sleep 0.1; done; exec python3 -c '%s'".formatted(gate, EAT));
    var first = daemon();
    var made = new HostFixture(first, dir);
    Spawned child = made.start(request);
    Cgroup limited = groupOf(child);
    first.close();
    assertThat(fixture.host().ranOutOfMemory(request.tag())).isFalse();
    createFile(gate);
    Eventually.await(
        "the kernel kills the process",
        DEADLINE,
        () -> limited.memoryKills() == 1,
        limited::toString);
    assertThat(fixture.host().ranOutOfMemory(request.tag())).isTrue();
    Eventually.await(
        "the cgroup is empty",
        DEADLINE,
        () -> HostFixture.read(limited.directory().resolve("cgroup.procs")).isEmpty());
    new Cgroups(group).create("next", memory(MEGA)).ifPresent(Cgroup::remove);
    assertThat(fixture.host().ranOutOfMemory(request.tag())).isFalse();
  }

  @Test
  void unreportedOomKillIsReportedOnceByTheNextDaemon() {
    Path gate = dir.resolve("gate");
    SpawnRequest request =
        shell(
            "until [ -e '%s' ]; do sleep 0.1; done; python3 -c '%s'; echo ended; exec sleep 600"
                .formatted(gate, EAT));
    var first = daemon();
    Spawned made = new HostFixture(first, dir).start(request);
    first.close();
    createFile(gate);
    made.awaitOutput("ended");
    var heard = new RecordedWatcher();
    var second = daemon();
    assertThat(second.adopt(made.child().identity(), request.tag(), heard)).isPresent();
    heard.awaitCall("part " + PART);
    second.close();
    var unheard = new RecordedWatcher();
    Child child =
        fixture.host().adopt(made.child().identity(), request.tag(), unheard).orElseThrow();
    assertThat(child.hasCgroup()).isTrue();
    child.signalTree(Signal.SIGKILL);
    unheard.awaitTreeGone();
    assertThat(unheard.told()).doesNotContain("part " + PART);
    assertThat(child.ranOutOfMemory()).isFalse();
  }

  private static void createFile(Path file) {
    try {
      Files.createFile(file);
    } catch (IOException full) {
      throw new UncheckedIOException(full);
    }
  }
}
