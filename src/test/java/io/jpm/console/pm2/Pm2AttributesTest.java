package io.jpm.console.pm2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Tests the conversion of an app of PM2 to the attributes of a process file.
class Pm2AttributesTest {
  private static final String WEB =
      """
      {"name":"web","pm_id":0,"status":"online","args":["a b","c"],"node_args":["--inspect"],
       "pm_exec_path":"/srv/app.js","exec_interpreter":"node","pm_cwd":"/srv","namespace":"shop",
       "exec_mode":"cluster_mode","instances":2,"autorestart":true,"kill_timeout":2500,
       "max_memory_restart":314572800,"cron_restart":"0 3 * * *","watch":false,"ignore_watch":["x"],
       "stop_exit_codes":[3],"wait_ready":true,"uid":1000,"instance_var":"N","treekill":true,
       "pm_out_log_path":"/home/me/.pm2/logs/web-out-0.log","pm_err_log_path":"/var/log/web-3.log",
       "pm_pid_path":"/run/web-0.pid","km_link":false,"axm_options":{"error":true},
       "env":{"A":"1","N":"0","web":"{}","PM2_HOME":"/home/me/.pm2","PM2_USAGE":"CLI","SHLVL":"2",
              "SSH_CONNECTION":"x","XDG_SESSION_ID":"4","npm_config_x":"y","_":"/usr/bin/pm2",
              "LANG":"C.UTF-8","PATH":"/opt/node/bin:/usr/bin","unique_id":"7","LESSON":"3",
              "io":{"a":1}}}
      """;

  private static Pm2App app(String... processes) {
    return Pm2App.ofDump("[" + String.join(",", processes) + "]").getFirst();
  }

  private static Map<String, Object> attributes(String... processes) {
    Map<String, String> shell = Map.of("LANG", "C.UTF-8", "PATH", "/usr/bin");
    return new Pm2Attributes(app(processes), shell, Path.of("/home/me/.pm2")).attributes();
  }

  @Test
  void attributesAreTranslatedToThoseOfJpm() {
    assertThat(attributes(WEB))
        .containsEntry("name", "web")
        .containsEntry("script", "/srv/app.js")
        .containsEntry("interpreter", "node")
        .containsEntry("interpreter_args", List.of("--inspect"))
        .containsEntry("args", List.of("a b", "c"))
        .containsEntry("cwd", "/srv")
        .containsEntry("namespace", "shop")
        .containsEntry("exec_mode", "cluster")
        .containsEntry("instances", 1)
        .containsEntry("autostart", true)
        .containsEntry("autorestart", true)
        .containsEntry("kill_timeout", 2500)
        .containsEntry("max_memory_restart", 314572800)
        .containsEntry("cron_restart", "0 3 * * *")
        .containsEntry("stop_exit_codes", List.of(3))
        .containsEntry("wait_ready", true)
        .containsEntry("uid", 1000)
        .containsEntry("instance_var", "N")
        .containsEntry("watch", false)
        .doesNotContainKeys("ignore_watch", "km_link", "axm_options", "status");
  }

  @Test
  void logFilesOutsidePm2HomeAreKeptWithoutTheId() {
    assertThat(attributes(WEB))
        .doesNotContainKey("out_file")
        .containsEntry("error_file", "/var/log/web.log")
        .containsEntry("pid_file", "/run/web.pid");
    assertThat(attributes(WEB.replace("\"km_link\"", "\"merge_logs\":true,\"km_link\"")))
        .containsEntry("error_file", "/var/log/web-3.log");
    assertThat(attributes(WEB.replace("/var/log/web-3.log", "/dev/null")))
        .containsEntry("error_file", "/dev/null");
    assertThat(
            attributes(
                WEB.replace(
                    "\"km_link\"", "\"pm_log_path\":\"/home/me/.pm2/logs/web.log\",\"km_link\"")))
        .containsEntry("log_file", true);
  }

  @Test
  void onlyVariablesOfTheAppAreImported() {
    assertThat(attributes(WEB).get("env"))
        .isEqualTo(
            Map.of("A", "1", "PATH", "/opt/node/bin:/usr/bin", "LESSON", "3", "io", "{\"a\":1}"));
  }

  @Test
  void processesOfOneNameAreInstancesOfOneApp() {
    String stopped = WEB.replace("\"online\"", "\"stopped\"");
    Pm2App mixed = app(WEB, WEB.replace("\"pm_id\":0", "\"pm_id\":4"), stopped);
    assertThat(mixed.running()).isEqualTo(2);
    assertThat(mixed.instances()).isEqualTo(2);
    assertThat(mixed.ids()).containsExactly("0", "4", "0");
    assertThat(mixed.inconsistency()).isEmpty();
    assertThat(attributes(stopped, stopped))
        .containsEntry("instances", 2)
        .containsEntry("autostart", false);
    assertThat(app(WEB, WEB.replace("/srv/app.js", "/srv/b.js")).inconsistency().orElseThrow())
        .contains("pm_exec_path");
  }

  @Test
  void textBeforeTheListIsIgnored() {
    JsonObject entry =
        new JsonObject().put("pm_id", 7).put("pm2_env", new JsonObject().put("name", "a"));
    List<Pm2App> apps = Pm2App.ofList("[PM2] Spawning\n[" + entry.encode() + "]");
    assertThat(apps).singleElement().extracting(Pm2App::ids).isEqualTo(List.of("7"));
    assertThat(Pm2App.ofList("[]")).isEmpty();
    assertThatThrownBy(() -> Pm2App.ofList("no list")).isInstanceOf(DecodeException.class);
    assertThatThrownBy(() -> Pm2App.ofDump("[1]")).isInstanceOf(DecodeException.class);
  }
}
