package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.RecordedWatcher;
import io.jpm.testing.Leftovers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Leftovers of an app that died while no daemon was watching it.
@Timeout(120)
class LeftoversTest {
  private HostFixture fixture;

  @BeforeEach
  void open(@TempDir Path dir) {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  /// Starts the script and kills only its main process, as another program would.
  private ProcessIdentity startAndKill(String script) {
    Spawned child = fixture.start(script);
    child.awaitReady();
    ProcessHandle.of(child.pid()).orElseThrow().destroyForcibly();
    child.watcher().awaitExit();
    child.child().release();
    return child.child().identity();
  }

  @Test
  void orphansAreFoundAndEnded() {
    ProcessIdentity gone = startAndKill("leaves-orphans.sh");
    assertThat(Leftovers.await(fixture.mark(), 2)).hasSize(2);
    try (LinuxProcessHost host = new LinuxProcessHost()) {
      RecordedWatcher watcher = new RecordedWatcher();
      Child leftovers = host.adoptLeftovers(gone, fixture.tag(1, 1), watcher);
      leftovers.signalMain(Signal.SIGKILL);
      assertThat(leftovers.identity()).isEqualTo(gone);
      assertThat(leftovers.hasLeftovers()).isTrue();
      assertThat(watcher.told()).isEmpty();

      leftovers.signalTree(Signal.SIGTERM);
      watcher.awaitTreeGone();

      assertThat(Leftovers.of(fixture.mark())).isEmpty();
      assertThat(leftovers.hasLeftovers()).isFalse();
      assertThat(watcher.told()).containsExactly("treeGone");
    }
  }

  @Test
  void orphansAreFoundByTheTagOfALaterGeneration() {
    ProcessIdentity gone = startAndKill("leaves-orphans.sh");
    ProcessIdentity otherBoot = new ProcessIdentity("another", gone.pid(), gone.startTime());
    try (LinuxProcessHost host = new LinuxProcessHost()) {
      RecordedWatcher watcher = new RecordedWatcher();

      assertThat(host.adoptLeftovers(otherBoot, fixture.tag(1, 0), watcher).hasLeftovers())
          .isFalse();
      assertThat(host.adoptLeftovers(otherBoot, fixture.tag(11, 1), watcher).hasLeftovers())
          .isFalse();
      assertThat(host.adoptLeftovers(otherBoot, fixture.tag(1, 2), watcher).hasLeftovers())
          .isTrue();
    }
  }

  @Test
  void releasedOrphansAreLeftAlone() {
    ProcessIdentity gone = startAndKill("leaves-orphans.sh");
    RecordedWatcher watcher = new RecordedWatcher();
    Child leftovers = fixture.host().adoptLeftovers(gone, fixture.tag(1, 1), watcher);

    leftovers.signalTree(Signal.SIGWINCH); // the processes ignore this signal
    leftovers.release();

    assertThat(leftovers.hasLeftovers()).isTrue();
    assertThat(watcher.told()).isEmpty();
  }

  @Test
  void orphanIsNotMistakenForTheMainProcess() {
    startAndKill("leaves-orphans.sh");

    assertThat(fixture.host().findTagged(fixture.mark())).isEmpty();
  }
}
