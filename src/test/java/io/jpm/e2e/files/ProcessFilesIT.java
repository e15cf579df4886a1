package io.jpm.e2e.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.Jpm;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Process files of every kind and from every source, through the whole product.
@Timeout(600)
class ProcessFilesIT {
  private static final String SLEEPER = "#!/bin/sh\nexec sleep 100000\n";

  private Jpm jpm;

  @BeforeEach
  void open() throws IOException {
    jpm = new Jpm();
    jpm.script("app", SLEEPER);
  }

  @AfterEach
  void close() throws Exception {
    jpm.close();
  }

  private Path file(String name, String text) throws IOException {
    return file(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private Path file(String name, byte[] content) throws IOException {
    Path file = jpm.work().resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  private Jpm.Result piped(String text, String... args) throws IOException {
    Process process = jpm.begin(args);
    try {
      process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException _) {
      // Ignored: the command may have ended without reading everything, and its result says so.
    }
    return Jpm.finish(process);
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(strings = {"bash", "java"})
  void processFileOnStandardInputStartsAndStopsApps(String client) throws IOException {
    jpm.environment("JPM_CLIENT", client);
    String yaml = "- {name: a, script: ./app}\n- {name: grün, script: ./app, env: {X: \"☃\"}}\n";
    // No daemon is running yet: the client asks, starts one and asks again.
    piped(yaml, "start", "-").ok();
    assertThat(jpm.status("a")).isEqualTo("online");
    assertThat(jpm.status("grün")).isEqualTo("online");
    piped("[{name: 'a', script: './app'}]", "stop", "-").ok();
    assertThat(jpm.status("a")).isEqualTo("stopped");
    assertThat(jpm.status("grün")).isEqualTo("online");
    assertThat(piped("[{script: './gone'}]", "start", "-").failed().err())
        .contains("stdin:1: [0].script: script not found: " + jpm.work().resolve("gone"));
    assertThat(piped("", "start", "-").failed().err()).contains("stdin: is empty");
    assertThat(piped(" ".repeat(5 << 20), "start", "-").failed().err())
        .contains("larger than 4 MiB");
    piped(yaml, "delete", "-").ok();
    assertThat(jpm.list()).isEmpty();
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(strings = {"bash", "java"})
  void closedStandardInputIsNotRead(String client) throws IOException {
    jpm.environment("JPM_CLIENT", client);
    jpm.runAfter("exec <&-", "ls").ok();
    for (String verb : List.of("validate", "start")) {
      assertThat(jpm.runAfter("exec <&-", verb, "-").failed().err())
          .contains(
              "the target - requires a process file on standard input: jpm "
                  + verb
                  + " - < apps.json");
    }
    jpm.runAfter("exec <&-", "start", "./app").ok();
    assertThat(jpm.status("app")).isEqualTo("online");
  }

  @Test
  void directoryAndDefaultFileAreStarted() throws IOException {
    assertThat(jpm.run("start").failed().err())
        .contains("no process file was found", "ecosystem.config.js");
    file("conf.d/a.json", "{name: 'a', script: '../app'}");
    file("conf.d/b.yaml", "name: b\nscript: ../app\n");
    jpm.run("start", "./conf.d").ok();
    assertThat(jpm.status("a")).isEqualTo("online");
    assertThat(jpm.status("b")).isEqualTo("online");
    jpm.run("stop", "./conf.d/").ok();
    assertThat(jpm.status("b")).isEqualTo("stopped");
    file("ecosystem.yaml", "name: usual\nscript: ./app\n");
    assertThat(jpm.run("validate").ok().out()).contains("ecosystem.yaml: 1 app, valid");
    jpm.run("start").ok();
    assertThat(jpm.status("usual")).isEqualTo("online");
    file("ecosystem.json", "{name: 'first', script: './app'}");
    assertThat(jpm.run("start").ok().err())
        .contains("using ecosystem.json and ignoring ecosystem.yaml");
    assertThat(jpm.status("first")).isEqualTo("online");
  }

  private static Map<String, byte[]> invalidFiles() {
    byte[] binary = new byte[100_000];
    for (int i = 0; i < binary.length; i++) {
      binary[i] = (byte) (i * 31 + (i >> 8));
    }
    StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 9; i++) {
      String one = "*a" + (i - 1);
      bomb.append(
          "a%d: &a%d [%s]\n".formatted(i, i, String.join(",", List.of(one, one, one, one))));
    }
    String deep = "[".repeat(100_000);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("empty.json", new byte[0]);
    files.put("cut.json", "{\"apps\": [{\"script\": \"./a".getBytes(StandardCharsets.UTF_8));
    files.put("huge.yaml", "#\n".repeat(3 << 20).getBytes(StandardCharsets.UTF_8));
    files.put("deep.json", deep.getBytes(StandardCharsets.UTF_8));
    files.put("deep.yaml", deep.getBytes(StandardCharsets.UTF_8));
    files.put(
        "bomb.yaml", bomb.toString().replace("x", "[y,y,y]").getBytes(StandardCharsets.UTF_8));
    files.put("binary.json5", binary);
    files.put("nul.yml", "script: a\u0000b".getBytes(StandardCharsets.UTF_8));
    files.put("utf16.json", "\ufeff[]".getBytes(StandardCharsets.UTF_16LE));
    files.put("latin1.yaml", "script: grün".getBytes(StandardCharsets.ISO_8859_1));
    files.put(
        "twice.json",
        "[{name: 'x', script: './app'}, {name: 'x', script: './app'}]"
            .getBytes(StandardCharsets.UTF_8));
    files.put(
        "circle.yaml",
        "- {name: x, script: ./app, depends_on: y}\n- {name: y, script: ./app, depends_on: x}\n"
            .getBytes(StandardCharsets.UTF_8));
    return files;
  }

  @Test
  @Tag("slow")
  void invalidFilesAreReportedInOneLineAndTheDaemonContinues() throws IOException {
    jpm.run("start", "./app").ok();
    long daemon = jpm.daemonPid();
    int pid = jpm.pid("app");
    for (Map.Entry<String, byte[]> none : invalidFiles().entrySet()) {
      file(none.getKey(), none.getValue());
      for (String verb : List.of("validate", "start", "plan", "apply", "startOrReload")) {
        Jpm.Result result = jpm.run(verb, none.getKey());
        assertThat(result.code()).as(none.getKey()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines())
            .singleElement()
            .asString()
            .startsWith("[jpm][ERROR] ")
            .contains(none.getKey() + ":")
            .doesNotContain("Exception", "io.jpm");
      }
    }
    assertThat(jpm.daemonPid()).isEqualTo(daemon);
    assertThat(jpm.list()).hasSize(1);
    assertThat(jpm.pid("app")).isEqualTo(pid);
    assertThat(jpm.daemonLog())
        .noneMatch(line -> line.startsWith("\tat ") || line.contains("Error:"));
  }

  @Test
  @Tag("slow")
  void yamlClassesAreLoadedOnlyWhenAYamlFileIsRead() throws IOException {
    Path classes = jpm.work().resolve("classes.log");
    jpm.environment("JPM_JAVA_OPTS", "-Xlog:class+load:file=" + classes);
    file("apps.json5", "[{script: './app'}]");
    jpm.run("start", "apps.json5").ok();
    assertThat(Files.readString(classes))
        .contains("io.jpm.config.syntax.JsonTree ")
        .doesNotContain("org.snakeyaml", "io.jpm.config.syntax.YamlTree");
    file("apps.yaml", "script: ./app");
    jpm.run("validate", "apps.yaml").ok();
    assertThat(Files.readString(classes))
        .contains("org.snakeyaml", "io.jpm.config.syntax.YamlTree");
  }

  private static Map<String, String> invalidScripts() {
    Map<String, String> scripts = new LinkedHashMap<>();
    scripts.put("", "is empty");
    scripts.put("module.exports = {apps: [{name: 'a',", ":1: SyntaxError: Unexpected end of input");
    scripts.put("\n\nthrow new Error('no\\nmore')", ":3:7: Error: no");
    scripts.put(
        "module.exports = null",
        ": null is neither an app nor a list of apps: use an object such as {\"script\": \"app.js\"}, or a list of such objects");
    scripts.put("process.exit(0)", "made node exit with code 0 before returning a value");
    scripts.put("const a = {}; a.a = a; module.exports = a", "circular structure");
    scripts.put(
        "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; module.exports = a",
        "Maximum call stack size exceeded");
    scripts.put("module.exports = 'x'.repeat(5 << 20)", "its value is larger than 4 MiB");
    scripts.put(
        "module.exports = [{script: './app'}, {script: './app'}]", "each app a unique name");
    scripts.put("module.exports = {script: './app', depends_on: 'app'}", "app → app");
    scripts.put("module.exports = {script: './app', instances: {}}", "an object is not a number");
    return scripts;
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void invalidScriptsAreReportedInOneLine() throws IOException {
    jpm.run("start", "./app").ok();
    int pid = jpm.pid("app");
    for (Map.Entry<String, String> none : invalidScripts().entrySet()) {
      file("some.config.js", none.getKey());
      for (String verb : List.of("validate", "apply")) {
        Jpm.Result result = jpm.run(verb, "some.config.js");
        assertThat(result.code()).as(none.getKey()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines())
            .singleElement()
            .asString()
            .startsWith("[jpm][ERROR] ")
            .contains("some.config.js", none.getValue());
      }
    }
    assertThat(jpm.list()).hasSize(1);
    assertThat(jpm.pid("app")).isEqualTo(pid);
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void byteOrderMarkIsAccepted() throws IOException {
    file("a.json", "\ufeff{name: 'a', script: './app'}");
    file("b.yaml", "\ufeffname: b\nscript: ./app\n");
    file("c.config.js", "\ufeffmodule.exports = {name: 'c', script: './app'}");
    jpm.run("apply", "a.json", "b.yaml", "c.config.js").ok();
    assertThat(jpm.list()).hasSize(3);
  }

  @Test
  @Needs(Need.NODE)
  void aScriptIsEvaluatedByTheCallersNode() throws IOException {
    jpm.environment("WHO", "me");
    file("ecosystem.config.mjs", "export default [{name: process.env.WHO, script: './app'}]");
    jpm.run("start").ok();
    assertThat(jpm.status("me")).isEqualTo("online");
    file("ecosystem.config.mjs", "\nexport default [{name: oops}]");
    assertThat(jpm.run("validate").failed().err())
        .contains("ecosystem.config.mjs:2")
        .contains("ReferenceError: oops is not defined");
    file("ecosystem.config.mjs", "export default [{name: 'me', script: './gone'}]");
    assertThat(jpm.run("restart", "ecosystem.config.mjs").failed().err())
        .contains("ecosystem.config.mjs: [0].script: script not found");
    assertThat(jpm.status("me")).isEqualTo("online");
  }
}
