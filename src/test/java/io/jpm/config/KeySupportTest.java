package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.settings.AppDefaults;
import io.jpm.model.AppSpec;
import io.jpm.spec.AppKey;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Checks that each key has the effect that the catalogue declares: it changes the app, is accepted
/// without a warning, or is named in a warning.
class KeySupportTest {
  /// For each key a value that is not the default, followed by a comma and the other attributes
  /// that the key requires.
  private static final Map<AppKey, String> VALUES = new EnumMap<>(AppKey.class);

  static {
    VALUES.put(AppKey.NAME, "\"other\"");
    VALUES.put(AppKey.SCRIPT, "\"other\"");
    VALUES.put(AppKey.ARGS, "\"x\"");
    VALUES.put(AppKey.INTERPRETER, "\"reader\"");
    VALUES.put(AppKey.INTERPRETER_ARGS, "\"-x\", \"interpreter\": \"reader\"");
    VALUES.put(AppKey.CWD, "\"work\"");
    VALUES.put(AppKey.NAMESPACE, "\"shop\"");
    VALUES.put(AppKey.UID, "1");
    VALUES.put(AppKey.GID, "\"www\"");
    VALUES.put(AppKey.NICE, "5");
    VALUES.put(AppKey.LIMITS, "{\"cpu\": 1.5}");
    VALUES.put(AppKey.UMASK, "\"077\"");
    VALUES.put(AppKey.NO_NEW_PRIVILEGES, "true");
    VALUES.put(AppKey.CAPABILITIES, "[\"CAP_CHOWN\"]");
    VALUES.put(AppKey.SECCOMP, "\"default\"");
    VALUES.put(AppKey.PRIVATE_TMP, "true");
    VALUES.put(AppKey.READ_ONLY_PATHS, "[\"/srv\"]");
    VALUES.put(AppKey.DEPENDS_ON, "\"db\"");
    VALUES.put(AppKey.ENV, "{\"A\": 1}");
    VALUES.put(AppKey.ENV_NAME, "{\"A\": 2}");
    VALUES.put(AppKey.ENV_FILE, "\"some.env\"");
    VALUES.put(AppKey.SECRETS, "{\"S\": \"credential:s\"}");
    VALUES.put(AppKey.FILTER_ENV, "\"HOME\"");
    VALUES.put(AppKey.PORT, "80");
    VALUES.put(AppKey.APPEND_ENV_TO_NAME, "true");
    VALUES.put(AppKey.INSTANCES, "7");
    VALUES.put(AppKey.EXEC_MODE, "\"cluster\"");
    VALUES.put(AppKey.EXECUTE_COMMAND, "true, \"exec_mode\": \"cluster\"");
    VALUES.put(AppKey.BALANCE, "\"proxy\", \"port\": 80");
    VALUES.put(AppKey.STRATEGY, "\"ip_hash\", \"exec_mode\": \"cluster\"");
    VALUES.put(AppKey.LISTEN, "80");
    VALUES.put(AppKey.DRAIN_TIMEOUT, "3, \"exec_mode\": \"cluster\"");
    VALUES.put(AppKey.PROXY_PROTOCOL, "true, \"exec_mode\": \"cluster\"");
    VALUES.put(AppKey.INSTANCE_VAR, "\"N\"");
    VALUES.put(AppKey.INCREMENT_VAR, "\"PORT\"");
    VALUES.put(AppKey.AUTOSTART, "false");
    VALUES.put(AppKey.AUTORESTART, "false");
    VALUES.put(AppKey.RESTART, "\"on-failure\"");
    VALUES.put(AppKey.STOP_EXIT_CODES, "3");
    VALUES.put(AppKey.MAX_RESTARTS, "3");
    VALUES.put(AppKey.RESTART_WINDOW, "\"3s\"");
    VALUES.put(AppKey.MIN_UPTIME, "\"3s\"");
    VALUES.put(AppKey.RESTART_DELAY, "3");
    VALUES.put(AppKey.EXP_BACKOFF_RESTART_DELAY, "3");
    VALUES.put(AppKey.MAX_RESTART_DELAY, "\"3m\", \"exp_backoff_restart_delay\": 100");
    VALUES.put(AppKey.RESTART_JITTER, "0.3, \"exp_backoff_restart_delay\": 100");
    VALUES.put(AppKey.MAX_MEMORY_RESTART, "\"3M\"");
    VALUES.put(AppKey.CRON_RESTART, "\"* * * * *\"");
    VALUES.put(AppKey.TIME_ZONE, "\"Asia/Kathmandu\", \"cron\": \"* * * * *\"");
    VALUES.put(AppKey.WATCH, "true");
    VALUES.put(AppKey.IGNORE_WATCH, "\"x\", \"watch\": true");
    VALUES.put(AppKey.WATCH_DELAY, "3, \"watch\": true");
    VALUES.put(AppKey.KILL_SIGNAL, "\"SIGTERM\"");
    VALUES.put(AppKey.KILL_TIMEOUT, "3");
    VALUES.put(AppKey.TREEKILL, "false");
    VALUES.put(AppKey.SHUTDOWN_WITH_MESSAGE, "true");
    VALUES.put(AppKey.STOP, "{\"command\": [\"x\"]}");
    VALUES.put(AppKey.WAIT_READY, "true");
    VALUES.put(AppKey.LISTEN_TIMEOUT, "3");
    VALUES.put(AppKey.ON, "{\"crash\": [\"/bin/true\"]}");
    VALUES.put(AppKey.STARTUP, "{\"tcp\": 80}");
    VALUES.put(AppKey.READINESS, "{\"tcp\": 80}");
    VALUES.put(AppKey.LIVENESS, "{\"tcp\": 80}");
    VALUES.put(AppKey.OUT_FILE, "\"out.log\"");
    VALUES.put(AppKey.ERROR_FILE, "\"err.log\"");
    VALUES.put(AppKey.LOG_FILE, "true");
    VALUES.put(AppKey.MERGE_LOGS, "true");
    VALUES.put(AppKey.DISABLE_LOGS, "true");
    VALUES.put(AppKey.LOG_TYPE, "\"json\"");
    VALUES.put(AppKey.LOG_DATE_FORMAT, "\"HH\"");
    VALUES.put(AppKey.TIME, "true");
    VALUES.put(AppKey.LOGS, "{\"keep\": 3}");
    VALUES.put(AppKey.PTY, "true");
    VALUES.put(AppKey.PID_FILE, "\"a.pid\"");
  }

  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
    workspace.executable("other", "\u0000ELF");
    workspace.program("reader");
    workspace.directory("work");
    workspace.file("some.env", "A=1");
  }

  @ParameterizedTest
  @EnumSource(AppKey.class)
  void everyKeyHasTheSupportThatItDeclares(AppKey key) {
    switch (key.support()) {
      case ACTS -> assertChangesTheApp(key);
      case ELSEWHERE -> assertAcceptedWithoutWarning(key);
      case NOT_YET, PM2_ONLY -> assertNamedInAWarning(key);
    }
  }

  private void assertChangesTheApp(AppKey key) {
    assertThat(VALUES).as("VALUES of this test").containsKey(key);
    String value = VALUES.getOrDefault(key, "");
    int comma = value.indexOf(", \"");
    String others = comma < 0 ? "" : value.substring(comma);
    String spelling = key == AppKey.ENV_NAME ? "env_test" : key.key();
    String script = key == AppKey.SCRIPT ? "" : "\"script\": \"app\", ";
    AppSpec with = read("{" + script + "\"" + spelling + "\": " + value + "}");
    AppSpec without = read("{\"script\": \"app\"" + others + "}");
    assertThat(with).isNotEqualTo(without);
  }

  private AppSpec read(String json) {
    workspace.executable("app", "\u0000ELF");
    workspace.file("ecosystem.json", json);
    AppsOutcome outcome =
        Workspace.readFile(
            Path.of("ecosystem.json"),
            Optional.of("test"),
            workspace.callerContext(),
            AppDefaults.PM2);
    assertThat(Workspace.messages(outcome)).isEmpty();
    return outcome.apps().getFirst();
  }

  private void assertAcceptedWithoutWarning(AppKey key) {
    AppsOutcome outcome =
        workspace.read("{\"script\": \"app\", \"%s\": [\"x\"]}".formatted(key.key()));
    assertThat(Workspace.messages(outcome)).isEmpty();
    assertThat(outcome.warnings()).isEmpty();
  }

  private void assertNamedInAWarning(AppKey key) {
    assertThat(
            workspace.read("{\"script\": \"app\", \"%s\": \"x\"}".formatted(key.key())).warnings())
        .singleElement()
        .asString()
        .contains(": " + key.key());
  }
}
