package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.settings.AppDefaults;
import io.jpm.model.AppCommand;
import io.jpm.model.AppSpec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandResolutionTest {
  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
  }

  @ParameterizedTest
  @CsvSource({
    "a.sh, bash",
    "b.py, python3",
    "c.js, node",
    "c.mjs, node",
    "c.cjs, node",
    "d.ts, bun",
    "d.tsx, bun",
    "e.rb, ruby",
    "f.php, php",
    "g.pl, perl",
    "i.java, java",
    "j.coffee, coffee",
    "k.ls, lsc",
  })
  void extensionDeterminesTheInterpreter(String script, String interpreter) {
    workspace.file(script, "text");
    assertThat(problems(script))
        .containsExactly(
            "--interpreter: interpreter \"" + interpreter + "\" was not found in PATH");
    Path program = workspace.program(interpreter);
    assertThat(command(script).interpreter()).contains(program);
    assertThat(command(script).argv())
        .containsExactly(program.toString(), dir.resolve(script).toString());
  }

  @Test
  void alternativeNameOfTheInterpreterIsAccepted() {
    workspace.file("a.sh", "");
    workspace.file("b.py", "");
    Path sh = workspace.program("sh");
    Path python = workspace.program("python");
    assertThat(command("a.sh").interpreter()).contains(sh);
    assertThat(command("b.py").interpreter()).contains(python);
  }

  @Test
  void jarIsRunByJavaWithTheJarOption() {
    workspace.file("app.jar", "PK");
    Path java = workspace.program("java");
    AppSpec app =
        app(Map.of("script", "app.jar", "interpreter_args", "-Xmx64m", "args", List.of("--x y")));
    assertThat(app.command().argv())
        .containsExactly(
            java.toString(), "-Xmx64m", "-jar", dir.resolve("app.jar").toString(), "--x y");
    assertThat(app.name().value()).isEqualTo("app");
  }

  @Test
  void executableIsRunDirectly() {
    Path app = workspace.executable("server", "\u007fELF\u0001");
    assertThat(command("./server"))
        .isEqualTo(new AppCommand(app, Optional.empty(), List.of(), List.of()));
  }

  @Test
  void bareNameIsSearchedInTheDirectoryBeforePath() {
    Path program = workspace.program("tool");
    assertThat(command("tool").script()).isEqualTo(program);
    Path own = workspace.executable("tool", "\u0000");
    assertThat(command("tool").script()).isEqualTo(own);
  }

  @Test
  void scriptIsSearchedInCwdFirst() {
    workspace.executable("sub/x", "\u0000");
    Path upper = workspace.executable("y", "\u0000");
    workspace.executable("x", "\u0000");
    assertThat(app(Map.of("script", "x", "cwd", "sub")).command().script())
        .isEqualTo(dir.resolve("sub/x"));
    AppSpec second = app(Map.of("script", "y", "cwd", "sub", "out_file", "o.log"));
    assertThat(second.command().script()).isEqualTo(upper);
    assertThat(second.cwd()).isEqualTo(dir.resolve("sub"));
    assertThat(second.logs().out()).contains(dir.resolve("sub/o.log"));
  }

  @Test
  void tildeIsTheHomeOfTheCaller() {
    Path script = workspace.executable("home/run", "\u0000");
    assertThat(command("~/run").script()).isEqualTo(script);
  }

  @Test
  void shebangDeterminesTheInterpreter() {
    Path bash = workspace.program("bash");
    workspace.file("job", "#!" + bash + " -e\necho\n");
    assertThat(command("job").argv())
        .containsExactly(bash.toString(), "-e", dir.resolve("job").toString());
    workspace.file("env-job", "#!/usr/bin/env -S bash -x\necho\n");
    assertThat(command("env-job").argv())
        .containsExactly(bash.toString(), "-x", dir.resolve("env-job").toString());
    workspace.executable("runs", "#!" + bash + "\necho\n");
    assertThat(command("runs").interpreter()).isEmpty();
    assertThat(app(Map.of("script", "runs", "interpreter_args", "-v")).command().argv())
        .containsExactly(bash.toString(), "-v", dir.resolve("runs").toString());
    workspace.executable("dos", "#!" + bash + "\r\necho\r\n");
    assertThat(command("dos").interpreter()).contains(bash);
  }

  @Test
  void explicitInterpreterTakesPrecedence() {
    workspace.file("c.js", "");
    workspace.file("tools/own", "");
    Path deno = workspace.program("deno");
    Path own = workspace.executable("tools/own", "\u0000");
    assertThat(app(Map.of("script", "c.js", "interpreter", "deno")).command().interpreter())
        .contains(deno);
    assertThat(app(Map.of("script", "c.js", "interpreter", "./tools/own")).command().interpreter())
        .contains(own);
    workspace.executable("c.sh", "#!" + own + "\n");
    assertThat(app(Map.of("script", "c.sh", "interpreter", "none")).command().interpreter())
        .isEmpty();
  }

  @Test
  void directoryRunsItsIndexScript() {
    workspace.file("site/index.js", "");
    Path node = workspace.program("node");
    AppSpec app = app(Map.of("script", "site"));
    assertThat(app.command().argv())
        .containsExactly(node.toString(), dir.resolve("site/index.js").toString());
    assertThat(app.name().value()).isEqualTo("site");
  }

  @Test
  void scriptThatCannotRunIsReportedInOneMessage() {
    workspace.file("text", "just words\n");
    workspace.file("bin-data", "\u0000\u0001");
    workspace.file("c.js", "");
    workspace.file("lost", "#!/usr/bin/no-such-thing\n");
    workspace.directory("empty");
    workspace.file("plain-interpreter", "");
    workspace.file("bin/README", "");
    assertThat(problems("gone.js"))
        .containsExactly("gone.js: script not found: " + dir.resolve("gone.js"));
    assertThat(problems("README"))
        .containsExactly("README: script not found: " + dir.resolve("README"));
    assertThat(problems("empty"))
        .containsExactly(
            "empty: script "
                + dir.resolve("empty")
                + " is a directory without an index.js: name a file in it");
    assertThat(problems("/dev/null"))
        .containsExactly("/dev/null: script /dev/null is not a regular file");
    assertThat(problems("text"))
        .containsExactly(
            "text: cannot determine the interpreter of "
                + dir.resolve("text")
                + ", a text file without a #! line: set --interpreter");
    assertThat(problems("bin-data"))
        .containsExactly(
            "bin-data: script "
                + dir.resolve("bin-data")
                + " is not executable: run chmod +x on it, or set --interpreter");
    assertThat(problems("lost"))
        .containsExactly(
            "lost: interpreter \"/usr/bin/no-such-thing\", named in the first line of "
                + dir.resolve("lost")
                + ", was not found");
    assertThat(problems(Map.of("script", "c.js", "interpreter", "python9")))
        .containsExactly("--interpreter: interpreter \"python9\" was not found in PATH");
    assertThat(problems(Map.of("script", "c.js", "interpreter", "./x")))
        .containsExactly("--interpreter: interpreter \"./x\" was not found: correct the path");
    assertThat(problems(Map.of("script", "c.js", "interpreter", "./plain-interpreter")))
        .containsExactly(
            "--interpreter: interpreter "
                + dir.resolve("plain-interpreter")
                + " is not executable: run chmod +x on it");
    assertThat(problems(Map.of("script", "app", "cwd", "nowhere")))
        .containsExactly("--cwd: directory " + dir.resolve("nowhere") + " does not exist");
    assertThat(problems(Map.of()))
        .containsExactly(
            "command line: script is missing: set it to the file, program or command line to run");
  }

  @Test
  void simpleCommandLineIsRunWithoutAShell() {
    Path node = workspace.program("node");
    AppSpec app = app(Map.of("script", "node 'my app.js' --x=\"1 2\"", "args", List.of("tail")));
    assertThat(app.command())
        .isEqualTo(
            new AppCommand(
                node, Optional.empty(), List.of(), List.of("my app.js", "--x=1 2", "tail")));
    assertThat(app.name().value()).isEqualTo("node my app");
  }

  @Test
  void quotedCharactersNeedNoShell() {
    Path java = workspace.program("java");
    assertThat(command("java -cp 'lib/*:a;b' \"Main\\$Inner\" --x='$HOME' \\*").argv())
        .containsExactly(java.toString(), "-cp", "lib/*:a;b", "Main$Inner", "--x=$HOME", "*");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          cd x && node app.js | cd x node app
          A=1 node app.js | A 1 node app
          exec node app.js | exec node app
          node app.js > /tmp/x.log | x
          node $FILE | node FILE
          node *.js | node
          node ~/app.js | app
          """)
  void shellSyntaxIsRunByAShell(String script, String name) {
    Path bash = workspace.program("bash");
    workspace.program("node");
    AppSpec app = app(Map.of("script", script));
    assertThat(app.command())
        .isEqualTo(new AppCommand(bash, Optional.empty(), List.of(), List.of("-c", script)));
    assertThat(app.name().value()).isEqualTo(name);
  }

  @Test
  void argumentsBecomeParametersOfTheShellCommand() {
    workspace.program("bash");
    AppSpec app = app(Map.of("script", "echo $1 | cat", "args", List.of("a b")));
    assertThat(app.command().args()).containsExactly("-c", "echo $1 | cat", "bash", "a b");
  }

  @Test
  void commandLineThatCannotRunIsReportedInOneMessage() {
    workspace.file("app.js", "");
    workspace.file("tool", "\u0000");
    assertThat(problems("nodde app.js"))
        .containsExactly("nodde app.js: program \"nodde\" was not found in PATH");
    assertThat(problems("app.js --x"))
        .containsExactly(
            "app.js --x: program \"app.js\" was not found in PATH: to run the file with that name,"
                + " pass its arguments after --");
    assertThat(problems("./gone --x"))
        .containsExactly("./gone --x: program \"./gone\" was not found");
    assertThat(problems("./tool --x"))
        .containsExactly(
            "./tool --x: program "
                + dir.resolve("tool")
                + " is not executable: run chmod +x on it");
    assertThat(problems("node 'x"))
        .containsExactly("node 'x: the command contains a quote that is not closed");
    assertThat(problems("a | b"))
        .containsExactly("a | b: cannot run a command line: neither bash nor sh was found in PATH");
  }

  @ParameterizedTest
  @CsvSource({
    "python3 -m http.server 8000, python3 -m http",
    "npm run start, npm run start",
    "serve /srv/www/, www",
  })
  void commandLineAppHasTheNameOfPm2(String script, String name) {
    workspace.program("python3");
    workspace.program("npm");
    workspace.program("serve");
    assertThat(app(Map.of("script", script)).name().value()).isEqualTo(name);
  }

  @Test
  void unusedInterpreterIsAWarning() {
    workspace.program("npm");
    AppsOutcome outcome =
        workspace.readCommandLine(
            Map.of("script", "npm start", "interpreter", "bash", "write", true));
    assertThat(outcome.warnings())
        .containsExactly(
            "npm start: attributes not supported yet: --write",
            "npm start: interpreter is ignored, because the script is a command line");
    AppsOutcome program = workspace.readCommandLine(Map.of("script", "npm", "node_args", "-x"));
    assertThat(program.warnings())
        .containsExactly(
            "npm: interpreter_args are ignored, because "
                + dir.resolve("bin/npm")
                + " is run directly");
  }

  @Test
  void environmentIsThatOfTheCallerWithoutPrivateVariables() {
    Map<String, String> variables = new HashMap<>();
    variables.put("KEEP", "exactly \"this\"\n");
    variables.put("name", "mine");
    for (String dropped : List.of("_", "SHLVL", "OLDPWD", "JPM_X", "NODE_CHANNEL_FD")) {
      variables.put(dropped, "x");
    }
    variables.put("JPM_HOME", "/h");
    workspace.executable("app", "\u0000");
    Map<String, String> environment = environment(variables, Map.of("script", "app"));
    assertThat(environment)
        .containsOnlyKeys("KEEP", "name", "JPM_HOME", "PATH", "HOME", "PWD")
        .containsEntry("KEEP", "exactly \"this\"\n")
        .containsEntry("PWD", dir.toString());
    variables.put("JPM_TAG", "t");
    variables.put("pm_id", "1");
    assertThat(environment(variables, Map.of("script", "app")))
        .containsOnlyKeys("KEEP", "JPM_HOME", "PATH", "HOME", "PWD");
  }

  @Test
  void filterEnvRemovesVariables() {
    Map<String, String> variables = Map.of("AWS_KEY", "1", "AWS_ID", "2", "MY_AWS", "3");
    workspace.executable("app", "\u0000");
    assertThat(environment(variables, Map.of("script", "app", "filter_env", List.of("AWS_"))))
        .containsKey("MY_AWS")
        .doesNotContainKeys("AWS_KEY", "AWS_ID");
    assertThat(environment(variables, Map.of("script", "app", "filter_env", "MY_AWS")))
        .containsKey("AWS_ID")
        .doesNotContainKey("MY_AWS");
    assertThat(environment(variables, Map.of("script", "app", "filter_env", true)))
        .containsOnlyKeys("PWD");
  }

  @Test
  void portSetsTheVariableUnlessEnvDoes() {
    workspace.executable("app", "\u0000");
    assertThat(environment(Map.of("PORT", "1"), Map.of("script", "app", "port", 80)))
        .containsEntry("PORT", "80");
    assertThat(
            environment(Map.of(), Map.of("script", "app", "port", "80", "env", Map.of("PORT", 81))))
        .containsEntry("PORT", "81");
  }

  @Test
  void pythonOutputIsUnbufferedUnlessTheCallerDecides() {
    workspace.program("python3");
    workspace.file("a.py", "");
    assertThat(environment(Map.of(), Map.of("script", "a.py")))
        .containsEntry("PYTHONUNBUFFERED", "1");
    assertThat(environment(Map.of(), Map.of("script", "python3 -m x")))
        .containsEntry("PYTHONUNBUFFERED", "1");
    assertThat(environment(Map.of("PYTHONUNBUFFERED", ""), Map.of("script", "a.py")))
        .containsEntry("PYTHONUNBUFFERED", "");
  }

  @Test
  void problemsNameOptionsOfTheCommandLine() {
    assertThat(
            problems(
                Map.of("script", "app", "max_restarts", "many", "instances", "to", "intances", 1)))
        .containsExactlyInAnyOrder(
            "app: unknown key \"intances\": did you mean \"instances\"?",
            "--max-restarts: \"many\" is not an integer of 0 or more",
            "--instances: \"to\" is not a number of instances: use 1 or more, \"max\" or 0 for one per"
                + " core, or -1 for one fewer than cores");
  }

  private Map<String, String> environment(
      Map<String, String> variables, Map<String, Object> attributes) {
    AppsOutcome outcome =
        AppReader.fromCommandLine(attributes, workspace.caller(variables), AppDefaults.PM2);
    assertThat(outcome.problems()).isEmpty();
    return outcome.apps().getFirst().variables().effective();
  }

  private AppSpec app(Map<String, Object> attributes) {
    AppsOutcome outcome = workspace.readCommandLine(attributes);
    assertThat(Workspace.messages(outcome)).isEmpty();
    return outcome.apps().getFirst();
  }

  private AppCommand command(String script) {
    return app(Map.of("script", script)).command();
  }

  private List<String> problems(String script) {
    return problems(Map.of("script", script));
  }

  private List<String> problems(Map<String, Object> attributes) {
    AppsOutcome outcome = workspace.readCommandLine(attributes);
    assertThat(outcome.apps()).isEmpty();
    return Workspace.messages(outcome);
  }
}
