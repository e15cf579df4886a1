package io.jpm.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The reports of the daemon about its own state, and its notifications about apps, as a user sees
/// them.
@Timeout(180)
class DoctorIT extends EndToEndTestBase {
  @Test
  void doctorChecksEverythingAndFailsIfSomethingDoesNotWork() throws Exception {
    String out = jpm.run("doctor").out();
    assertThat(out.lines())
        .anyMatch(line -> line.startsWith("ok    java: "))
        .anyMatch(line -> line.startsWith("ok    home: " + jpm.home()))
        .anyMatch(line -> line.matches("ok    bridge: 127\\.0\\.0\\.1:[0-9]+ and .*"))
        .anyMatch(line -> line.equals("ok    settings: no errors"))
        .anyMatch(line -> line.startsWith("ok    jpm.pid: "));
    jpm.settings("{\"bridge\": {\"max_connections\": 7}}");
    assertThat(jpm.run("doctor").out())
        .contains(
            "warn  settings: changes that take effect when the daemon is replaced: bridge.max_connections 1024 -> 7",
            "jpm update");
    Eventually.await("jpm.log reports the pending setting", Jpm.LONG, this::isLogged);
    jpm.settings("{\"logs\": {\"kep\": 3}}");
    Jpm.Result failed = jpm.run("doctor", "--json");
    assertThat(failed.code()).isEqualTo(1);
    JsonObject settings =
        failed
            .out()
            .lines()
            .map(JsonObject::new)
            .filter(line -> line.getString("check").equals("settings"))
            .findFirst()
            .orElseThrow();
    assertThat(settings.getString("verdict")).isEqualTo("fail");
    assertThat(settings.getString("found")).contains("did you mean \"keep\"?");
  }

  private boolean isLogged() {
    try {
      return Files.readString(jpm.home().resolve("jpm.log"))
          .contains(
              "bridge.max_connections 1024 -> 7: takes effect at the next start of the daemon (run jpm update)");
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  @Test
  @Tag("slow")
  void pingReportsTheHeartbeat() {
    jpm.run("ping").ok();
    Eventually.await(
        "God has answered a heartbeat",
        Jpm.LONG,
        () ->
            new JsonObject(jpm.run("ping", "--json").ok().out())
                .getJsonObject("heartbeat")
                .containsKey("last_ms"));
  }

  @Test
  @Tag("slow")
  void hookCommandRunsAfterACrash() throws Exception {
    Path told = jpm.work().resolve("told");
    Path file = jpm.work().resolve("app.json");
    Files.writeString(
        file,
        """
        {"name": "web", "script": "sleep", "args": "1000",
         "on": {"crash": ["sh", "-c", "echo $JPM_EVENT $JPM_APP $JPM_EXIT_SIGNAL > told.new; mv told.new told"]}}
        """);
    jpm.run("start", file.toString()).ok();
    Jpm.kill(jpm.pid("web"));
    Eventually.await("the hook has run", Jpm.LONG, () -> Files.exists(told));
    assertThat(told).hasContent("crash web SIGKILL");
  }
}
