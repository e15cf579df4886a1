package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.syntax.JsonTree;
import io.jpm.config.syntax.ParseResult;
import io.jpm.config.syntax.YamlTree;
import io.jpm.model.AppSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class FormatsTest {
  private static final String JSON =
      """
      {"apps": [
        {"name": "web", "script": "./app", "args": ["--title", "two words"], "instances": 2,
         "maxRestarts": 16, "min_uptime": "10s", "restart_delay": 250, "kill_signal": "SIGTERM",
         "env": {"A": 1, "B": true, "C": {"x": [1, 0.5]}, "HOME": null, "D": "a\\u000bb"}},
        {"name": "job", "cmd": "./app", "autorestart": false, "cron": "0 3 * * *", "cwd": "."}
       ], "deploy": {"production": {"host": "example.org"}}}
      """;

  private static final String JSON5 =
      """
      // two apps
      {apps: [
        {name: 'web', script: './app', args: ['--title', 'two \\
      words'], instances: +0x2,
         maxRestarts: 0x10, min_uptime: '10s', restart_delay: 250., kill_signal: 'SIG\\x54ERM',
         env: {A: 1, B: true, C: {x: [1, .5]}, HOME: null, D: 'a\\vb',},},
        /* and */ {name: "job", cmd: './\\app', autorestart: false, cron: '0 3 * * *', cwd: '.'},
      ], deploy: {production: {host: 'example.org'}}}
      """;

  private static final String YAML =
      """
      # two apps
      base: &base
      apps:
        - name: web
          script: ./app
          args: [--title, two words]
          instances: 0x2
          maxRestarts: 0o20
          min_uptime: 10s
          restart_delay: 250
          kill_signal: &signal SIGTERM
          env: &env
            A: 1
            B: true
            C: {x: [1, 0.5]}
            HOME: ~
            D: "a\\vb"
        - name: job
          cmd: >-
            ./app
          autorestart: false
          cron: '0 3 * * *'
          cwd: .
      deploy: {production: {host: example.org}}
      """
          .replace("base: &base\n", "");

  private static final String BOMB =
      """
      a: &a [x,x,x,x,x,x,x,x,x,x]
      b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
      c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
      d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]
      e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]
      f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]
      """;

  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
    workspace.executable("app", "\u0000ELF");
  }

  private AppsOutcome read(String name, String text) {
    workspace.file(name, text);
    return Workspace.readFile(Path.of(name), workspace.callerContext(), AppDefaults.PM2);
  }

  private AppsOutcome readStdin(String text) {
    return new ProcessFileReader(AppDefaults.PM2, ScriptEvaluator.NONE)
        .stdin(text.getBytes(StandardCharsets.UTF_8), Optional.empty(), workspace.callerContext());
  }

  private List<AppSpec> appsWithoutWarnings(AppsOutcome outcome) {
    assertThat(Workspace.messages(outcome)).isEmpty();
    assertThat(outcome.warnings()).isEmpty();
    return outcome.apps();
  }

  @Test
  void everyFormatYieldsEqualApps() {
    List<AppSpec> apps = appsWithoutWarnings(read("a.json", JSON));
    assertThat(apps).hasSize(2);
    assertThat(apps.getFirst().instances().count()).isEqualTo(2);
    assertThat(appsWithoutWarnings(read("a.json5", JSON5))).isEqualTo(apps);
    assertThat(appsWithoutWarnings(read("b.json", JSON5))).isEqualTo(apps);
    assertThat(appsWithoutWarnings(read("a.yaml", YAML))).isEqualTo(apps);
    assertThat(appsWithoutWarnings(read("a.yml", "\ufeff" + YAML))).isEqualTo(apps);
    assertThat(appsWithoutWarnings(readStdin(JSON))).isEqualTo(apps);
    assertThat(appsWithoutWarnings(readStdin(JSON5))).isEqualTo(apps);
    assertThat(appsWithoutWarnings(readStdin(YAML))).isEqualTo(apps);
  }

  @Test
  void problemsInYamlHaveTheirLines() {
    AppsOutcome outcome =
        read(
            "a.yaml",
            """
            apps:
              - name: web
                script: app
                instances: to
                intances: 4
              - script: gone.js
                env: [A]
            """);
    assertThat(outcome.apps()).isEmpty();
    assertThat(Workspace.messages(outcome))
        .containsExactly(
            "a.yaml:4: apps[0].instances: \"to\" is not a number of instances: use 1 or more, \"max\" or 0"
                + " for one per core, or -1 for one fewer than cores",
            "a.yaml:5: apps[0]: unknown key \"intances\": did you mean \"instances\"?",
            "a.yaml:6: apps[1].script: script not found: " + dir.resolve("gone.js"),
            "a.yaml:7: apps[1].env: a list is not an object: use {\"PORT\": 80}");
  }

  @Test
  void linesAfterAContinuedLineAreCountedCorrectly() {
    assertThat(Workspace.messages(read("a.json5", "[{script: 'a\\\np\\\np',\n port: 'x'}]")))
        .containsExactly("a.json5:4: [0].port: \"x\" is not an integer from 1 to 65535");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a: b: c | :1:5: unexpected ":": indent the keys of an object equally, and quote text that contains ": "
          apps: [ | unexpected end of file
          script: app\\nscript: b | :2: duplicate key "script": keep only one
          --- {script: app}\\n--- {} | :2:1: a second document begins here: a file must contain only one document
          script: !!java.net.URL [x] | :1:9: tag !!java.net.URL is not supported: use plain text, numbers, lists and objects
          script: !js/function x | tag !js/function
          script: *a | :1:9: alias *a refers to an anchor that is not defined before it
          a: &a [*a] | :1:8: alias *a refers to an anchor that is not defined before it
          {[a]: b} | a list or an object cannot be a key: use text
          <<: 5 | 5 cannot be merged: << requires the alias of an object
          # nothing | :1:1: the file contains only comments
          "script: \\7" | is not allowed in YAML
          \\ta: 1 | a tab is not allowed here: indent with spaces
          5 | :1: 5 is neither an app nor a list of apps: use an object such as {"script": "app.js"}, or a list of such objects
          """)
  void brokenYamlIsReportedInOneMessage(String yaml, String sentence) {
    AppsOutcome outcome = read("a.yaml", yaml.translateEscapes());
    assertThat(outcome.apps()).isEmpty();
    assertThat(Workspace.messages(outcome))
        .singleElement()
        .asString()
        .startsWith("a.yaml")
        .contains(sentence);
  }

  @Test
  void anchorsAndMergesAreApplied() {
    List<AppSpec> apps =
        appsWithoutWarnings(
            read(
                "a.yaml",
                """
                - &base
                  name: a
                  script: app
                  env: {MODE: "no", N: 1}
                - <<: *base
                  name: b
                """));
    assertThat(apps).extracting(app -> app.name().value()).containsExactly("a", "b");
    assertThat(apps.get(1).variables().effective()).containsEntry("MODE", "no");
  }

  @Test
  void aliasesOfTextsCountByTheirLength() {
    String text =
        "base: &s \"%s\"\napps:\n- {name: a, script: app, env: {%s}}\n"
            .formatted("x".repeat(1 << 20), variables(20));
    assertThat(Workspace.messages(read("a.yaml", text)))
        .singleElement()
        .asString()
        .endsWith("more than 8M of text after alias expansion");
  }

  @Test
  void aliasOfAScalarCountsAsOneValue() {
    String text =
        "apps:\n- {name: a, script: app, env: {V: &s x, %s}}\n".formatted(variables(2_000));
    assertThat(appsWithoutWarnings(read("a.yaml", text)).getFirst().variables().effective())
        .containsEntry("V1999", "x");
  }

  private static String variables(int count) {
    return IntStream.range(0, count)
        .mapToObj("V%d: *s"::formatted)
        .collect(Collectors.joining(", "));
  }

  @Test
  void aliasBombsAndDeepNestingAreRejected() {
    assertThat(Workspace.messages(read("a.yaml", BOMB)))
        .singleElement()
        .asString()
        .startsWith("a.yaml:6:")
        .endsWith("more than 200,000 values after alias expansion");
    for (String tower : List.of("[", "{a: ", "- ")) {
      assertThat(Workspace.messages(read("a.yaml", tower.repeat(100_000))))
          .as(tower)
          .singleElement()
          .asString()
          .endsWith("nested deeper than 64 levels");
    }
  }

  @Test
  void directoryMeansAllItsProcessFiles() {
    workspace.file("conf/b.yaml", "script: ../app\nname: b");
    workspace.file("conf/a.json", "{script: '../app'}");
    workspace.file("conf/.hidden.json", "nonsense");
    workspace.file("conf/readme.txt", "nonsense");
    AppsOutcome outcome =
        Workspace.readFile(Path.of("conf"), workspace.callerContext(), AppDefaults.PM2);
    assertThat(appsWithoutWarnings(outcome))
        .extracting(app -> app.name().value())
        .containsExactly("app", "b");
    workspace.file("conf/c.json5", "[{script: '../app', port: 0}]");
    outcome = Workspace.readFile(Path.of("conf"), workspace.callerContext(), AppDefaults.PM2);
    assertThat(outcome.apps()).isEmpty();
    assertThat(Workspace.messages(outcome))
        .contains("conf/c.json5:1: [0].port: 0 is not an integer from 1 to 65535");
    workspace.file("conf/c.json5", "[{script: '../app'}]");
    outcome = Workspace.readFile(Path.of("conf"), workspace.callerContext(), AppDefaults.PM2);
    assertThat(Workspace.messages(outcome))
        .containsExactly(
            "conf/c.json5:1: [0].name: \"app\" is also the name of conf/a.json: give each app a"
                + " unique name");
  }

  @Test
  void everyPrefixOfAFileYieldsAppsOrProblems() {
    for (String text : List.of(JSON, JSON5, YAML)) {
      for (int end = 0; end < text.length(); end++) {
        AppsOutcome outcome = readStdin(text.substring(0, end));
        assertThat(outcome.apps().isEmpty()).isEqualTo(!outcome.problems().isEmpty());
      }
    }
  }

  @ParameterizedTest
  @Tag("slow")
  @CsvSource({"a.json5", "a.yaml"})
  void corruptedFilesNeverThrow(String name) {
    String good = name.endsWith("yaml") ? YAML : JSON5;
    long seed = Long.getLong("jpm.seed", 20_261_121);
    String alphabet = "{}[]\",:'\\0-9eE.~/ \n\t\u0007\ud83d#!ax&*<>|%@`?";
    SplittableRandom random = new SplittableRandom(seed);
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
      ParseResult parseResult =
          name.endsWith("yaml") ? YamlTree.parse(text.toString()) : JsonTree.parse(text.toString());
      if (parseResult instanceof ParseResult.Broken broken) {
        assertThat(broken.what()).as("-Djpm.seed=%d, %s", seed, text).isNotBlank();
      }
      AppsOutcome outcome = readStdin(text.toString());
      assertThat(outcome.apps().isEmpty())
          .as("-Djpm.seed=%d, %s", seed, text)
          .isEqualTo(!outcome.problems().isEmpty());
    }
  }
}
