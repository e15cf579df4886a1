package io.jpm.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The commands that show apps, as scripts and people use them.
@Timeout(180)
class InspectionIT extends EndToEndTestBase {
  @Test
  void jlistPrintsOnlyJsonEvenWhenItStartsTheDaemon() throws Exception {
    Jpm.Result first = jpm.run("jlist").ok(); // starts the daemon
    assertThat(new JsonArray(first.out())).isEmpty();
    jpm.run("start", "sleep 1000", "--name", "web", "--namespace", "shop", "-i", "2").ok();
    jpm.killDaemon();
    var list = new JsonArray(jpm.run("jlist").ok().out());
    assertThat(list).hasSize(2);
    JsonObject web = list.getJsonObject(0);
    JsonObject environment = web.getJsonObject("pm2_env");
    assertThat(environment.getString("status")).isEqualTo("online");
    assertThat(environment.getString("namespace")).isEqualTo("shop");
    assertThat(environment.getString("exec_mode")).isEqualTo("fork_mode");
    assertThat(jpm.run("ls", "--json", "--sort", "id:desc").ok().out())
        .startsWith("[{\"pid\":" + jpm.run("pid", "1").ok().out().strip());
    assertThat(jpm.run("prettylist").ok().out())
        .contains("\n    name: 'web',\n", "\n      namespace: 'shop',\n");
  }

  @Test
  @Tag("slow")
  void pidAndIdPrintTheInstancesOfAName() throws Exception {
    jpm.run("start", "sleep 1000", "--name", "web", "-i", "2").ok();
    jpm.run("start", "sleep 1000", "--name", "api").ok();
    List<String> pids =
        new JsonArray(jpm.run("jlist").ok().out())
            .stream()
                .map(JsonObject.class::cast)
                .map(app -> app.getInteger("pid").toString())
                .collect(Collectors.toList());
    assertThat(jpm.run("pid").ok().out().lines()).containsExactlyElementsOf(pids);
    assertThat(jpm.run("pid", "web").ok().out().lines())
        .containsExactlyElementsOf(pids.subList(0, 2));
    assertThat(jpm.run("id", "web").ok().out()).isEqualTo("[ 0, 1 ]\n");
    assertThat(jpm.run("id", "nobody").ok().out()).isEqualTo("[]\n");
    Jpm.Result nobody = jpm.run("pid", "nobody").failed();
    assertThat(nobody.out()).isEmpty();
    assertThat(nobody.err()).contains("nobody");
    jpm.run("stop", "api").ok();
    assertThat(jpm.run("pid", "api").ok().out()).isEqualTo("0\n");
    assertThat(jpm.run("list", "-m", "--sort", "status:desc").ok().out())
        .startsWith("+--- api\n")
        .contains("status : stopped", "status : online");
  }

  @Test
  @Tag("slow")
  void slistShowsTheMachineAndReportContainsNoSecrets() throws Exception {
    jpm.run("start", "sleep 1000", "--name", "web").ok();
    var metrics = new JsonObject(jpm.run("slist", "--json").ok().out());
    assertThat(metrics.getJsonObject("RAM Total").getLong("value")).isPositive();
    assertThat(metrics.getJsonObject("CPU Usage").getDouble("value")).isBetween(0.0, 100.0);
    String token = Files.readString(jpm.home().resolve("token")).strip();
    assertThat(jpm.run("report").ok().out())
        .startsWith("```\n--- jpm report")
        .contains("jpm version", "│ web ", "god: web:0 pid ")
        .doesNotContain(token, "E2E_MARK")
        .endsWith("```\n");
    assertThat(jpm.run("examples").ok().out()).contains("jpm start app.js --name web -i 2");
  }

  @Test
  @Tag("slow")
  void flushWithoutAppsSucceedsAndLsWatchNeedsATerminal() {
    assertThat(jpm.run("flush").ok().out()).contains("There are no log files to flush");
    assertThat(jpm.run("ls", "--watch").failed().err()).contains("--watch requires a terminal");
  }
}
