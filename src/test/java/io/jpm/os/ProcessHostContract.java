package io.jpm.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.RunAs;
import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The contract of every process host.
@Timeout(120)
public abstract class ProcessHostContract {
  protected HostFixture fixture;

  protected abstract ProcessHost newHost();

  @BeforeEach
  void open(@TempDir Path dir) {
    fixture = new HostFixture(newHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 42, 127, 137, 143, 255})
  void exitCodeIsReported(int code) {
    Spawned child = fixture.start("exits-at-once.sh", Integer.toString(code));

    assertThat(child.watcher().awaitExit()).isEqualTo(new Exit.Code(code));
  }

  @Test
  void immediateExitIsReportedOnce() {
    List<Spawned> children = new ArrayList<>();
    for (int i = 0; i < TestGroup.choose(60, 250); i++) {
      children.add(fixture.start("exits-at-once.sh", Integer.toString(i)));
    }

    for (int i = 0; i < children.size(); i++) {
      assertThat(children.get(i).watcher().awaitExit()).isEqualTo(new Exit.Code(i));
    }
    assertThat(children).allMatch(child -> child.watcher().told().equals(List.of("exited")));
  }

  @Test
  void childRunsInItsDirectoryWithExactlyItsEnvironment() {
    Spawned child = fixture.start("prints-surroundings.sh");
    child.watcher().awaitExit();
    child.awaitOutput("JPM_TAG=");
    String[] lines = HostFixture.read(child.out()).split("\n", -1);

    assertThat(lines[0]).isEqualTo(fixture.dir().toString());
    assertThat(lines)
        .contains("JPM_TAG=" + fixture.tag(1, 1), "JPM_TEST_MARK=" + fixture.mark())
        // The shell sets PWD, OLDPWD, _ and SHLVL.
        .allMatch(line -> line.matches("(/|PATH=|JPM_|PWD=|OLDPWD=|_=|SHLVL=).*|"));
  }

  @Test
  void outputIsWrittenToItsFiles() {
    Spawned child = fixture.start("writes-both.sh");
    child.watcher().awaitExit();
    child.awaitOutput("out 2000\n");

    assertThat(HostFixture.read(child.out()).lines()).hasSize(2000).first().isEqualTo("out 1");
    Eventually.await(
        "all of standard error is written",
        HostFixture.DEADLINE,
        () -> HostFixture.read(child.error()).endsWith("error 2000\n"));
  }

  @Test
  void outputIsAppendedToAnExistingFile() throws IOException {
    SpawnRequest request = fixture.request("obedient.sh");
    Files.createDirectories(request.out().file().getParent());
    Files.writeString(request.out().file(), "before\n");

    fixture.start(request).awaitOutput("before\nready\n");
  }

  @Test
  void outputBytesAreNotChanged() {
    Spawned child = fixture.start("invalid-utf8.sh");

    child.awaitOutput("a\377\376b\n");
  }

  @Test
  void largeOutputWithoutNewlinesIsWrittenCompletely() {
    Spawned child = fixture.start("floods.sh");

    assertThat(child.watcher().awaitExit()).isEqualTo(new Exit.Code(0));
    Eventually.await(
        "20 MB are written",
        HostFixture.DEADLINE,
        () -> HostFixture.size(child.out()) == 20_000_000,
        () -> HostFixture.size(child.out()));
  }

  @Test
  void exitIsReportedWhileAGrandchildHoldsThePipe() {
    Spawned child = fixture.start("forks-and-dies.sh");

    assertThat(child.watcher().awaitExit()).isEqualTo(new Exit.Code(3));
  }

  @Test
  void closingItsOutputIsNotAnExit() {
    Spawned child = fixture.start("closes-stdout-lives-on.sh");
    child.awaitReady();

    assertThat(HostFixture.isAlive(child.pid())).isTrue();
    assertThat(child.watcher().told()).isEmpty();
  }

  @Test
  void treeThatObeysTheSignalIsGone() {
    Spawned child = fixture.start("obedient.sh");
    child.awaitReady();

    child.child().signalTree(Signal.SIGTERM);
    child.watcher().awaitTreeGone();

    assertThat(child.watcher().told()).containsExactly("exited", "treeGone");
    assertThat(child.child().hasLeftovers()).isFalse();
  }

