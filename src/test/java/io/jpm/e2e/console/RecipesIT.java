package io.jpm.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The commands that PM2's users type most, letter for letter as in its documentation. Each line
/// goes to a shell in which `pm2` is jpm.
@Timeout(180)
class RecipesIT extends EndToEndTestBase {
  private static final String SAY =
      """
      console.log('env ' + process.env.NODE_ENV + ' args ' + process.argv.slice(2));
      setInterval(() => {}, 1000);
      """;

  @BeforeEach
  void open() throws Exception {
    jpm.script("app.js", SAY);
    jpm.script("python-app.py", "import time\nprint('python', flush=True)\ntime.sleep(1000)\n");
    jpm.script("bashscript.sh", "echo bash; exec sleep 1000\n");
    jpm.script("binary-file", "#!/bin/sh\necho binary $*\nexec sleep 1000\n");
  }

  private Jpm.Result type(String line) throws IOException {
    return jpm.shell("pm2() { \"%s/bin/jpm\" \"$@\"; }; %s".formatted(Jpm.ROOT, line));
  }

  private JsonObject environment(String app) {
    return jpm.app(app).getJsonObject("pm2_env");
  }

  private void awaitLine(String file, String line) {
    Eventually.await(
        file + " has " + line,
        Jpm.LONG,
        () -> {
          try {
            return jpm.log(file).contains(line);
          } catch (IOException error) {
            throw new java.io.UncheckedIOException(error);
          }
        });
  }

