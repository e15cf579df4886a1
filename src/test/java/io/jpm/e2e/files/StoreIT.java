package io.jpm.e2e.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Values that `jpm set` stores, and the apps that receive them, through `bin/jpm`.
@Timeout(300)
class StoreIT extends EndToEndTestBase {
  private String app;

  @BeforeEach
  void open() throws IOException {
    app = jpm.script("app.sh", "#!/bin/sh\nexec sleep 98765\n").toString();
  }

  /// Returns a variable of the app's process, as the kernel has it.
  private String variable(String app, String name) throws IOException {
    String all = Files.readString(Path.of("/proc", Integer.toString(jpm.pid(app)), "environ"));
    return List.of(all.split("\0")).stream()
        .filter(entry -> entry.startsWith(name + "="))
        .map(entry -> entry.substring(name.length() + 1))
        .findFirst()
        .orElse("");
  }

  @Test
  @Tag("slow")
  void aSettingReachesTheAppAndEveryLaterProcessOfIt() throws IOException {
    jpm.run("start", app, "--name", "web").ok();
    Jpm.Result set = jpm.run("set", "web:MODE", "fast lane").ok();
    assertThat(set.out())
        .contains(
            "[jpm] Setting changed", "Restarted web (id 0)", "$ jpm set web:MODE 'fast lane'");
    assertThat(variable("web", "MODE")).isEqualTo("fast lane");
    assertThat(variable("web", "web")).isEqualTo("{\"MODE\":\"fast lane\"}");

    jpm.run("multiset", "web:A 1 web:B \"2 3\"").ok();
    assertThat(variable("web", "A") + variable("web", "B")).isEqualTo("12 3");

    Jpm.kill(jpm.pid("web"));
    Eventually.await("web is restarted", Jpm.LONG, () -> jpm.restarts("web") > 0);
    jpm.awaitStatus("web", "online");
    assertThat(variable("web", "MODE")).isEqualTo("fast lane");

    jpm.killDaemon();
    int pid = jpm.pid("web");
    Jpm.kill(pid);
    Eventually.await(
        "web has another process", Jpm.LONG, () -> jpm.pid("web") != pid && jpm.pid("web") > 0);
    assertThat(variable("web", "MODE")).isEqualTo("fast lane");

    jpm.run("save").ok();
    jpm.run("kill").ok();
    jpm.run("resurrect").ok();
    assertThat(variable("web", "B")).isEqualTo("2 3");

    jpm.run("unset", "web:MODE").ok();
    assertThat(variable("web", "MODE")).isEqualTo("fast lane");
    jpm.run("restart", "web").ok();
    assertThat(variable("web", "MODE")).isEmpty();
  }

  @Test
  @Tag("slow")
  void probesAndTheStopCommandHaveStoredVariables() throws IOException {
    Path checked = jpm.work().resolve("checked");
    Path stopped = jpm.work().resolve("stopped");
    jpm.script("check.sh", "#!/bin/sh\necho \"$MODE\" > checked.new && mv checked.new checked\n");
    jpm.script("stop.sh", "#!/bin/sh\necho \"$MODE\" > stopped\n");
    Files.writeString(
        jpm.work().resolve("web.json"),
        """
        {"name": "web", "script": "%s", "env": {"MODE": "declared"},
         "readiness": {"exec": "./check.sh", "interval": "200ms"},
         "stop": {"command": ["./stop.sh"]}}
        """
            .formatted(app));
    jpm.run("set", "web:MODE", "stored").ok();
    jpm.run("start", "web.json").ok();
    jpm.awaitStatus("web", "online");
    assertThat(Files.readString(checked)).isEqualTo("stored\n");
    jpm.killDaemon();
    jpm.run("ping").ok();
    Files.deleteIfExists(checked);
    Eventually.await("the next daemon runs the probe", Jpm.LONG, () -> Files.exists(checked));
    assertThat(Files.readString(checked)).isEqualTo("stored\n");
    jpm.run("stop", "web").ok();
    assertThat(Files.readString(stopped)).isEqualTo("stored\n");
  }

  @Test
  @Tag("slow")
  void setLeavesStoppedAppsStoppedAndReachesAppsThatStartLater() throws IOException {
    jpm.run("set", "later:PLACE", "here").ok();
    jpm.run("start", app, "--name", "later").ok();
    assertThat(variable("later", "PLACE")).isEqualTo("here");
    jpm.run("stop", "later").ok();
    assertThat(jpm.run("set", "later:PLACE", "there").ok().out()).contains("later is stopped");
    assertThat(jpm.status("later")).isEqualTo("stopped");
    jpm.run("start", "later").ok();
    assertThat(variable("later", "PLACE")).isEqualTo("there");
  }