  @Test
  void treeThatIgnoresSignalsIsEndedBySigkill() {
    Spawned child = fixture.start("deaf.sh");
    child.awaitReady();

    child.child().signalTree(Signal.SIGTERM);
    child.child().signalTree(Signal.SIGINT);
    child.child().signalTree(Signal.SIGKILL);
    child.watcher().awaitTreeGone();

    assertThat(child.watcher().told()).containsExactly("exited", "treeGone");
  }

  @Test
  void descendantInItsOwnSessionIsEndedWithTheTree() {
    Spawned child = fixture.start("new-session.sh");
    child.awaitReady();

    child.end();

    assertThat(child.watcher().told()).containsExactly("exited", "treeGone");
  }

  @Test
  void signalDoesNotAffectAnotherTree() {
    Spawned one = fixture.start("obedient.sh");
    Spawned other = fixture.start("obedient.sh");
    one.awaitReady();
    other.awaitReady();

    one.end();

    assertThat(HostFixture.isAlive(other.pid())).isTrue();
    assertThat(other.watcher().told()).isEmpty();
  }

  @Test
  void signalToTheMainProcessIsDelivered() {
    Spawned child = fixture.start("obedient.sh");
    child.awaitReady();

    child.child().signalMain(Signal.SIGTERM);

    assertThat(child.watcher().awaitExit()).isEqualTo(new Exit.Code(0));
    child.child().signalMain(Signal.SIGTERM); // the process is gone, so this has no effect
  }

  @Test
  void exitOfAReleasedChildIsNotReported() {
    Spawned child = fixture.start("obedient.sh");
    child.awaitReady();
    child.child().release();
    ProcessHandle.of(child.pid()).ifPresent(ProcessHandle::destroyForcibly);
    Eventually.await(
        "the process has ended", HostFixture.DEADLINE, () -> !HostFixture.isAlive(child.pid()));

    assertThat(child.watcher().told()).isEmpty();
  }

  @Test
  void missingProgramIsReported() {
    Path missing = fixture.dir().resolve("nothing-here");

    assertThat(fixture.refusal(fixture.request(missing.toString())))
        .isEqualTo(missing + " does not exist");
  }

  @Test
  void programThatIsNotExecutableIsReported() {
    SpawnRequest request = fixture.request("not-executable.sh");

    assertThat(fixture.refusal(request))
        .isEqualTo(
            request.program() + " is not executable: run chmod +x on it, or set --interpreter");
  }

  @Test
  void directoryInPlaceOfTheProgramIsReported() {
    assertThat(fixture.refusal(fixture.request(fixture.dir().toString())))
        .isEqualTo(fixture.dir() + " is a directory, not a program");
  }

  @Test
  void missingWorkingDirectoryIsReported() {
    Path missing = fixture.dir().resolve("no-folder");

    assertThat(fixture.refusal(requestInDirectory(missing)))
        .isEqualTo("the working directory " + missing + " does not exist");
  }

  @Test
  void fileInPlaceOfTheWorkingDirectoryIsReported() {
    Path file = fixture.script("obedient.sh");

    assertThat(fixture.refusal(requestInDirectory(file)))
        .isEqualTo("the working directory " + file + " is not a directory");
  }

  private SpawnRequest requestInDirectory(Path folder) {
    SpawnRequest request = fixture.request("obedient.sh");
    return new SpawnRequest(
        request.program(),
        request.argv(),
        request.environment(),
        folder,
        request.out(),
        request.error(),
        request.tag());
  }

