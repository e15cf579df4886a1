package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.ResourceLimits;
import io.jpm.model.RunAs;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.os.linux.cgroup.Cgroups;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Resource limits as the processes of the system see them.
@Timeout(120)
public class LimitsTest {
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

  public static ResourceLimits limitsOf(Map<String, Long> resources) {
    return new ResourceLimits(
        OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.empty(), resources);
  }

  private static ResourceLimits memory(long bytes) {
    return new ResourceLimits(
        OptionalLong.of(bytes), OptionalLong.empty(), OptionalDouble.empty(), Map.of());
  }

  @Test
  void programHasItsLimitsFromItsFirstInstruction() {
    SpawnRequest request =
        fixture
            .request("/bin/sh", "-c", "ulimit -n; ulimit -Hn; ulimit -t; echo [$0]; cat; echo end")
            .withLimits(limitsOf(Map.of("nofile", 123L, "cpu", 77L, "core", 0L)));
    Spawned child = fixture.start(request);
    child.awaitOutput("end");
    assertThat(HostFixture.read(child.out())).isEqualTo("123\n123\n77\n[/bin/sh]\nend\n");
    child.watcher().awaitExit();
  }

  @Test
  void argumentsAreNotChangedByTheLimits() {
    String odd = "a 'b' \"c\" $d `e` \\n *";
    SpawnRequest request =
        fixture.request("/bin/sh", "-c", "printf '%s|' \"$@\"; echo end", "me", odd, "");
    Spawned child = fixture.start(request.withLimits(limitsOf(Map.of("nofile", 200L))));
    child.awaitOutput("end");
    assertThat(HostFixture.read(child.out())).isEqualTo(odd + "||end\n");
    child.watcher().awaitExit();
  }

  /// A shell discards variables whose names are not valid in it.
  @Test
  void variablesWithUnusualNamesAreKept() {
    SpawnRequest request =
        fixture.withVariable(
            fixture.withVariable(fixture.request("/usr/bin/env"), "odd.name", "a 'b'=c"),
            "plain",
            "$d");
    Spawned child = fixture.start(request.withLimits(limitsOf(Map.of("nofile", 200L))));
    child.watcher().awaitExit();
    child.awaitOutput("odd.name=a 'b'=c\n");
    child.awaitOutput("plain=$d\n");
  }

  @Test
  void limitedProcessIsTheProgramItself() throws IOException {
    Spawned child =
        fixture.start(
            fixture.request("/bin/sleep", "600").withLimits(limitsOf(Map.of("nofile", 99L))));
    Path proc = Path.of("/proc/" + child.pid());
    Eventually.await(
        "the process runs the program",
        HostFixture.DEADLINE,
        () -> HostFixture.read(proc.resolve("cmdline")).equals("/bin/sleep\u0000600\u0000"));
    assertThat(HostFixture.read(proc.resolve("limits")))
        .containsPattern("Max open files +99 +99 +files");
    assertThat(Files.readSymbolicLink(proc.resolve("fd/0"))).hasToString("/dev/null");
    child.end();
  }

  @Test
  void missingProgramIsRefusedAsWithoutLimits() {
    SpawnRequest request = fixture.request("/no/such/program");
    SpawnResult without = fixture.host().spawn(request, new RecordedWatcher());
    SpawnResult with =
        fixture
            .host()
            .spawn(request.withLimits(limitsOf(Map.of("nofile", 9L))), new RecordedWatcher());
    assertThat(with).isInstanceOf(SpawnResult.Refused.class).isEqualTo(without);
  }

  @Test
  void limitAboveTheSystemMaximumIsRefused() {
    SpawnRequest request =
        fixture.request("/bin/true").withLimits(limitsOf(Map.of("nofile", Long.MAX_VALUE / 2)));
    assertThat(fixture.host().spawn(request, new RecordedWatcher()))
        .isInstanceOfSatisfying(
            SpawnResult.Refused.class,
            refused -> {
              assertThat(refused.reason())
                  .startsWith("limits.nofile of 4611686018427387903 exceeds");
              assertThat(refused.temporary()).isFalse();
            });
  }

  @Test
  @Needs(Need.ROOT)
  void limitsApplyToOtherUsers() {
    RunAs nobody =
        new RunAs(
            Optional.of("nobody"), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
    SpawnRequest request =
        fixture.withRunAs(fixture.request("/bin/sh", "-c", "id -un; ulimit -n; echo end"), nobody);
    Spawned child =
        fixture.start(inRootDirectory(request).withLimits(limitsOf(Map.of("nofile", 321L))));
    child.awaitOutput("end");
    assertThat(HostFixture.read(child.out())).isEqualTo("nobody\n321\nend\n");
    child.watcher().awaitExit();
  }

  /// Only its owner can enter the directory of the test.
  private static SpawnRequest inRootDirectory(SpawnRequest request) {
    return new SpawnRequest(
        request.program(),
        request.argv(),
        request.environment(),
        Path.of("/"),
        request.out(),
        request.error(),
        request.tag(),
        request.runAs(),
        false,
        false,
        List.of());
  }

  @Test
  void appWithAMemoryLimitStartsWithoutACgroup() {
    Need.assume(new Cgroups().problem().isPresent(), "a machine that gives it no control groups");
    Spawned child = fixture.start(fixture.request("obedient.sh").withLimits(memory(1L << 30)));
    child.awaitReady();
    assertThat(child.child().hasCgroup()).isFalse();
    child.end();
  }
}