  @Test
  @Needs({Need.NODE, Need.PYTHON})
  void anyProgramIsStarted() throws Exception {
    type("pm2 start app.js").ok();
    type("pm2 start bashscript.sh").ok();
    type("pm2 start python-app.py --watch").ok();
    type("pm2 start binary-file -- --port 1520").ok();
    type("pm2 start python-app.py --name py -f --interpreter python3 --interpreter-args \"-u\"")
        .ok();
    assertThat(jpm.list().stream().map(app -> app.getString("name")))
        .containsExactly("app", "bashscript", "python-app", "binary-file", "py");
    awaitLine("app-out.log", "env undefined args ");
    awaitLine("bashscript-out.log", "bash");
    awaitLine("python-app-out.log", "python");
    awaitLine("binary-file-out.log", "binary --port 1520");
    assertThat(environment("python-app").getBoolean("watch")).isTrue();
    assertThat(environment("py").getJsonArray("node_args")).containsExactly("-u");
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void anAppIsNamedRestartedStoppedAndDeleted() throws Exception {
    type("pm2 start app.js --name \"my-api\"").ok();
    type("pm2 restart my-api").ok();
    type("pm2 reload my-api").ok();
    assertThat(jpm.restarts("my-api")).isEqualTo(2);
    type("pm2 stop my-api").ok();
    assertThat(jpm.status("my-api")).isEqualTo("stopped");
    type("pm2 start my-api").ok();
    type("pm2 stop 0").ok();
    type("pm2 restart all").ok();
    assertThat(jpm.status("my-api")).isEqualTo("online");
    type("pm2 stop all && pm2 delete all").ok();
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  @Needs({Need.NODE, Need.NPM})
  void npmScriptIsStarted() throws Exception {
    Files.writeString(
        jpm.work().resolve("package.json"),
        "{\"name\": \"shop\", \"scripts\": {\"start\": \"node app.js a\", \"dev\": \"node app.js b\"}}");
    type("pm2 start npm --name \"site\" -- start").ok();
    type("pm2 start npm --name dev -- run dev").ok();
    type("pm2 start \"npm run start\" --name line").ok();
    awaitLine("site-out.log", "env undefined args a");
    awaitLine("dev-out.log", "env undefined args b");
    awaitLine("line-out.log", "env undefined args a");
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void aClusterHasAsManyInstancesAsCoresAndIsReloadedAndScaled() throws Exception {
    type("pm2 start app.js -i max").ok();
    assertThat(jpm.list()).hasSize(Runtime.getRuntime().availableProcessors());
    assertThat(environment("app").getString("exec_mode")).isEqualTo("cluster_mode");
    type("pm2 reload all").ok();
    assertThat(jpm.restarts("app")).isEqualTo(1);
    int more = jpm.list().size() + 3;
    type("pm2 scale app +3").ok();
    assertThat(jpm.list()).hasSize(more);
    type("pm2 scale app 2").ok();
    assertThat(jpm.list()).hasSize(2).allMatch(app -> app.getInteger("pid") > 0);
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void restartPolicyIsSetByOptions() throws Exception {
    type("pm2 start app.js --name memory --max-memory-restart 200M").ok();
    type("pm2 start app.js --name nightly -f --cron-restart=\"0 0 * * *\"").ok();
    type("pm2 start app.js --name delay -f --restart-delay=3000").ok();
    type("pm2 start app.js --name backoff -f --exp-backoff-restart-delay=100").ok();
    type("pm2 start app.js --name codes -f --stop-exit-codes 0").ok();
    type("pm2 start app.js --name never -f --no-autorestart").ok();
    type("pm2 start app.js --name eyes -f --watch --ignore-watch=\"node_modules\"").ok();
    assertThat(environment("memory").getLong("max_memory_restart")).isEqualTo(200L << 20);
    assertThat(environment("nightly").getString("cron_restart")).isEqualTo("0 0 * * *");
    assertThat(environment("delay").getInteger("restart_delay")).isEqualTo(3000);
    assertThat(environment("never").getBoolean("autorestart")).isFalse();
    int pid = jpm.pid("eyes");
    jpm.script("app.js", SAY + "// changed\n");
    Eventually.await("eyes is restarted after a change", Jpm.LONG, () -> jpm.pid("eyes") != pid);
    type("pm2 restart nightly --cron-restart 0").ok();
    assertThat(jpm.list()).hasSize(7);
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void anEcosystemFileHasAnEnvironmentForProduction() throws Exception {
    Files.writeString(
        jpm.work().resolve("ecosystem.config.js"),
        """
        module.exports = {
          apps : [{
            name: "app",
            script: "./app.js",
            env: {
              NODE_ENV: "development",
            },
            env_production: {
              NODE_ENV: "production",
            }
          }, {
             name: 'worker',
             script: 'bashscript.sh'
          }]
        }
        """);
    type("pm2 start ecosystem.config.js --only worker").ok();
    assertThat(jpm.list()).hasSize(1);
    type("pm2 start").ok();
    awaitLine("app-out.log", "env development args ");
    type("pm2 restart ecosystem.config.js --env production").ok();
    awaitLine("app-out.log", "env production args ");
    type("pm2 reload ecosystem.config.js").ok();
    type("pm2 startOrReload ecosystem.config.js --env production").ok();
    type("pm2 stop ecosystem.config.js").ok();
    assertThat(jpm.status("worker")).isEqualTo("stopped");
    type("pm2 delete ecosystem.config.js").ok();
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void initWritesAProcessFile() throws Exception {
    type("pm2 init simple").ok();
    Path file = jpm.work().resolve("ecosystem.config.js");
    assertThat(file).exists();
    type("pm2 start ecosystem.config.js && pm2 delete app").ok();
    Files.delete(file);
    type("pm2 ecosystem").ok();
    assertThat(file).content().contains("module.exports", "env_production");
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void shellVariablesAreUpdatedOnRequest() throws Exception {
    type("NODE_ENV=production pm2 start app.js").ok();
    awaitLine("app-out.log", "env production args ");
    type("NODE_ENV=staging pm2 restart app --update-env").ok();
    awaitLine("app-out.log", "env staging args ");
    assertThat(type("pm2 env 0").ok().out()).contains("NODE_ENV: staging");
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void runningAppsAreShown() throws Exception {
    type("pm2 start app.js --name my-api --time").ok();
    for (String list : List.of("pm2 list", "pm2 ls", "pm2 status", "pm2 l", "pm2 ps")) {
      assertThat(type(list).ok().out()).contains("my-api", "online");
    }
    assertThat(type("pm2 jlist").ok().out()).contains("\"name\":\"my-api\"");
    assertThat(type("pm2 prettylist").ok().out()).contains("name: 'my-api',");
    assertThat(type("pm2 describe my-api").ok().out()).contains("my-api", "app.js");
    assertThat(type("pm2 show 0").ok().out()).contains("my-api");
    assertThat(type("pm2 pid my-api").ok().out()).isEqualTo(jpm.pid("my-api") + "\n");
    type("pm2 reset all").ok();
    type("pm2 sendSignal SIGCONT my-api").ok();
  }

  @Test
  @Tag("slow")
  void logsAreReadAndEmptied() throws Exception {
    type("pm2 start bashscript.sh --name app").ok();
    awaitLine("app-out.log", "bash");
    assertThat(type("pm2 logs app --lines 200 --nostream").ok().out()).contains("bash");
    assertThat(type("pm2 logs --nostream --raw").ok().out()).contains("bash");
    type("pm2 flush").ok();
    assertThat(jpm.log("app-out.log")).isEmpty();
    type("pm2 reloadLogs").ok();
    type("pm2 start bashscript.sh -f --name files -o ./out.log -e ./err.log").ok();
    Path out = jpm.work().resolve("out.log");
    Eventually.await(
        "the requested file has output",
        Jpm.LONG,
        () -> Files.exists(out) && out.toFile().length() > 0);
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void savedListIsResurrectedAndTheDaemonIsUpdated() throws Exception {
    type("pm2 start app.js -- one && pm2 save").ok();
    type("pm2 delete all && pm2 resurrect").ok();
    assertThat(environment("app").getJsonArray("args")).containsExactly("one");
    assertThat(jpm.status("app")).isEqualTo("online");
    type("pm2 update").ok();
    assertThat(jpm.status("app")).isEqualTo("online");
    type("pm2 kill").ok();
    assertThat(type("pm2 resurrect && pm2 ls").ok().out()).contains("app");
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void commandsOfPm2sReadmeWork() throws Exception {
    type("pm2 start app.js -i 0").ok();
    type("pm2 start bashscript.sh --name job --no-autorestart").ok();
    type("pm2 start bashscript.sh -f --name plain --no-vizion").ok();
    type("pm2 start bashscript.sh -f --name here --no-daemon").ok();
    for (String list : List.of("list", "ls", "status", "list -m", "ls --sort name:desc")) {
      assertThat(type("pm2 " + list).ok().out()).contains("app", "job", "plain", "here");
    }
    type("pm2 stop all").ok();
    type("pm2 restart all").ok();
    type("pm2 reload all").ok();
    type("pm2 stop 0 && pm2 restart 0 && pm2 delete 0").ok();
    type("pm2 reset all").ok();
    assertThat(type("pm2 ping").ok().out()).contains("pong");
    type("pm2 sendSignal SIGUSR2 job").ok();
    type("pm2 set job:level 3 && pm2 get job:level && pm2 unset job:level").ok();
    int pid = jpm.pid("plain");
    type("pm2 updatePM2").ok();
    assertThat(jpm.pid("plain")).isEqualTo(pid);
    type("pm2 delete all").ok();
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  @Tag("slow")
  void aDirectoryIsServed() throws Exception {
    Files.writeString(jpm.work().resolve("index.html"), "<h1>hello</h1>");
    int port;
    port = FreePort.find();
    type("pm2 serve . %d --name \"my-file-server\" --spa".formatted(port)).ok();
    var page = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/shop")).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      Eventually.await("the page is served", Jpm.LONG, () -> shows(client, page, "<h1>hello</h1>"));
    }
    assertThat(jpm.status("my-file-server")).isEqualTo("online");
  }

  private static boolean shows(HttpClient client, HttpRequest page, String text) {
    try {
      return client.send(page, HttpResponse.BodyHandlers.ofString()).body().equals(text);
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException error) {
      throw new AssertionError(error);
    }
  }

  @Test
  @Tag("slow")
  void installOfAPm2ModuleFailsInOneLine() throws Exception {
    Jpm.Result refused = type("pm2 install pm2-logrotate").failed();
    assertThat(refused.err().lines()).hasSize(1);
    assertThat(refused.out()).isEmpty();
  }
}
