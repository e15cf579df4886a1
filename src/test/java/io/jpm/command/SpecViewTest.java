package io.jpm.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.HealthProbes;
import io.jpm.model.Hooks;
import io.jpm.model.ProbeHandler;
import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/// Tests what `describe` over the bridge reports of the spec of an app.
class SpecViewTest {
  private static AppSpec.Builder app() {
    return AppSpec.builder(
        new AppName("web"),
        new AppCommand(
            Path.of("/srv/web"),
            Optional.empty(),
            List.of(),
            List.of("--db", "postgres://web:hunter2@db/shop")),
        Path.of("/srv"));
  }

  @Test
  void userAndGroupHaveTheKeysOfAProcessFile() {
    var runAs =
        new RunAs(
            Optional.of("www"),
            Optional.of("web"),
            OptionalInt.empty(),
            OptionalInt.of(0b111),
            Sandbox.USUAL);
    JsonObject view = SpecView.of(app().runAs(runAs).build());
    assertThat(view.getString("uid")).isEqualTo("www");
    assertThat(view.getString("gid")).isEqualTo("web");
    assertThat(view.getString("umask")).isEqualTo("0007");
    assertThat(view.fieldNames()).doesNotContain("user", "group");
  }

  @Test
  void viewContainsNoSecrets() {
    var check =
        new ProbeHandler.Http(
            "http://127.0.0.1:80/",
            Map.of("Authorization", "Bearer abc", "Accept", "text/html"),
            ProbeHandler.StatusRange.FINE,
            Optional.empty(),
            true);
    var probeTiming =
        new ProbeHandler.ProbeTiming(
            Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 1, Duration.ZERO);
    var hook = new Hooks.Webhook(URI.create("https://hooks.example:8443/services/T0/B0/abc?x=abc"));
    JsonObject view =
        SpecView.of(
            app()
                .variables(EnvironmentVariables.declared(Map.of("API_TOKEN", "abc", "PORT", "80")))
                .health(
                    new HealthProbes(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new HealthProbes.Probe(check, probeTiming))))
                .hooks(new Hooks(Map.of(Hooks.HookEvent.CRASH, List.of(hook))))
                .build());
    assertThat(view.encode()).doesNotContain("abc", "hunter2");
    assertThat(view.getJsonObject("env").getString("PORT")).isEqualTo("80");
    JsonArray crash = view.getJsonObject("on").getJsonArray("crash");
    assertThat(crash.getJsonObject(0).getString("webhook"))
        .isEqualTo("https://hooks.example:8443/******");
    JsonObject http = view.getJsonObject("liveness").getJsonObject("http");
    assertThat(http.getJsonObject("headers").getString("Accept")).isEqualTo("text/html");
  }
}