  @Test
  void logFileThatCannotBeOpenedIsReported() throws IOException {
    Path file = Files.writeString(fixture.dir().resolve("file"), "");

    assertThatThrownBy(
            () -> fixture.host().logFileSystem().open(file.resolve("below/x.log"), RunAs.DAEMON))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void exitOfAnAdoptedProcessIsReported() {
    Spawned child = fixture.start("obedient.sh");
    child.awaitReady();
    RecordedWatcher watcher = new RecordedWatcher();
    try (ProcessHost second = newHost()) {
      Child adopted =
          second.adopt(child.child().identity(), fixture.tag(1, 1), watcher).orElseThrow();
      adopted.signalTree(Signal.SIGTERM);
      watcher.awaitTreeGone();

      assertThat(watcher.told()).containsExactly("exited", "treeGone");
      assertThat(adopted.identity()).isEqualTo(child.child().identity());
    }
  }

  @Test
  void processWithTheSamePidAndAnotherStartTimeIsNotAdopted() {
    Spawned child = fixture.start("obedient.sh");
    ProcessIdentity right = child.child().identity();
    ProcessIdentity wrong =
        new ProcessIdentity(right.bootId(), right.pid(), right.startTime() - 100_000);

    assertThat(fixture.host().adopt(wrong, fixture.tag(1, 1), new RecordedWatcher())).isEmpty();
    assertThat(fixture.host().usage(wrong)).isEmpty();
  }

  @Test
  void processOfAnotherBootIsNotAdopted() {
    Spawned child = fixture.start("obedient.sh");
    ProcessIdentity right = child.child().identity();
    ProcessIdentity wrong = new ProcessIdentity("another", right.pid(), right.startTime());

    assertThat(fixture.host().adopt(wrong, fixture.tag(1, 1), new RecordedWatcher())).isEmpty();
  }

  @Test
  void treeThatIsGoneHasNoLeftovers() {
    Spawned child = fixture.start("exits-at-once.sh");
    child.watcher().awaitExit();
    ProcessIdentity gone = child.child().identity();
    RecordedWatcher watcher = new RecordedWatcher();
    RecordedWatcher released = new RecordedWatcher();
    Child leftovers = fixture.host().adoptLeftovers(gone, fixture.tag(1, 1), watcher);
    Child forgotten = fixture.host().adoptLeftovers(gone, fixture.tag(1, 1), released);

    assertThat(leftovers.identity()).isEqualTo(gone);
    assertThat(leftovers.hasLeftovers()).isFalse();
    leftovers.signalMain(Signal.SIGTERM);
    assertThat(watcher.told()).isEmpty();
    forgotten.release();
    forgotten.signalTree(Signal.SIGTERM);
    leftovers.signalTree(Signal.SIGTERM);
    leftovers.signalTree(Signal.SIGKILL);
    watcher.awaitTreeGone();

    assertThat(watcher.told()).containsExactly("treeGone");
    assertThat(released.told()).isEmpty();
    assertThat(leftovers.hasLeftovers()).isFalse();
  }

  @Test
  void usageOfARunningProcessIsReported() {
    Spawned child = fixture.start("obedient.sh");
    child.awaitReady();

    assertThat(fixture.host().usage(child.child().identity()))
        .hasValueSatisfying(processUsage -> assertThat(processUsage.memoryBytes()).isPositive());
    child.end();
    assertThat(fixture.host().usage(child.child().identity())).isEmpty();
  }

  @Test
  void adoptedProcessOutlivesItsHost() {
    Spawned child = fixture.start("obedient.sh");
    child.awaitReady();
    ProcessIdentity identity = child.child().identity();
    RecordedWatcher watcher = new RecordedWatcher();
    Child other;
    try (ProcessHost second = newHost()) {
      other = second.adopt(identity, fixture.tag(1, 1), watcher).orElseThrow();
    }

    assertThat(fixture.host().usage(other.identity())).isPresent();
    assertThat(watcher.told()).isEmpty();
  }

  @Test
  void childWithoutAnIpcChannelReceivesNoMessages() {
    SpawnRequest request =
        fixture.withVariable(
            fixture.request("prints-surroundings.sh"), "NODE_CHANNEL_FD", "of a shell's");
    Spawned child = fixture.start(request);
    child.watcher().awaitExit();
    child.awaitOutput("JPM_TAG=");

    assertThat(HostFixture.read(child.out())).doesNotContain("CHANNEL");
    assertThat(child.child().hasIpcChannel()).isFalse();
    assertThat(child.child().send("1")).isFalse();
    assertThat(child.watcher().messages()).isEmpty();
  }
}
