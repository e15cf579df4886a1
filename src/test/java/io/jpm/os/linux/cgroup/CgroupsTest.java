package io.jpm.os.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.ResourceLimits;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The files of a cgroup and their content. Files play the kernel, and where possible the kernel
/// itself is used.
@Timeout(60)
class CgroupsTest {
  private static final ResourceLimits ALL =
      new ResourceLimits(
          OptionalLong.of(512 << 20), OptionalLong.of(400 << 20), OptionalDouble.of(1.5), Map.of());

  @TempDir private Path dir;

  private Path group(String controllers) throws IOException {
    Path root = Files.createDirectory(dir.resolve("unit"));
    Files.writeString(root.resolve("cgroup.controllers"), controllers + "\n");
    Files.writeString(root.resolve("cgroup.subtree_control"), "\n");
    return root;
  }

  @Test
  void groupHasTheLimitsInTheUnitsOfTheKernel() throws IOException {
    Cgroup group =
        new Cgroups(group("cpuset cpu io memory pids"))
            .create("/home/me/.jpm:0-17:3", ALL)
            .orElseThrow();
    assertThat(group.directory()).isEqualTo(dir.resolve("unit/jpm-_home_me_.jpm_0-17_3"));
    assertThat(group.directory().resolve("memory.max")).hasContent("536870912");
    assertThat(group.directory().resolve("memory.high")).hasContent("419430400");
    assertThat(group.directory().resolve("cpu.max")).hasContent("150000 100000");
  }

  @Test
  void onlyNeededControllersAreEnabled() throws IOException {
    Path root = group("cpu memory");
    ResourceLimits cpu =
        new ResourceLimits(
            OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.of(0.25), Map.of());
    Cgroup group = new Cgroups(root).create("t", cpu).orElseThrow();
    assertThat(root.resolve("cgroup.subtree_control")).hasContent("+cpu");
    assertThat(group.directory()).isDirectoryContaining(file -> file.endsWith("cpu.max"));
    assertThat(group.directory().resolve("memory.max")).doesNotExist();
  }

  @Test
  void missingControllerIsReported() throws IOException {
    Cgroups groups = new Cgroups(group("cpu"));
    assertThatThrownBy(() -> groups.create("t", ALL))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "limits: the cgroup "
                + dir.resolve("unit")
                + " has no memory controller: delegate the controller, or remove the limit");
  }

  @Test
  void appWithoutLimitsHasNoGroup() throws IOException {
    assertThat(new Cgroups(dir).create("t", ResourceLimits.NONE)).isEmpty();
  }

  @Test
  void emptyGroupsAreRemovedWhenTheNextOneIsCreated() throws IOException {
    Path root = group("cpu memory");
    Path old = Files.createDirectory(root.resolve("jpm-old"));
    Path other = Files.createDirectory(root.resolve("daemon"));
    new Cgroups(root).create("t", ALL);
    assertThat(old).doesNotExist();
    assertThat(other).exists();
  }

  @Test
  void oomKillsAreCounted() throws IOException {
    Cgroup group = new Cgroup(dir);
    assertThat(group.memoryKills()).isZero();
    Files.writeString(dir.resolve("memory.events"), "low 0\nhigh 7\noom 3\noom_kill 2\n");
    assertThat(group.memoryKills()).isEqualTo(2);
  }

  @Test
  void reportedEventsAreStoredOnTheGroup() throws IOException {
    Cgroup group = new Cgroup(dir);
    assertThat(group.reportedEvents()).isEqualTo(new Cgroup.ReportedMemoryEvents(0, false));
    group.setReportedEvents(new Cgroup.ReportedMemoryEvents(3, true));
    Need.assume(group.reportedEvents().kills() == 3, "a file system with extended attributes");
    assertThat(new Cgroup(dir).reportedEvents())
        .isEqualTo(new Cgroup.ReportedMemoryEvents(3, true));
    Files.writeString(dir.resolve("memory.events"), "high 0\noom_kill 3\n");
    assertThat(group.hasUnreportedKills()).isFalse();
    assertThat(group.wasThrottled()).isFalse();
    Files.writeString(dir.resolve("memory.events"), "high 9\noom_kill 4\n");
    assertThat(group.hasUnreportedKills()).isTrue();
    assertThat(group.wasThrottled()).isTrue();
  }

  @Test
  @Needs(Need.ROOT)
  void realGroupIsRemovedOnlyAfterItsProcessHasEnded() throws IOException {
    Optional<Path> mount = CgroupMount.find();
    Need.assume(mount.isPresent(), "control groups of version 2");
    Cgroup group =
        new Cgroup(mount.get().resolve("jpm-test-real-" + ProcessHandle.current().pid()));
    try {
      Files.createDirectory(group.directory());
    } catch (IOException refused) {
      Need.assume(false, "the right to make control groups");
    }
    try (var fixture = new HostFixture(new LinuxProcessHost(), dir)) {
      Spawned child = fixture.start("obedient.sh");
      child.awaitReady();
      assertThat(Cgroup.of(child.pid(), mount.get())).isEmpty();
      group.add(child.pid());
      assertThat(Cgroup.of(child.pid(), mount.get())).contains(group);
      group.remove();
      assertThat(group.directory()).exists();
      child.end();
      group.remove();
      assertThat(group.directory()).doesNotExist();
    } finally {
      group.remove();
    }
  }
}
