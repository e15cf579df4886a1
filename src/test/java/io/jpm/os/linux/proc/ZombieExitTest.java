package io.jpm.os.linux.proc;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.linux.LinuxProcessHost;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The exit of a process that is a child of another process which never reaps it, as an adopted app
/// under a slow init.
@Timeout(120)
class ZombieExitTest {
  private HostFixture fixture;

  @BeforeEach
  void open(@TempDir Path dir) {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  private ProcessIdentity startChildOfAnother() {
    Spawned parent = fixture.start("never-waits.sh");
    parent.awaitOutput("\n");
    int pid = Integer.parseInt(HostFixture.read(parent.out()).strip());
    try (ProcReader reader = new ProcReader()) {
      return new ProcessIdentity(
          ProcReader.bootId(), pid, reader.stat(pid).orElseThrow().startTime());
    }
  }

  static Stream<Arguments> signalsAndExits() {
    return Stream.of(
        Arguments.of(Signal.SIGTERM, new Exit.Code(42)),
        Arguments.of(Signal.SIGUSR1, new Exit.Code(0)),
        Arguments.of(Signal.SIGKILL, new Exit.Signalled(9, false)),
        Arguments.of(Signal.SIGHUP, new Exit.Signalled(1, false)));
  }

  @ParameterizedTest
  @MethodSource("signalsAndExits")
  void exitOfAnUnreapedAdoptedProcessIsExact(Signal signal, Exit exit) {
    ProcessIdentity identity = startChildOfAnother();
    RecordedWatcher watcher = new RecordedWatcher();
    Child adopted = fixture.host().adopt(identity, fixture.tag(7, 1), watcher).orElseThrow();

    adopted.signalMain(signal);

    assertThat(watcher.awaitExit()).isEqualTo(exit);
    assertThat(ProcReader.find(identity))
        .hasValueSatisfying(stat -> assertThat(stat.state()).isEqualTo('Z'));
    assertThat(fixture.host().exitOf(identity)).isEqualTo(exit);
    assertThat(fixture.host().adopt(identity, fixture.tag(7, 1), watcher)).isEmpty();
  }

  @Test
  void faultIsReportedAsItsSignal() {
    ProcessIdentity identity = startChildOfAnother();
    RecordedWatcher watcher = new RecordedWatcher();
    Child adopted = fixture.host().adopt(identity, fixture.tag(7, 1), watcher).orElseThrow();

    adopted.signalMain(Signal.SIGSEGV);

    assertThat(watcher.awaitExit())
        .isInstanceOfSatisfying(
            Exit.Signalled.class, end -> assertThat(end.signal()).isEqualTo(11));
  }

  @Test
  void exitOfARunningOrDifferentProcessIsUnknown() {
    ProcessIdentity alive = startChildOfAnother();
    ProcessIdentity stranger =
        new ProcessIdentity(alive.bootId(), alive.pid(), alive.startTime() + 1);
    Exit unknown = new Exit.Unknown("it ended while no daemon was running");
    Child adopted =
        fixture.host().adopt(alive, fixture.tag(7, 1), new RecordedWatcher()).orElseThrow();

    assertThat(ZombieExit.of(alive)).isEmpty();
    adopted.signalMain(Signal.SIGKILL);

    assertThat(fixture.host().exitOf(stranger)).isEqualTo(unknown);
    assertThat(
            fixture.host().exitOf(new ProcessIdentity("another", alive.pid(), alive.startTime())))
        .isEqualTo(unknown);
  }

  @ParameterizedTest
  @CsvSource({
    "6.15.0-generic, true",
    "6.18.44-fc, true",
    "7.0, true",
    "6.1.0-18-amd64, false",
    "5.15.0, false",
    "'', false",
    "six, false"
  })
  void kernelReleaseIsCompared(String release, boolean expected) {
    assertThat(ZombieExit.isAtLeast(release, 6, 15)).isEqualTo(expected);
  }
}