  @Test
  @Tag("slow")
  void storedValuesCanBeReadAndSecretsAreMaskedOnlyByEnv() {
    jpm.run("start", app, "--name", "web").ok();
    jpm.run("set", "web:DB_PASSWORD", "canary-5512").ok();
    jpm.run("set", "web:PORT", "--", "-1").ok();
    assertThat(jpm.run("get", "web:DB_PASSWORD").ok().out())
        .isEqualTo("Value for module web key DB_PASSWORD: canary-5512\n");
    assertThat(jpm.run("config", "web:PORT").ok().out())
        .isEqualTo("Value for module web key PORT: -1\n");
    assertThat(new JsonObject(jpm.run("conf", "--json").ok().out()))
        .isEqualTo(
            new JsonObject()
                .put("web", new JsonObject().put("DB_PASSWORD", "canary-5512").put("PORT", "-1")));
    assertThat(jpm.run("get", "--json", "web:PORT").ok().out()).isEqualTo("\"-1\"\n");
    assertThat(jpm.run("env", "web").ok().out())
        .contains("PORT: -1", "DB_PASSWORD: ******", "web: {")
        .doesNotContain("canary-5512");
    assertThat(jpm.run("env", "web", "--reveal").ok().out()).contains("DB_PASSWORD: canary-5512");
    assertThat(jpm.run("get", "web:PORTT").failed().err()).contains("did you mean PORT?");
    assertThat(jpm.run("get", "nope").failed().code()).isEqualTo(1);
    assertThat(jpm.run("unset", "nope").ok().err()).contains("no value is stored for nope");
    jpm.run("unset", "all").ok();
    assertThat(new JsonObject(jpm.run("get", "--json").ok().out())).isEmpty();
  }

  @Test
  @Tag("slow")
  void invalidCommandsChangeNothing() {
    for (List<String> wrong :
        List.of(
            List.of("set"),
            List.of("set", "web:A"),
            List.of("set", "web:A", "b", "c"),
            List.of("set", "__proto__:x", "1"),
            List.of("multiset", "web:A 1 web:B"),
            List.of("unset", "a", "b"),
            List.of("get", "a", "b"))) {
      Jpm.Result result = jpm.run(wrong.toArray(String[]::new)).failed();
      assertThat(result.code()).as(wrong.toString()).isEqualTo(1);
      assertThat(result.err().lines()).as(wrong.toString()).hasSize(1);
    }
    assertThat(jpm.home().resolve("conf.json")).doesNotExist();
  }

  @Test
  @Tag("slow")
  void unsupportedCommandsFailInOneLineAndIgnoredOptionsAreNamed() throws IOException {
    for (String word : List.of("install", "plus", "link", "unmonitor", "deepUpdate")) {
      Jpm.Result result = jpm.run(word, "x", "--safe").failed();
      assertThat(result.code()).as(word).isEqualTo(1);
      assertThat(result.out()).as(word).isEmpty();
      assertThat(result.err().lines()).as(word).hasSize(1);
    }
    assertThat(jpm.run("logrotate").ok().out()).contains("50M", "7d", "20", "1G", "10G");
    Jpm.Result known = jpm.run("--no-pmx", "start", app, "--trace", "--no-vizion", "--no-daemon");
    assertThat(known.ok().err().lines())
        .hasSize(2)
        .anyMatch(line -> line.contains("attributes without effect in jpm: --trace"))
        .anyMatch(line -> line.contains("jpm daemon"));
    jpm.awaitStatus("app", "online");
  }

  @Test
  @Tag("slow")
  void profilesOfTheDaemonAreForItsOwnerOnly() throws IOException {
    for (List<String> command : List.of(List.of("profile:cpu", "300"), List.of("profile:mem"))) {
      Jpm.Result result = jpm.run(command.toArray(String[]::new)).ok();
      Path file = Path.of(result.out().lines().toList().getLast());
      assertThat(file).hasParent(jpm.work());
      assertThat(Files.size(file)).isPositive();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(result.err()).contains("secrets");
    }
    assertThat(jpm.run("profile:cpu", "soon").failed().err()).contains("milliseconds");
    try (Stream<Path> files = Files.list(jpm.work())) {
      assertThat(files.filter(file -> file.getFileName().toString().contains("jpm"))).hasSize(2);
    }
  }

  @Test
  void pm2HomeIsUsedOnlyIfItIsAHomeOfJpm() throws IOException {
    jpm.run("start", app, "--name", "web").ok();
    String pids = jpm.run("jlist").ok().out();
    assertThat(jpm.runAfter("export PM2_HOME=$JPM_HOME; unset JPM_HOME", "jlist").ok().out())
        .contains("\"pid\":" + jpm.pid("web"));
    assertThat(pids).isNotEmpty();

    Path pm2 = Files.createDirectories(jpm.work().resolve("pm2"));
    Files.createFile(pm2.resolve("pm2.log"));
    for (String setting :
        List.of("export PM2_HOME=" + pm2 + "; unset JPM_HOME", "export JPM_HOME=" + pm2)) {
      Jpm.Result refused = jpm.runAfter(setting, "ls").failed();
      assertThat(refused.err())
          .contains("PM2's own home")
          .satisfies(e -> assertThat(e.lines()).hasSize(1));
      assertThat(refused.code()).isEqualTo(1);
    }
    try (Stream<Path> files = Files.list(pm2)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  @Tag("slow")
  void pm2sVariablesAreDefaultsOfTheStartThatSetsThem() throws IOException {
    jpm.runAfter(
            "export PM2_KILL_TIMEOUT=2345 PM2_PROCESS_INSTANCE_VAR=WORKER", "start", app, "-n", "a")
        .ok();
    jpm.runAfter("export PM2_KILL_TIMEOUT=2345", "start", app, "-n", "b", "-k", "99").ok();
    assertThat(variable("a", "WORKER")).isEqualTo("0");
    assertThat(jpm.app("a").getJsonObject("pm2_env").getInteger("kill_timeout")).isEqualTo(2345);
    assertThat(jpm.app("b").getJsonObject("pm2_env").getInteger("kill_timeout")).isEqualTo(99);
  }
}
