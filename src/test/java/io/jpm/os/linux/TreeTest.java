package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.Exit;
import io.jpm.model.process.Signal;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.TagVerifier;
import io.jpm.testing.Eventually;
import io.jpm.testing.Leftovers;
import io.jpm.testing.Need;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// "Gone" means that not a single process is left at the moment of the report.
@Timeout(120)
class TreeTest {
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
      strings = {"obedient.sh", "deaf.sh", "new-session.sh", "daemonizes.sh", "stops-itself.sh"})
  void sigkillEndsEveryKindOfTree(String script) {
    Spawned child = fixture.start(script);
    child.awaitReady();

    child.child().signalTree(Signal.SIGKILL);
    child.watcher().awaitTreeGone();

    assertThat(Leftovers.of(fixture.mark())).isEmpty();
    assertThat(child.watcher().told()).containsExactly("exited", "treeGone");
    assertThat(child.watcher().awaitExit()).isEqualTo(new Exit.Signalled(9, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"obedient.sh", "new-session.sh", "daemonizes.sh"})
  void sigtermEndsEveryTreeThatObeysIt(String script) {
    Spawned child = fixture.start(script);
    child.awaitReady();

    child.child().signalTree(Signal.SIGTERM);
    child.watcher().awaitTreeGone();

    assertThat(Leftovers.of(fixture.mark())).isEmpty();
    assertThat(child.watcher().told()).containsExactly("exited", "treeGone");
  }

  @Test
  void treeThatKeepsForkingIsKilled() {
    Spawned child = fixture.start("keeps-forking.sh");
    child.awaitReady();

    child.child().signalTree(Signal.SIGTERM); // ignored by the main process; children come and go
    child.child().signalTree(Signal.SIGKILL);
    child.watcher().awaitTreeGone();

    assertThat(Leftovers.of(fixture.mark())).isEmpty();
    assertThat(child.watcher().told()).containsExactly("exited", "treeGone");
  }

  @Test
  void treeThatIgnoresSignalsIsNotGoneBeforeItIsKilled() {
    Spawned deaf = fixture.start("deaf.sh");
    Spawned obedient = fixture.start("obedient.sh");
    deaf.awaitReady();
    obedient.awaitReady();

    deaf.child().signalTree(Signal.SIGTERM);
    obedient.child().signalTree(Signal.SIGTERM);
    obedient.watcher().awaitTreeGone();
    assertThat(deaf.watcher().told()).isEmpty();

    deaf.end();
    assertThat(Leftovers.of(fixture.mark())).isEmpty();
  }

  @Test
  void stoppedProcessIsContinuedToHandleTheSignal() {
    Spawned child = fixture.start("stops-itself.sh");
    child.awaitReady();
    awaitState(child.pid(), 'T');

    child.child().signalTree(Signal.SIGTERM);
    child.watcher().awaitTreeGone();

    assertThat(child.watcher().awaitExit()).isEqualTo(new Exit.Code(5));
  }

  private static void awaitState(int pid, char state) {
    Eventually.await(
        pid + " is in state " + state,
        HostFixture.DEADLINE,
        () -> {
          try (ProcReader reader = new ProcReader()) {
            return reader.stat(pid).filter(stat -> stat.state() == state).isPresent();
          }
        });
  }

  @Test
  void leftoversInTheSessionAreFoundAndEnded() {
    Spawned child = fixture.start("forks-and-dies.sh");
    child.awaitReady();
    assertThat(child.watcher().awaitExit()).isEqualTo(new Exit.Code(3));
    assertThat(child.child().hasLeftovers()).isTrue();

    child.end();

    assertThat(child.child().hasLeftovers()).isFalse();
    assertThat(Leftovers.of(fixture.mark())).isEmpty();
    assertThat(child.watcher().told()).containsExactly("exited", "treeGone");
  }

  /// The process of any user can do that, so no environment may fill the memory of the daemon.
  @Test
  void readOfAnEndlessEnvironmentReturns() {
    Spawned child = fixture.start("endless-environment.py");
    child.awaitOutput("\n");
    try (ProcReader reader = new ProcReader()) {
      Need.assume(
          HostFixture.read(child.out()).equals("ready\n"),
          "a kernel in which an environment can be endless");
      // A reader without a bound would fail here: the environment exceeds the longest array.
      assertThat(reader.tag(child.pid())).isEmpty();
      assertThat(reader.environment(child.pid(), new TagVerifier(reader.realUser(child.pid()))))
          .extracting(ProcessSnapshot.Environment::kind)
          .as("an environment was read, and it contains no tag")
          .isEqualTo(ProcessSnapshot.Kind.UNTAGGED);
    } finally {
      child.end();
    }
  }

  @Test
  void leftoversWithoutTheTagAreFoundByTheirSession() {
    Spawned child = fixture.start("forgets-environment.sh");
    child.awaitReady();
    child.watcher().awaitExit();
    assertThat(child.child().hasLeftovers()).isTrue();

    child.end();

    assertThat(child.child().hasLeftovers()).isFalse();
  }

  @Test
  void daemonizedGrandchildIsFoundByItsTagAfterTheMainExit() {
    Spawned child = fixture.start("daemonizes-and-exits.sh");
    child.watcher().awaitExit();
    child.awaitReady();
    assertThat(Leftovers.await(fixture.mark(), 1)).hasSize(1);

    child.end();

    assertThat(Leftovers.of(fixture.mark())).isEmpty();
  }

  @Test
  void endOfATreeThatIsAlreadyGoneIsReported() {
    Spawned child = fixture.start("exits-at-once.sh");
    child.watcher().awaitExit();

    child.child().signalTree(Signal.SIGTERM);
    child.watcher().awaitTreeGone();
    child.child().signalTree(Signal.SIGKILL);
    Spawned other = fixture.start("obedient.sh");
    other.end();

    assertThat(child.watcher().told()).containsExactly("exited", "treeGone");
  }

  @Test
  void instanceWithASimilarTagIsNotAffected() {
    Spawned one = fixture.start(fixture.withTag(fixture.request("daemonizes.sh"), tag("1:1")));
    Spawned eleven = fixture.start(fixture.withTag(fixture.request("obedient.sh"), tag("11:1")));
    Spawned later = fixture.start(fixture.withTag(fixture.request("obedient.sh"), tag("1:2")));
    Spawned below = fixture.start(fixture.withTag(fixture.request("obedient.sh"), tag("1:1:1")));
    one.awaitReady();
    eleven.awaitReady();
    later.awaitReady();
    below.awaitReady();

    one.end();

    assertThat(HostFixture.isAlive(eleven.pid())).isTrue();
    assertThat(HostFixture.isAlive(later.pid())).isTrue();
    assertThat(HostFixture.isAlive(below.pid())).isTrue();
    assertThat(eleven.watcher().told()).isEmpty();
  }

  @Test
  void leftoverOfAnEarlierGenerationIsEndedWithTheTree() {
    Spawned first =
        fixture.start(fixture.withTag(fixture.request("daemonizes-and-exits.sh"), tag("1:9")));
    first.watcher().awaitExit();
    first.awaitReady();
    first.child().release();
    Spawned second = fixture.start(fixture.withTag(fixture.request("obedient.sh"), tag("1:10")));
    second.awaitReady();

    second.end();

    assertThat(Leftovers.of(fixture.mark())).isEmpty();
  }

  private String tag(String rest) {
    return fixture.mark() + ":" + rest;
  }
}
