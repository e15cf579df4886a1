package io.jpm.e2e.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The event history, and the environment that apps receive, as a user sees them.
@Timeout(180)
class EventsIT extends EndToEndTestBase {
  /// Variables that the daemon adds for its own use: the process tag and Node's IPC channel.
  private static final Set<String> DAEMON_VARIABLES =
      Set.of("JPM_TAG", "JPM_CHANNEL", "NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE");

  private List<JsonObject> events(String... arguments) {
    List<String> words = new java.util.ArrayList<>(List.of("events", "--json"));
    words.addAll(List.of(arguments));
    return jpm.run(words.toArray(String[]::new)).ok().out().lines().map(JsonObject::new).toList();
  }

  private static List<String> kinds(List<JsonObject> events) {
    return events.stream().map(event -> event.getString("event")).toList();
  }

  @Test
  void theHistoryOutlivesTheDaemonAndTheApp() throws Exception {
    jpm.run("start", "sleep 1000", "--name", "web").ok();
    int pid = jpm.pid("web");
    Jpm.kill(pid);
    Eventually.await(
        "the history has the restart", Jpm.LONG, () -> kinds(events()).contains("restart"));
    JsonObject exit =
        events("web").stream().filter(e -> e.getString("event").equals("exit")).findFirst().get();
    assertThat(exit.getInteger("pid")).isEqualTo(pid);
    assertThat(exit.getString("exit_signal")).isEqualTo("SIGKILL");
    assertThat(exit.getString("reason")).contains("SIGKILL after");
    jpm.awaitStatus("web", "online");
    jpm.killDaemon();
    jpm.run("delete", "web").ok();
    List<JsonObject> all = events("web", "--since", "0");
    assertThat(kinds(all)).startsWith("start", "online", "exit").contains("adopt");
    assertThat(kinds(all)).endsWith("stopping", "exit", "stop", "delete");
    List<JsonObject> everything = events("--since", "0");
    assertThat(everything.stream().map(e -> e.getLong("seq")))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, everything.size()).boxed().toList());
    assertThat(everything).containsAll(all);
    assertThat(jpm.run("events", "nobody").failed().err()).contains("no app or id");
  }

  @Test
  @Tag("slow")
  void startAndEndOfDaemonsAreEvents() throws Exception {
    jpm.run("start", "sleep 1000", "--name", "web").ok();
    long first = jpm.daemonPid();
    jpm.killDaemon();
    jpm.run("ls").ok();
    long second = jpm.daemonPid();
    jpm.run("update").ok();
    List<JsonObject> told = events("jpm");
    assertThat(kinds(told))
        .containsExactly("daemon_started", "daemon_started", "daemon_stopping", "daemon_started");
    assertThat(told).allSatisfy(event -> assertThat(event.getValue("app")).isNull());
    assertThat(told.stream().map(event -> event.getLong("pid")))
        .containsExactly(first, second, second, jpm.daemonPid());
    assertThat(told.get(0).getString("reason")).endsWith(", adopted no processes");
    assertThat(told.get(1).getString("reason")).endsWith(", adopted 1 process");
    assertThat(told.get(2).getString("reason")).contains("jpm update");
    assertThat(told.get(3).getString("reason")).endsWith(", adopted 1 process");
    assertThat(jpm.run("events").ok().out()).containsPattern("  jpm +pid " + first);
  }

  @Test
  @Tag("slow")
  void followPrintsEventsAsTheyHappen() throws Exception {
    jpm.run("start", "sleep 1000", "--name", "web").ok();
    Process follow = jpm.begin("events", "-f", "--lines", "1", "--json");
    try (var lines =
        new BufferedReader(
            new InputStreamReader(follow.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(new JsonObject(lines.readLine()).getString("event")).isEqualTo("online");
      jpm.run("stop", "web").ok();
      assertThat(new JsonObject(lines.readLine()).getString("event")).isEqualTo("stopping");
      JsonObject exit = new JsonObject(lines.readLine());
      assertThat(exit.getString("event")).isEqualTo("exit");
      assertThat(exit.getBoolean("expected")).isTrue();
      assertThat(new JsonObject(lines.readLine()).getString("event")).isEqualTo("stop");
    } finally {
      follow.destroyForcibly();
    }
  }

  @Test
  void envPrintsTheEnvironmentOfTheProcess() throws Exception {
    Path file =
        Files.writeString(
            jpm.work().resolve("apps.json"),
            """
            {"apps": [{"name": "web", "script": "sleep 1000", "instances": 2,
              "env": {"GREETING": "a=b ü", "API_KEY": "hunter2"}}]}
            """);
    jpm.run("start", file.toString()).ok();
    for (JsonObject app : jpm.list()) {
      String id = app.getInteger("pm_id").toString();
      JsonObject shown = new JsonObject(jpm.run("env", id, "--json", "--reveal").ok().out());
      Map<String, Object> all = new HashMap<>();
      List.of("declared", "inherited", "added")
          .forEach(g -> all.putAll(shown.getJsonObject(g).getMap()));
      Map<String, Object> real = environment(app.getInteger("pid"));
      real.keySet().removeIf(name -> DAEMON_VARIABLES.contains(name));
      assertThat(all).isEqualTo(real).containsEntry("API_KEY", "hunter2");
    }
    assertThat(jpm.run("env", "0").ok().out())
        .contains("API_KEY: ******\n", "GREETING: a=b ü\n", "pm_id: 0\n")
        .doesNotContain("hunter2");
  }

  private static Map<String, Object> environment(int pid) throws Exception {
    Map<String, Object> variables = new HashMap<>();
    String text = Files.readString(Path.of("/proc/" + pid + "/environ"));
    for (String entry : text.split("\0", 0)) {
      int equals = entry.indexOf('=');
      variables.put(
          entry.substring(0, equals), Objects.requireNonNull(entry).substring(equals + 1));
    }
    return variables;
  }
}
