package io.jpm.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AppKeyTest {
  @ParameterizedTest
  @CsvSource({
    "exec, SCRIPT",
    "cmd, SCRIPT",
    "command, SCRIPT",
    "exec_interpreter, INTERPRETER",
    "execInterpreter, INTERPRETER",
    "node_args, INTERPRETER_ARGS",
    "nodeArgs, INTERPRETER_ARGS",
    "interpreterArgs, INTERPRETER_ARGS",
    "out, OUT_FILE",
    "output, OUT_FILE",
    "outLog, OUT_FILE",
    "err, ERROR_FILE",
    "error, ERROR_FILE",
    "errFile, ERROR_FILE",
    "log, LOG_FILE",
    "combine_logs, MERGE_LOGS",
    "pid, PID_FILE",
    "cron, CRON_RESTART",
    "user, UID",
    "env, ENV",
    "env_production, ENV_NAME",
    "windowsHide, WINDOWS_HIDE",
    "v8, V8",
  })
  void everySpellingOfPm2IsKnown(String spelling, AppKey key) {
    assertThat(AppKey.named(spelling)).contains(key);
  }

  @Test
  void spellingsAreUnique() {
    Map<String, AppKey> seen = new HashMap<>();
    for (AppKey key : AppKey.values()) {
      assertThat(seen.put(key.key(), key)).isNull();
      key.aliases().forEach(alias -> assertThat(seen.put(alias, key)).as(alias).isNull());
    }
    seen.forEach((spelling, key) -> assertThat(AppKey.named(spelling)).contains(key));
  }

  @Test
  void optionsAreUnique() {
    List<String> options =
        Arrays.stream(AppKey.values()).flatMap(key -> key.option().stream()).toList();
    assertThat(options).doesNotHaveDuplicates().allMatch(option -> option.startsWith("--"));
  }

  @Test
  void everyKeyIsDocumentedInOneLine() {
    assertThat(AppKey.values())
        .allMatch(
            key -> !key.doc().isBlank() && key.doc().length() < 80 && !key.doc().contains("\n"));
  }

  @Test
  void everyAttributeOfPm2IsInTheCatalogue() {
    String pm2 =
        """
        script name name_prefix namespace install_url cwd args exec_interpreter node_args exec_mode
        execute_command instances env filter_env port append_env_to_name out_file error_file
        log_file merge_logs disable_logs log_type log_date_format time pid_file autostart
        autorestart stop_exit_codes restart_delay exp_backoff_restart_delay min_uptime max_restarts
        max_memory_restart cron_restart kill_timeout kill_retry_time treekill shutdown_with_message
        wait_ready listen_timeout watch ignore_watch watch_delay watch_options increment_var
        instance_var force uid gid username source_map_support disable_source_map_support vizion
        post_update pmx automation trace disable_trace v8 event_loop_inspector deep_monitoring
        windowsHide write io\
        """;
    assertThat(pm2.strip().split("\\s+", -1)).allMatch(key -> AppKey.named(key).isPresent());
  }
}
