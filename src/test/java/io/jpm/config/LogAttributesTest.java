package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppSpec;
import io.jpm.model.FullLogPolicy;
import io.jpm.model.LineFormat;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.text.TimePattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests the attributes of logs and pid files.
class LogAttributesTest {
  private static final Path DEV_NULL = Path.of("/dev/null");

  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
  }

  private AppSpec app(String members) {
    AppsOutcome outcome = workspace.read("{\"script\": \"app\", " + members + "}");
    assertThat(Workspace.messages(outcome)).isEmpty();
    assertThat(outcome.warnings()).isEmpty();
    return outcome.apps().getFirst();
  }

  private LogFiles logs(String members) {
    return app(members).logs();
  }

  @Test
  void appWithoutLogAttributesHasTheDefaults() {
    AppSpec app = app("\"name\": \"web\"");
    assertThat(app.logs()).isEqualTo(LogFiles.DEFAULT);
    assertThat(app.pidFile()).isEmpty();
  }

  @Test
  void combinedFileIsAPathOrTheDefaultFile() {
    assertThat(logs("\"log_file\": true").combined()).contains(Path.of(""));
    assertThat(logs("\"log\": \"true\"").combined()).contains(Path.of(""));
    assertThat(logs("\"log\": false").combined()).isEmpty();
    assertThat(logs("\"log\": null").combined()).isEmpty();
    assertThat(logs("\"log\": \"x/all.log\"").combined()).contains(dir.resolve("x/all.log"));
    assertThat(logs("\"logFile\": \"~/all.log\"").combined()).contains(dir.resolve("home/all.log"));
  }

  @ParameterizedTest
  @CsvSource({"NULL", "/dev/null"})
  void upperCaseNullIsDevNull(String word) {
    LogFiles logs =
        logs("\"out\": \"%s\", \"err\": \"%s\", \"log\": \"%s\"".formatted(word, word, word));
    assertThat(logs.out()).contains(DEV_NULL);
    assertThat(logs.error()).contains(DEV_NULL);
    assertThat(logs.combined()).contains(DEV_NULL);
  }

  @Test
  void lowerCaseNullIsAFileName() {
    assertThat(logs("\"out\": \"null\"").out()).contains(dir.resolve("null"));
  }

  @Test
  void flagsAreRead() {
    LogFiles logs = logs("\"combine_logs\": true, \"disable_logs\": true, \"pty\": true");
    assertThat(logs.merged()).isTrue();
    assertThat(logs.disabled()).isTrue();
    assertThat(logs.terminal()).isTrue();
  }

  @Test
  void linesAreRawUnlessADateOrJsonIsConfigured() {
    assertThat(logs("\"log_type\": \"raw\", \"time\": false").format()).isEqualTo(LineFormat.RAW);
    assertThat(logs("\"log_date_format\": \"\"").format()).isEqualTo(LineFormat.RAW);
    assertThat(logs("\"time\": true").format()).isEqualTo(new LineFormat.Dated(TimePattern.TIME));
    assertThat(logs("\"time\": true, \"logDateFormat\": \"HH:mm Z\"").format())
        .isEqualTo(new LineFormat.Dated(new TimePattern("HH:mm Z")));
    assertThat(logs("\"log_type\": \"json\"").format())
        .isEqualTo(new LineFormat.Json(Optional.empty()));
    assertThat(logs("\"log_type\": \"json\", \"time\": true").format())
        .isEqualTo(new LineFormat.Json(Optional.of(TimePattern.TIME)));
  }

  @Test
  void limitsAreReadWithTheirUnits() {
    assertThat(
            logs("""
            "logs": {"max_size": "5M", "rotate_every": "12h", "keep": 3, "max_age": "7d",
              "maxTotal": 2048, "compress": false, "when_full": "block"}
            """)
                .limits())
        .isEqualTo(
            new LogLimits.Overrides(
                Optional.of(5L << 20),
                Optional.of(Duration.ofHours(12)),
                Optional.of(3),
                Optional.of(Duration.ofDays(7)),
                Optional.of(2048L),
                Optional.of(false),
                Optional.of(FullLogPolicy.BLOCK)));
    LogLimits.Overrides some = logs("\"logs\": {\"max_age\": 0, \"max_size\": null}").limits();
    assertThat(some.applyTo(LogLimits.DEFAULT).maxAge()).isZero();
    assertThat(some.applyTo(LogLimits.DEFAULT).maxSize()).isEqualTo(50L << 20);
    assertThat(logs("\"logs\": {}").limits()).isEqualTo(LogLimits.Overrides.NONE);
  }

  @Test
  void pidFileIsRelativeToTheDirectory() {
    assertThat(app("\"pid\": \"run/web.pid\"").pidFile()).contains(dir.resolve("run/web.pid"));
  }

  @Test
  void namedPipeIsRecordedAsSpecialFile() throws Exception {
    Path pipe = dir.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    workspace.file("old.log", "text");
    LogFiles logs = logs("\"out\": \"pipe\", \"err\": \"old.log\", \"log\": \"new.log\"");
    assertThat(logs.special()).containsExactly(pipe);
  }

  @Test
  void pathsOnTheCommandLineAreRelativeToCwd() {
    workspace.directory("work");
    AppsOutcome outcome =
        workspace.readCommandLine(
            Map.of(
                "script",
                "app",
                "cwd",
                "work",
                "log_file",
                "all.log",
                "pid_file",
                "~/a.pid",
                "time",
                true));
    assertThat(Workspace.messages(outcome)).isEmpty();
    AppSpec app = outcome.apps().getFirst();
    assertThat(app.logs().combined()).contains(dir.resolve("work/all.log"));
    assertThat(app.pidFile()).contains(dir.resolve("home/a.pid"));
    assertThat(app.logs().format()).isEqualTo(new LineFormat.Dated(TimePattern.TIME));
  }

  @Test
  void errorFileWithPtyIsAWarning() {
    assertThat(
            workspace.read("{\"script\": \"app\", \"pty\": true, \"err\": \"e.log\"}").warnings())
        .containsExactly(
            "ecosystem.json: app: err has no effect with pty: a terminal combines both output streams");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "log_type": "jsn" | .log_type: "jsn" is neither raw nor json
          "log_type": true | .log_type: true is not text: put it in double quotes
          "log_file": 5 | .log_file: 5 is not text: put it in double quotes
          "log": "" | .log: is empty
          "log": "home" | .log: DIR/home is a directory: name a file in it
          "out": "home" | .out: DIR/home is a directory: name a file in it
          "pid": "home" | .pid: DIR/home is a directory: name a file in it
          "pid": "/dev/null" | .pid: /dev/null cannot be a pid file, because jpm would delete it when the app exits: use a regular file
          "merge_logs": "yes" | .merge_logs: "yes" is neither true nor false
          "time": 1 | .time: 1 is neither true nor false
          "log_date_format": 5 | .log_date_format: 5 is not text: put it in double quotes
          "log_date_format": "HH\\nmm" | .log_date_format: contains a control character
          "pty": "x" | .pty: "x" is neither true nor false
          "logs": "50M" | .logs: "50M" is not an object: use {"max_size": "50M", "keep": 10}
          "logs": {"max_sise": "5M"} | .logs: unknown key "max_sise": did you mean "max_size"?
          "logs": {"max_size": "5M", "maxSize": 0} | .logs.maxSize: is already set as "max_size": keep only one of the two keys
          "logs": {"max_size": "1023"} | .logs.max_size: "1023" is not valid: use 0 for no limit, or a size of 1K or more, such as "50M" or "1G"
          "logs": {"max_total": -1} | .logs.max_total: -1 is not valid: use 0 for no limit, or a size of 1K or more, such as "50M" or "1G"
          "logs": {"rotate_every": 7} | .logs.rotate_every: 7 is not valid: use 0 for no limit, or a duration of 1s or more with a unit, such as "12h" or "7d"
          "logs": {"max_age": "10ms"} | .logs.max_age: "10ms" is not valid: use 0 for no limit, or a duration of 1s or more with a unit, such as "12h" or "7d"
          "logs": {"keep": 1.5} | .logs.keep: 1.5 is not valid: use 0 for no limit, or a whole number
          "logs": {"compress": "yes"} | .logs.compress: "yes" is not valid: use true or false
          "logs": {"when_full": "BLOCK"} | .logs.when_full: "BLOCK" is not valid: use "drop_oldest" or "block"
          """)
  void invalidValueIsReportedInOneMessage(String member, String sentence) {
    workspace.directory("home");
    AppsOutcome outcome = workspace.read("[\n{\"script\": \"app\",\n" + member + "}]");
    assertThat(outcome.apps()).isEmpty();
    assertThat(Workspace.messages(outcome))
        .containsExactly("ecosystem.json:3: [0]" + sentence.replace("DIR", dir.toString()));
  }

  @Test
  void allProblemsAreReportedTogether() {
    AppsOutcome outcome =
        workspace.read(
            """
            {"script": "app",
             "log_type": "x",
             "logs": {"keep": "x",
               "max_age": "x"},
             "time": 5}
            """);
    assertThat(Workspace.messages(outcome)).hasSize(4);
  }
}
