package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.jpm.config.settings.AppDefaults;
import io.jpm.config.syntax.TextFile;
import io.jpm.model.AppCommand;
import io.jpm.model.AppSpec;
import io.jpm.model.LogFiles;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartWindow;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Signal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AppEntryFinderTest {
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
  }

  @Test
  void everyAttributeOfAnAppIsRead() {
    workspace.directory("work");
    Path node = workspace.program("node");
    AppsOutcome outcome =
        workspace.read(
            """
            { // comments are PM2's habit
              "apps": [{
                "name": "web",
                "exec": "./app",
                "args": "--title 'two words' \\"--x=1\\"",
                "exec_interpreter": "node",
                "node_args": ["--inspect", 9229],
                "cwd": "work",
                "instances": "3",
                "exec_mode": "fork_mode",
                "autorestart": false,
                "autostart": false,
                "maxRestarts": "5",
                "min_uptime": "10s",
                "restart_delay": 250,
                "kill_timeout": "3000",
                "kill_signal": "TERM",
                "treekill": false,
                "out": "logs/out.log",
                "err_log": "NULL",
                "namespace": "shop",
                "port": 8080,
                "env": {"A": 1, "B": true, "C": {"x": [1, "y\\n"]}, "HOME": null},
                "execute_command": true,
              }],
              "deploy": {}
            }
            """);
    assertThat(Workspace.messages(outcome)).isEmpty();
    assertThat(outcome.warnings()).isEmpty();
    AppSpec app = outcome.apps().getFirst();
    assertThat(app.name().value()).isEqualTo("web");
    assertThat(app.command())
        .isEqualTo(
            new AppCommand(
                dir.resolve("app"),
                Optional.of(node),
                List.of("--inspect", "9229"),
                List.of("--title", "two words", "--x=1")));
    assertThat(app.cwd()).isEqualTo(dir.resolve("work"));
    assertThat(app.instances().count()).isEqualTo(3);
    assertThat(app.autostart()).isFalse();
    assertThat(app.restart())
        .isEqualTo(
            new RestartPolicy(
                    RestartPolicy.When.NEVER, 5, Duration.ofSeconds(10), Duration.ofMillis(250))
                .with(RestartWindow.forMaxRestarts(5)));
    assertThat(app.stop()).isEqualTo(new StopPolicy(Signal.SIGTERM, Duration.ofSeconds(3), false));
    assertThat(app.logs())
        .isEqualTo(
            LogFiles.to(
                Optional.of(dir.resolve("logs/out.log")), Optional.of(Path.of("/dev/null"))));
    assertThat(app.namespace()).isEqualTo("shop");
    assertThat(app.variables().effective())
        .containsEntry("A", "1")
        .containsEntry("B", "true")
        .containsEntry("C", "{\"x\":[1,\"y\\n\"]}")
        .containsEntry("PORT", "8080")
        .containsEntry("PWD", dir.resolve("work").toString())
        .doesNotContainKey("HOME");
  }

  @Test
  void omittedAttributesHaveTheDefaultsOfTheSettings() {
    workspace.executable("app", "\u0000");
    workspace.file("ecosystem.json", "{\"script\": \"app\"}");
    AppDefaults defaults =
        new AppDefaults(
            new RestartPolicy(
                    RestartPolicy.When.NEVER, 3, Duration.ofSeconds(7), Duration.ofSeconds(2))
                .with(RestartWindow.forMaxRestarts(3)),
            new StopPolicy(Signal.SIGQUIT, Duration.ofSeconds(9), true));
    AppSpec app =
        Workspace.readFile(Path.of("ecosystem.json"), workspace.callerContext(), defaults)
            .apps()
            .getFirst();
    assertThat(app.name().value()).isEqualTo("app");
    assertThat(app.cwd()).isEqualTo(dir);
    assertThat(app.instances().count()).isEqualTo(1);
    assertThat(app.restart()).isEqualTo(defaults.restart());
    assertThat(app.stop()).isEqualTo(defaults.stop());
    assertThat(app.logs()).isEqualTo(LogFiles.DEFAULT);
    assertThat(app.namespace()).isEqualTo("default");
    assertThat(app.autostart()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{'script': 'app'}]",
        "{'script': 'app'}",
        "{'apps': [{'script': 'app'}]}",
        "{'apps': {'script': 'app'}}",
        "{'pm2': {'script': 'app'}, 'version': '1'}",
        "{'pm2': [{'script': 'app'}]}",
        "{'pm2': {'apps': [{'script': 'app'}]}}",
        "{script: 'app'}",
        "\ufeff{'script': 'app'}",
      })
  void everyFileStructureOfPm2IsRead(String json) {
    AppsOutcome outcome = workspace.read(json);
    assertThat(Workspace.messages(outcome)).isEmpty();
    assertThat(outcome.apps()).hasSize(1);
  }

  @Test
  void allProblemsAreReportedInLineOrderAndNoAppIsReturned() {
    AppsOutcome outcome =
        workspace.read(
            """
            {"apps": [
              {"name": "good", "script": "app"},
              {"name": "web", "script": "app",
               "instances": "to",
               "max_restarts": true,
               "intances": 4,
               "env": ["A=1"]},
              {"script": "gone.js"}
            ]}
            """);
    assertThat(outcome.apps()).isEmpty();
    assertThat(Workspace.messages(outcome))
        .containsExactly(
            "ecosystem.json:4: apps[1].instances: \"to\" is not a number of instances: use 1 or more,"
                + " \"max\" or 0 for one per core, or -1 for one fewer than cores",
            "ecosystem.json:5: apps[1].max_restarts: true is not an integer of 0 or more",
            "ecosystem.json:6: apps[1]: unknown key \"intances\": did you mean \"instances\"?",
            "ecosystem.json:7: apps[1].env: a list is not an object: use {\"PORT\":" + " 80}",
            "ecosystem.json:8: apps[2].script: script not found: " + dir.resolve("gone.js"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "name": 5 | .name: 5 is not text: put it in double quotes
          "name": "all" | .name: app name "all" is reserved because it selects every app: choose another name
          "name": "a/b" | .name: app name "a/b" is not valid: use 1 to 100 letters, digits or . _ - : @ + and inner spaces, beginning with a letter, digit or _
          "name": " " | .name: is empty
          "args": 5 | .args: 5 is neither text nor a list
          "args": "a 'b" | .args: "a 'b" contains a quote that is not closed
          "args": ["a", {}] | .args[1]: an object is not text
          "args": ["\\u0000"] | .args[0]: contains a NUL character
          "cwd": "nowhere" | .cwd: directory DIR/nowhere does not exist
          "cwd": "app" | .cwd: DIR/app is not a directory
          "instances": 1001 | .instances: 1001 exceeds the maximum of 1000 instances: use fewer, or raise limits.max_instances in jpm.json to at most 10000
          "instances": 1.5 | .instances: 1.5 is not a number of instances: use 1 or more, "max" or 0 for one per core, or -1 for one fewer than cores
          "exec_mode": "thread" | .exec_mode: "thread" is neither fork nor cluster
          "autorestart": "yes" | .autorestart: "yes" is neither true nor false
          "max_restarts": -1 | .max_restarts: -1 is not an integer of 0 or more
          "max_restarts": 1e999999999 | .max_restarts: 1e999999999 is not an integer of 0 or more
          "min_uptime": "soon" | .min_uptime: "soon" is not a duration: use milliseconds, or a whole number with ms, s, m, h or d, such as "10s"
          "restart_delay": -5 | .restart_delay: -5 is not a duration: use milliseconds, or a whole number with ms, s, m, h or d, such as "10s"
          "kill_signal": "SIGFOO" | .kill_signal: "SIGFOO" is not a signal: use SIGINT, SIGTERM or another signal from signal(7)
          "port": 70000 | .port: 70000 is not an integer from 1 to 65535
          "namespace": "-x" | .namespace: "-x" is not a valid namespace: use 1 to 100 letters, digits, spaces or . _ - : @ +, beginning with a letter, digit or _ and not ending with a space
          "namespace": "x " | .namespace: "x " is not a valid namespace: use 1 to 100 letters, digits, spaces or . _ - : @ +, beginning with a letter, digit or _ and not ending with a space
          "out_file": "." | .out_file: DIR is a directory: name a file in it
          "error": "a\\u0000b" | .error: contains a NUL character
          "env": {"A=B": "c"} | .env.A=B: is not a variable name: it cannot contain = or NUL
          "env": {"A": "\\u0000"} | .env.A: contains a NUL character
          "filter_env": 5 | .filter_env: 5 is not valid: use true, the name of a variable, or a list of substrings of names
          "exec": "app" | .exec: is already set as "script": keep only one of the two keys
          "zzzzzzz": 1 | : unknown key "zzzzzzz"
          "filterenv": "X" | : unknown key "filterenv": did you mean "filter_env"?
          "\\u001b[2J": 1 | : unknown key "\\u001b[2J"
          """)
  void invalidValueIsReportedInOneMessage(String member, String sentence) {
    AppsOutcome outcome = workspace.read("[\n{\"script\": \"app\",\n" + member + "}]");
    assertThat(outcome.apps()).isEmpty();
    assertThat(Workspace.messages(outcome))
        .containsExactly("ecosystem.json:3: [0]" + sentence.replace("DIR", dir.toString()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"apps": [} | :1:11: unexpected } where ] is expected
          {"apps": [,] | :1:11: unexpected ,: a value is expected
          {): 2} | :1:2: unexpected ): a key in double quotes is expected
          {"apps": [1} | :1:12: unexpected } where ] is expected
          {"a" 1} | :1:6: unexpected 1: a colon is expected between key and value
          {"a": 1 "b": 2} | :1:9: unexpected ": a comma is missing before it
          {"a": | :1:6: unexpected end of file: a }, ] or " is missing
          {"a": process.env.X} | :1:14: "process" is not a JSON value: put text in double quotes; JavaScript is not evaluated
          {"a": 1} {} | :1:10: unexpected text after the end of the value
          // nothing | :1:1: the file contains only comments
          5 | :1: 5 is neither an app nor a list of apps: use an object such as {"script": "app.js"}, or a list of such objects
          {"apps": 5} | :1: apps: 5 is neither an app nor a list of apps: use an object such as {"script": "app.js"}, or a list of such objects
          {"apps": []} | :1: apps: the list is empty: add at least one app
          [] | :1: the list is empty: add at least one app
          [null] | :1: [0]: null is not an app: use an object, such as {"script": "app.js"}
          {"apps": {"script": "app"}, "deply": {}} | :1: unknown key "deply": did you mean "deploy"?
          {"aps": []} | :1: unknown key "aps": did you mean "apps"?
          {} | :1: script is missing: set it to the file, program or command line to run
          {"script": "app", "script": "b"} | :1: duplicate key "script": keep only one
          """)
  void brokenFileIsReportedInOneMessage(String json, String sentence) {
    AppsOutcome outcome = workspace.read(json);
    assertThat(outcome.apps()).isEmpty();
    assertThat(Workspace.messages(outcome)).containsExactly("ecosystem.json" + sentence);
  }

  @Test
  void syntaxErrorIsReportedWithLineAndColumn() {
    assertThat(Workspace.messages(workspace.read("{\n  \"a\": \"b\n}")))
        .containsExactly(
            "ecosystem.json:2:10: unterminated text: a \" is missing, or a tab or line break is not"
                + " escaped");
  }

  @Test
  @Tag("slow")
  @Timeout(60)
  void hugeInvalidFileIsReadInLimitedTime() {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; json.length() < TextFile.MAX_BYTES - 100; i++) {
      json.append("\"keyNumber").append(i).append("\": 1,\n");
    }
    AppsOutcome outcome = workspace.read(json.append("\"script\": \"app\"}").toString());
    assertThat(outcome.problems()).hasSizeGreaterThan(100_000);
    String slashes = "a " + "/".repeat(TextFile.MAX_BYTES / 2) + "x";
    assertThat(workspace.read("{\"script\": \"" + slashes + "\"}").problems()).hasSize(1);
  }

  @Test
  void deepNestingIsRejected() {
    assertThat(Workspace.messages(workspace.read("[".repeat(100_000))))
        .containsExactly("ecosystem.json:1:65: values are nested deeper than 64 levels");
  }

  @Test
  void unreadableFileIsReportedInOneMessage() throws IOException {
    assertThat(read("gone.json")).containsExactly("gone.json: does not exist");
    workspace.directory("dir.json");
    assertThat(read("dir.json"))
        .containsExactly(
            "dir.json: is a directory without process files (.json, .json5, .yaml, .yml,"
                + " .config.js)");
    workspace.file("empty.json", " \n");
    assertThat(read("empty.json")).containsExactly("empty.json: is empty");
    Files.write(dir.resolve("latin.json"), "\"é\"".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(read("latin.json"))
        .containsExactly("latin.json: is not UTF-8 text: save it as UTF-8");
    Files.write(dir.resolve("huge.json"), new byte[TextFile.MAX_BYTES + 1]);
    assertThat(read("huge.json")).containsExactly("huge.json: is larger than 4M");
    Files.createSymbolicLink(dir.resolve("zero.json"), Path.of("/dev/zero"));
    assertThat(read("zero.json")).containsExactly("zero.json: is not a regular file");
    Files.write(dir.resolve("wide.yaml"), "a: 1".getBytes(StandardCharsets.UTF_16));
    assertThat(read("wide.yaml")).containsExactly("wide.yaml: is UTF-16 text: save it as UTF-8");
    workspace.file("nul.yaml", "a: \u0000");
    assertThat(read("nul.yaml"))
        .containsExactly("nul.yaml: contains a NUL byte and is therefore not text");
    workspace.file("a.config.js", "x");
    assertThat(read("a.config.js"))
        .containsExactly(
            "a.config.js: cannot be evaluated, because node was not found in PATH: install Node, or use JSON or YAML");
  }

  private List<String> read(String file) {
    return Workspace.messages(
        Workspace.readFile(Path.of(file), workspace.callerContext(), AppDefaults.PM2));
  }

  @Test
  void duplicateAppNameIsRejected() {
    AppsOutcome outcome =
        workspace.read("[{\"script\": \"app\"},\n {\"name\": \"app\", \"script\": \"app\"}]");
    assertThat(Workspace.messages(outcome))
        .containsExactly(
            "ecosystem.json:2: [1].name: \"app\" is also the name of [0]: give each app a"
                + " unique name");
    assertThat(outcome.apps()).isEmpty();
  }

  @Test
  void keysWithoutEffectAreReportedInOneLinePerApp() {
    AppsOutcome outcome =
        workspace.read(
            """
            {"apps": {"name": "web", "script": "app",
              "env_production": {"A": 1}, "merge_logs": false, "log": true, "pmx": true, "vizion": false, "force": true,
              "kill_retry_time": 100, "write": true,
              "instances": 4, "exec_mode": "cluster"},
             "static": []}
            """);
    assertThat(Workspace.messages(outcome)).isEmpty();
    assertThat(outcome.warnings())
        .containsExactly(
            "ecosystem.json: web: attributes not supported yet: write",
            "ecosystem.json: web: attributes without effect in jpm: kill_retry_time, pmx, force");
  }

  @Test
  void staticDirectoriesBecomeApps() {
    AppsOutcome outcome =
        workspace.read(
            """
            {"static": [
              {"path": "dist", "port": 3000, "spa": true, "host": "127.0.0.1", "monitor": true},
              {"name": "docs", "directory": true, "basic_auth": {"username": "me", "password": "x"}}]}
            """);
    assertThat(Workspace.messages(outcome)).isEmpty();
    assertThat(outcome.apps())
        .extracting(app -> app.name().value())
        .containsExactly("static-page-server-3000", "docs");
    assertThat(outcome.apps().getFirst().variables().declared())
        .contains(
            entry("PM2_SERVE_PATH", "dist"),
            entry("PM2_SERVE_PORT", "3000"),
            entry("PM2_SERVE_SPA", "true"),
            entry("PM2_SERVE_HOST", "127.0.0.1"));
    assertThat(outcome.apps().getLast().variables().declared())
        .contains(
            entry("PM2_SERVE_FTP", "true"),
            entry("PM2_SERVE_BASIC_AUTH", "true"),
            entry("PM2_SERVE_BASIC_AUTH_USERNAME", "me"),
            entry("PM2_SERVE_BASIC_AUTH_PASSWORD", "x"));
  }

  @Test
  void allProblemsInStaticDirectoriesAreReported() {
    AppsOutcome outcome =
        workspace.read(
            """
            {"apps": [{"script": "app"}],
             "static": ["dist",
              {"pth": "dist"},
              {"port": 1, "path": ["a"]},
              {"port": 2, "basic_auth": "me:x"},
              {"port": 3, "basic_auth": {"usernam": "me"}}]}
            """);
    assertThat(Workspace.messages(outcome))
        .containsExactly(
            "ecosystem.json:2: static[0]: \"dist\" is not a server: use {\"path\": \"dist\"}",
            "ecosystem.json:3: static[1]: unknown key \"pth\": did you mean \"path\"?",
            "ecosystem.json:4: static[2].path: a list is not text",
            "ecosystem.json:5: static[3].basic_auth: \"me:x\" is not valid: use {\"username\": \"…\","
                + " \"password\": \"…\"}",
            "ecosystem.json:6: static[4].basic_auth: unknown key \"usernam\": did you mean"
                + " \"username\"?");
  }

  @ParameterizedTest
  @CsvSource({"1,1", "7,7", "'\"2\"',2", "2.0,2"})
  void instancesIsANumberOrText(String written, int expected) {
    assertThat(instances(written)).isEqualTo(expected);
  }

  @Test
  void instancesMayDependOnTheNumberOfCores() {
    assertThat(instances("\"max\"")).isEqualTo(CORES);
    assertThat(instances("0")).isEqualTo(CORES);
    assertThat(instances("\"0\"")).isEqualTo(CORES);
    assertThat(instances("-1")).isEqualTo(Math.max(1, CORES - 1));
    assertThat(instances("\"-1\"")).isEqualTo(Math.max(1, CORES - 1));
    assertThat(instances("-9223372036854775808")).isEqualTo(1);
  }

  private int instances(String written) {
    return workspace
        .read("{\"script\": \"app\", \"instances\": " + written + "}")
        .apps()
        .getFirst()
        .instances()
        .count();
  }

  @Test
  void pathsAreRelativeToTheDirectoryOfTheFile() {
    workspace.executable("deploy/bin/server", "\u0000");
    workspace.executable("deploy/work/other", "\u0000");
    workspace.file(
        "deploy/eco.json",
        """
        [{"script": "bin/server", "cwd": "work", "out_file": "out.log"},
         {"script": "./other", "cwd": "work", "error_file": "~/err.log"}]
        """);
    List<AppSpec> apps =
        Workspace.readFile(Path.of("deploy/eco.json"), workspace.callerContext(), AppDefaults.PM2)
            .apps();
    assertThat(apps.get(0).command().script()).isEqualTo(dir.resolve("deploy/bin/server"));
    assertThat(apps.get(0).cwd()).isEqualTo(dir.resolve("deploy/work"));
    assertThat(apps.get(0).logs().out()).contains(dir.resolve("deploy/out.log"));
    assertThat(apps.get(1).command().script()).isEqualTo(dir.resolve("deploy/work/other"));
    assertThat(apps.get(1).logs().error()).contains(dir.resolve("home/err.log"));
  }

  @Test
  void processFileIsRecognizedByItsExtension() {
    assertThat(List.of("a.json", "x/b.yml", "c.yaml", "d.json5", "ecosystem.config.cjs"))
        .allMatch(AppReader::isProcessFile);
    assertThat(List.of("a.json.js", "data.json/app.py", "config.js", "json"))
        .noneMatch(AppReader::isProcessFile);
  }

  @Test
  @Tag("slow")
  void corruptedFilesNeverThrow() {
    String good =
        """
        {"apps": [{"name": "web", "script": "./app", "args": "a 'b c'", "cwd": ".", "port": 80,
          "instances": 2, "env": {"A": [1.5e3, null, true, "\\u0041\\ud800"]}, "min_uptime": "10s",
          "out_file": "~/x", "kill_signal": 9, "filter_env": ["A"], "interpreter": "none"}]}
        """;
    String alphabet = "{}[]\",:'\\0-9eE.~/ \n\t\u0000\ud83d#!ax";
    SplittableRandom random = new SplittableRandom(20_251);
    for (int i = 0; i < 2_000; i++) {
      StringBuilder text = new StringBuilder(good);
      for (int edits = random.nextInt(1, 6); edits > 0; edits--) {
        int at = random.nextInt(text.length());
        char letter = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(4)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, letter);
          case 2 -> text.setCharAt(at, letter);
          default -> text.delete(at, Math.min(text.length(), at + random.nextInt(40)));
        }
      }
      AppsOutcome outcome = workspace.read(text.toString());
      assertThat(outcome.apps().isEmpty()).as("%s", text).isEqualTo(!outcome.problems().isEmpty());
    }
  }
}
