package io.jpm.god.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.InstanceSettings;
import io.jpm.model.LineFormat;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.process.InstanceId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstancePathsTest {
  private static final Path HOME = Path.of("/h");
  private static final InstanceId ID = new InstanceId(4);
  private static final Instant CREATED = Instant.ofEpochMilli(1_700_000_000_000L);
  private static final Path PIPE = Path.of("/run/log-pipe");

  private static AppSpec app(String name, int instances, LogFiles logs, Optional<Path> pidFile) {
    var appCommand = new AppCommand(Path.of("/bin/x"), Optional.empty(), List.of(), List.of());
    return AppSpec.builder(new AppName(name), appCommand, Path.of("/"))
        .instances(InstanceSettings.of(instances))
        .logs(logs)
        .pidFile(pidFile)
        .build();
  }

  private static InstancePaths paths(String name, int instances, LogFiles logs) {
    return InstancePaths.of(HOME, app(name, instances, logs, Optional.empty()), ID, CREATED);
  }

  private static LogFiles logs(String file, boolean merged, boolean disabled, boolean terminal) {
    Optional<Path> path = Optional.of(Path.of(file));
    return new LogFiles(
        path,
        file.isEmpty() ? Optional.empty() : path,
        path,
        merged,
        disabled,
        LineFormat.RAW,
        LogLimits.Overrides.NONE,
        terminal,
        Set.of(PIPE));
  }

  @Test
  void defaultFileNamesAreThoseOfPm2() {
    InstancePaths one = paths("a b", 1, LogFiles.DEFAULT);
    assertThat(one.out().file()).isEqualTo(Path.of("/h/logs/a-b-out.log"));
    assertThat(one.error().file()).isEqualTo(Path.of("/h/logs/a-b-error.log"));
    assertThat(one.combined()).isEmpty();
    assertThat(one.pidFile()).isEqualTo(Path.of("/h/pids/a-b-4.pid"));
    InstancePaths several = paths("wéb 1", 2, LogFiles.DEFAULT);
    assertThat(several.out().file()).isEqualTo(Path.of("/h/logs/wéb-1-out-4.log"));
    assertThat(several.error().file()).isEqualTo(Path.of("/h/logs/wéb-1-error-4.log"));
  }

  @ParameterizedTest
  @CsvSource({
    "/l/a.log, 1, false, /l/a.log",
    "/l/a.log, 2, false, /l/a-4.log",
    "/l/a.log, 2, true, /l/a.log",
    "/l/a-17.log, 1, false, /l/a-17.log",
    "/l/a-17.log, 2, false, /l/a-4.log",
    "/l/a-17.log, 2, true, /l/a-17.log",
    "/l/a-x1.log, 2, false, /l/a-x1-4.log",
    "/l/.log, 2, false, /l/-4.log",
    "/l/a.txt, 2, false, /l/a.txt-4",
    "/l-1.log/a, 2, false, /l-1.log/a-4",
    "/dev/null, 2, false, /dev/null",
    "/dev/stdout, 2, false, /dev/stdout",
    "/run/log-pipe, 2, false, /run/log-pipe",
  })
  void idIsInsertedBeforeTheExtensionUnlessInstancesShareTheFile(
      String file, int instances, boolean merged, Path expected) {
    InstancePaths paths = paths("web", instances, logs(file, merged, false, false));
    assertThat(paths.out().file()).isEqualTo(expected);
    assertThat(paths.error().file()).isEqualTo(expected);
    assertThat(paths.combined()).contains(expected);
  }

  @Test
  void defaultCombinedFileIsNamedAfterTheApp() {
    var usual =
        new LogFiles(
            Optional.empty(),
            Optional.empty(),
            Optional.of(Path.of("")),
            false,
            false,
            LineFormat.RAW,
            LogLimits.Overrides.NONE,
            false);
    assertThat(paths("web", 1, usual).combined()).contains(Path.of("/h/logs/web.log"));
    assertThat(paths("web", 2, usual).combined()).contains(Path.of("/h/logs/web-4.log"));
    assertThat(paths("my-app-1", 2, usual).combined()).contains(Path.of("/h/logs/my-app-4.log"));
  }

  @Test
  void disabledLogsAreDiscarded() {
    InstancePaths paths = paths("web", 2, logs("/l/a.log", false, true, false));
    assertThat(paths.out().file()).isEqualTo(InstancePaths.NOWHERE);
    assertThat(paths.error().file()).isEqualTo(InstancePaths.NOWHERE);
    assertThat(paths.combined()).isEmpty();
  }

  @Test
  void terminalHasOneOutputFile() {
    var terminal =
        new LogFiles(
            Optional.empty(),
            Optional.of(Path.of("/l/e.log")),
            Optional.empty(),
            false,
            false,
            LineFormat.RAW,
            LogLimits.Overrides.NONE,
            true);
    InstancePaths paths = paths("web", 2, terminal);
    assertThat(paths.out().file()).isEqualTo(Path.of("/h/logs/web-out-4.log"));
    assertThat(paths.error().file()).isEqualTo(paths.out().file());
    assertThat(paths.error().fifo()).isNotEqualTo(paths.out().fifo());
  }

  @ParameterizedTest
  @CsvSource({
    "/r/a.pid, 1, /r/a-4.pid",
    "/r/a-17.pid, 1, /r/a-4.pid",
    "/r/a.pid, 2, /r/a-4.pid",
    "/r/a, 1, /r/a",
    "/r/a, 2, /r/a-4",
  })
  void pidFileNameContainsTheId(Path file, int instances, Path expected) {
    AppSpec app = app("web", instances, LogFiles.DEFAULT, Optional.of(file));
    assertThat(InstancePaths.of(HOME, app, ID, CREATED).pidFile()).isEqualTo(expected);
  }

  @Test
  void captureUsesTheInstancePaths() {
    AppSpec app = app("web", 1, logs("/dev/null", false, false, false), Optional.empty());
    var supervisedInstance =
        new SupervisedInstance(new InstanceIdentity(ID, 0, CREATED), app, HOME);
    assertThat(supervisedInstance.captureRequest().files().out()).isEqualTo(Path.of("/dev/null"));
    assertThat(supervisedInstance.captureRequest().files().combined()).isEmpty();
    assertThat(supervisedInstance.captureRequest().options()).isEqualTo(app.logs());
    assertThat(supervisedInstance.view().combinedFile()).contains(Path.of("/dev/null"));
  }
}
