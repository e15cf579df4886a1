package io.jpm.console.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.console.cli.ArgumentReader;
import io.jpm.console.cli.ParsedCommand;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartAttributesTest {
  private static Map<String, Object> attributes(String... words) {
    ParsedCommand.Run asked = (ParsedCommand.Run) ArgumentReader.parse(List.of(words));
    return StartAttributes.of("app.js", asked.arguments());
  }

  private static Object attribute(String key, String... words) {
    Map<String, Object> all = attributes(words);
    assertThat(all).containsOnlyKeys("script", key);
    return all.getOrDefault(key, "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --exp-backoff-restart-delay 100 | exp_backoff_restart_delay | 100
          --max-memory-restart 300M       | max_memory_restart        | 300M
          --stop-exit-codes 1,2           | stop_exit_codes           | 1,2
          -c 0                            | cron_restart              | 0
          --cron x                        | cron_restart              | x
          --cron-restart x                | cron_restart              | x
          --ignore-watch x                | ignore_watch              | x
          --wait-ready                    | wait_ready                | true
          --listen-timeout 5s             | listen_timeout            | 5s
          --shutdown-with-message         | shutdown_with_message     | true
          --no-treekill                   | treekill                  | false
          --no-autostart                  | autostart                 | false
          --no-autorestart                | autorestart               | false
          --kill-signal TERM              | kill_signal               | TERM
          --uid www-data                  | uid                       | www-data
          --user 33                       | uid                       | 33
          -u 33                           | uid                       | 33
          --gid 33                        | gid                       | 33
          -x                              | execute_command           | true
          --restart on-failure            | restart                   | on-failure
          --nice -5                       | nice                      | -5
          --umask 027                     | umask                     | 027
          --time-zone UTC                 | time_zone                 | UTC
          --log                           | log_file                  | true
          -l all.log                      | log_file                  | all.log
          --log=all.log                   | log_file                  | all.log
          --log a.log --log b.log         | log_file                  | b.log
          --merge-logs                    | merge_logs                | true
          --disable-logs                  | disable_logs              | true
          --log-type json                 | log_type                  | json
          --log-date-format HH:mm         | log_date_format           | HH:mm
          --time                          | time                      | true
          --pty                           | pty                       | true
          --port 8080                     | port                      | 8080
          --balance proxy                 | balance                   | proxy
          --strategy least_conn           | strategy                  | least_conn
          --listen 80,[::1]:81            | listen                    | 80,[::1]:81
          --listen 80 --listen 127.0.0.1:81 | listen                  | 80,127.0.0.1:81
          --drain-timeout 10s             | drain_timeout             | 10s
          -i max                          | instances                 | max
          --pid a.pid                     | pid_file                  | a.pid
          -p a.pid                        | pid_file                  | a.pid
          """)
  void optionsBecomeAttributes(String line, String key, String value) {
    String[] words = ("start app.js " + line).split(" ");
    assertThat(attribute(key, words)).asString().isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"0.5,500", "2,2000", ".25,250", "0.0001,1", "0,0", "200ms,200ms", "soon,soon"})
  void watchDelayOptionIsInSeconds(String typed, String value) {
    assertThat(attribute("watch_delay", "start", "app.js", "--watch-delay", typed))
        .asString()
        .isEqualTo(value);
  }

  @Test
  void watchIsTheDirectoryUnlessItHasPaths() {
    assertThat(attribute("watch", "start", "app.js", "--watch")).isEqualTo(true);
    assertThat(attribute("watch", "start", "app.js", "--watch", "src", "--watch=lib"))
        .isEqualTo(List.of("src", "lib"));
    assertThat(attribute("watch", "start", "app.js", "--watch", "src", "--watch"))
        .isEqualTo(List.of("src", "."));
  }

  @Test
  void wordAfterLogIsTheTargetIfThereIsNoOther() {
    ParsedCommand.Run asked =
        (ParsedCommand.Run) ArgumentReader.parse(List.of("start", "--log", "app.js"));
    assertThat(asked.arguments().targets()).containsExactly("app.js");
    assertThat(StartAttributes.of("app.js", asked.arguments())).containsEntry("log_file", true);
  }

  @Test
  void filterEnvOptionsAccumulate() {
    assertThat(attribute("filter_env", "start", "app.js", "--filter-env", "A", "--filter-env=B"))
        .isEqualTo(List.of("A", "B"));
  }

  @Test
  void dependenciesMayHaveConditions() {
    assertThat(attribute("depends_on", "start", "app.js", "--depends-on", "a:ready, b,c:d:x,"))
        .isEqualTo(Map.of("a", "ready", "b", "started", "c:d", "x"));
  }

  @Test
  void optionsOfTheCommandAreNotAttributes() {
    assertThat(attributes("start", "app.js", "--env", "x", "-a", "-f", "--only", "y", "--no-color"))
        .containsOnlyKeys("script");
  }
}
