package io.jpm.os.linux.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.ResourceLimits;
import io.jpm.model.process.Exit;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.LeftoverProcess;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Leftovers;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// When an exit is reported, it is known whether any process of the tree is still running.
@Timeout(120)
class OrphanedHookReaperTest {
  private HostFixture fixture;

  @BeforeEach
  void open(@TempDir Path dir) {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "daemonizes-and-exits.sh",
        "daemonizes-without-environment.sh",
        "overwrites-environment.py"
      })
  void orphanOutsideTheSessionIsKnownWhenTheExitIsReported(String script) {
    Spawned child = fixture.start(script);
    assertThat(child.watcher().awaitExit()).isEqualTo(new Exit.Code(0));
    assertThat(child.child().hasLeftovers()).isTrue();
    assertThat(child.child().leftoverProcess().map(LeftoverProcess::pid)).isPresent();

    child.end();

    assertThat(child.child().hasLeftovers()).isFalse();
    assertThat(Leftovers.of(fixture.mark())).isEmpty();
  }

  @Test
  void treeWithoutOrphansHasNoLeftovers() {
    // An orphan of another tree does not count.
    Spawned other = fixture.start("daemonizes-without-environment.sh");
    other.watcher().awaitExit();
    for (int i = 0; i < 20; i++) {
      Spawned child = fixture.start("exits-at-once.sh");
      child.watcher().awaitExit();
      assertThat(child.child().hasLeftovers()).isFalse();
      assertThat(child.child().leftoverProcess()).isEmpty();
    }
    other.end();
  }

  @Test
  void orphanOfAnEarlierGenerationIsALeftover() {
    Spawned first =
        fixture.start(
            fixture.withTag(fixture.request("daemonizes-without-environment.sh"), tag("1:9")));
    first.watcher().awaitExit();
    first.child().release();
    Spawned second =
        fixture.start(fixture.withTag(fixture.request("exits-at-once.sh"), tag("1:10")));
    second.watcher().awaitExit();
    assertThat(second.child().hasLeftovers()).isTrue();
    Spawned eleven =
        fixture.start(fixture.withTag(fixture.request("exits-at-once.sh"), tag("1:8")));
    eleven.watcher().awaitExit();
    assertThat(eleven.child().hasLeftovers()).isFalse();

    second.end();

    assertThat(Leftovers.of(fixture.mark())).isEmpty();
  }

  @Test
  void treeWithoutARlimitTagIsFoundByItsProcessTag() {
    ResourceLimits limits =
        new ResourceLimits(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            Map.of("locks", 100L));
    Spawned child = fixture.start(fixture.request("daemonizes-and-exits.sh").withLimits(limits));
    child.watcher().awaitExit();
    assertThat(child.child().hasLeftovers()).isTrue();

    child.end();

    assertThat(Leftovers.of(fixture.mark())).isEmpty();
  }

  private String tag(String rest) {
    return fixture.mark() + ":" + rest;
  }
}
