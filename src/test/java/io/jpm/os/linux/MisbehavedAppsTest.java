package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.testing.Eventually;
import io.jpm.testing.Leftovers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every kind of badly behaved app through its whole lifecycle: started, stopped, restarted,
/// adopted by the next daemon and stopped there. Stopped means that no process of it is left.
@Timeout(120)
class MisbehavedAppsTest {
  /// Long enough for a shell that obeys, short for one that does not.
  private static final Duration TIMEOUT = Duration.ofMillis(300);

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
        "obedient.sh",
        "deaf.sh",
        "daemonizes.sh",
        "new-session.sh",
        "setsid.sh",
        "keeps-forking.sh",
        "forks-while-killed.sh",
        "grandchild-holds-stdout.sh",
        "stops-itself.sh",
        "floods-and-stays.sh",
        "closes-stdout-lives-on.sh",
        "closes-channel.sh",
        "talks.cjs"
      })
  void runningAppIsStoppedRestartedAdoptedAndStopped(String script) {
    SpawnRequest request = fixture.withChannel(fixture.request(script));
    Spawned first = fixture.start(request);
    first.awaitReady();
    assertThat(first.watcher().hasExited()).isFalse();
    stop(first.child(), first.watcher());

    Spawned second = restart(request);
    Eventually.await(
        "the app is ready again",
        HostFixture.DEADLINE,
        () -> HostFixture.read(second.out()).split("ready", -1).length == 3);
    ProcessIdentity identity = second.child().identity();
    assertThat(identity).isNotEqualTo(first.child().identity());
    second.child().release();
    try (LinuxProcessHost next = new LinuxProcessHost()) {
      // Not while the process executes another program.
      Eventually.await(
          "the process is found",
          HostFixture.DEADLINE,
          () -> next.findTagged(fixture.mark() + ":").equals(Map.of(fixture.tag(1, 2), identity)),
          () -> next.findTagged(fixture.mark() + ":"));
      RecordedWatcher watcher = new RecordedWatcher();
      Child adopted = next.adopt(identity, fixture.tag(1, 2), watcher).orElseThrow();
      stop(adopted, watcher);
      assertThat(next.adopt(identity, fixture.tag(1, 2), watcher)).isEmpty();
    }
    assertThat(second.watcher().told()).doesNotContain("exited");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exits-at-once.sh",
        "crashes-after-ready.sh",
        "forks-and-dies.sh",
        "daemonizes-and-exits.sh",
        "forgets-environment.sh",
        "invalid-utf8.sh",
        "floods.sh"
      })
  void appThatExitsLeavesNothingAfterTheStop(String script) {
    SpawnRequest request = fixture.withChannel(fixture.request(script));
    Spawned first = fixture.start(request);
    first.watcher().awaitExit();
    stop(first.child(), first.watcher());

    Spawned second = restart(request);
    second.watcher().awaitExit();
    second.child().release();
    ProcessIdentity gone = second.child().identity();
    try (LinuxProcessHost next = new LinuxProcessHost()) {
      RecordedWatcher watcher = new RecordedWatcher();
      assertThat(next.adopt(gone, fixture.tag(1, 2), watcher)).isEmpty();
      stop(next.adoptLeftovers(gone, fixture.tag(1, 2), watcher), watcher);
    }
  }

  @Test
  void refusedSpawnLeavesNothing() {
    SpawnRequest request = fixture.withChannel(fixture.request("not-executable.sh"));

    for (int generation = 1; generation <= 3; generation++) {
      RecordedWatcher watcher = new RecordedWatcher();
      SpawnResult result =
          fixture.host().spawn(fixture.withTag(request, fixture.tag(1, generation)), watcher);
      assertThat(result).isInstanceOf(SpawnResult.Refused.class);
      assertThat(watcher.told()).isEmpty();
    }
    assertThat(Leftovers.of(fixture.mark())).isEmpty();
    assertThat(fixture.host().findTagged(fixture.mark() + ":")).isEmpty();
  }

  private Spawned restart(SpawnRequest request) {
    // The captures of the first run continue: they belong to the app, not to the process.
    SpawnRequest again = fixture.withTag(request, fixture.tag(1, 2));
    return fixture.startAgain(again);
  }

  /// Stops an app as God does: SIGINT, then SIGKILL for all processes that remain after the
  /// timeout.
  private void stop(Child child, RecordedWatcher watcher) {
    child.signalTree(Signal.SIGINT);
    if (!watcher.isTreeGoneWithin(TIMEOUT)) {
      child.signalTree(Signal.SIGKILL);
      watcher.awaitTreeGone();
    }
    assertThat(List.of(child.hasLeftovers(), child.hasIpcChannel())).containsOnly(false);
    assertThat(Leftovers.of(fixture.mark())).isEmpty();
    try (ProcReader reader = new ProcReader()) {
      assertThat(processesWithTag(reader)).isEmpty();
    }
    assertThat(watcher.told().stream().filter(word -> !word.equals("message")).toList())
        .isSubsetOf("exited", "treeGone")
        .endsWith("treeGone")
        .doesNotHaveDuplicates();
  }

  private List<Integer> processesWithTag(ProcReader reader) {
    return Arrays.stream(reader.pids())
        .boxed()
        .filter(pid -> {
          Optional<String> tag = reader.tag(pid);
          return tag.filter(text -> text.startsWith(fixture.mark())).isPresent();
        })
        .toList();
  }
}
