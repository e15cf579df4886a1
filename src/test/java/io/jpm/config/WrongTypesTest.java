package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.deploy.ScriptEvaluator.Evaluation;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.syntax.JsonTree;
import io.jpm.config.syntax.ParseResult;
import io.jpm.config.syntax.ProcessFormat;
import io.jpm.config.syntax.TextFile;
import io.jpm.config.values.ConfigNode;
import io.jpm.spec.AppKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Values of the wrong type and files that are not process files: each is reported, and no app is
/// returned.
@Timeout(120)
class WrongTypesTest {
  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
    workspace.executable("app", "\u0000ELF");
  }

  /// Returns JSON values that no attribute of this type accepts.
  private static List<String> invalidValues(AppKey.Type type) {
    return switch (type) {
      case TEXT, PATH, VARIABLE, PROXY_HEADER, LINE_TYPE, ZONE, BALANCING, STRATEGIES, RULE ->
          List.of("5", "[]", "{}", "\"\"", "\"a\\u0000b\"");
      case PATH_OR_FLAG -> List.of("5", "[]", "{}", "\"\"");
      case WORDS -> List.of("5", "true", "{}", "[[]]", "\"'open\"");
      case BOOLEAN -> List.of("5", "[]", "{}", "\"yes\"", "\"\"");
      case NUMBER, COUNT -> List.of("true", "[]", "{}", "\"x\"", "1.5", "1e99", "\"\"");
      case DURATION -> List.of("true", "[]", "{}", "\"soon\"", "-1", "1.5", "1e99", "\"\"");
      case SIZE -> List.of("true", "[]", "{}", "\"much\"", "-1", "\"\"");
      case SIGNAL -> List.of("true", "[]", "{}", "\"SIGWHAT\"", "99");
      case VARIABLES -> List.of("5", "true", "[]", "\"A=1\"", "{\"\": 1}", "{\"A=B\": 1}");
      case FILTER -> List.of("5", "{}", "[[]]");
      case ACCOUNT -> List.of("true", "[]", "{}", "\"\"", "-1", "1.5");
      case MASK -> List.of("true", "[]", "{}", "\"999\"", "\"x\"");
      case FRACTION -> List.of("true", "[]", "{}", "2", "-0.5", "\"x\"");
      case CODES -> List.of("true", "{}", "[[]]", "256", "-1", "\"x\"");
      case CRON -> List.of("5", "true", "[]", "{}", "\"often\"");
      case WATCHED -> List.of("5", "{}", "[[]]");
      case DEPENDENCIES -> List.of("5", "true", "[[]]", "{\"db\": \"never\"}", "{\"db\": 5}");
      case STOPPING ->
          List.of("5", "true", "\"SIGTERM\"", "[]", "{\"signal\": []}", "{\"sig\": 1}");
      case ADDRESSES -> List.of("true", "{}", "[[]]", "\"x:y\"", "70000");
      case LOG_LIMITS -> List.of("5", "true", "\"10M\"", "[]", "{\"keep\": []}", "{\"kept\": 1}");
      case RESOURCES ->
          List.of(
              "5", "true", "\"10M\"", "[]", "{\"memory\": 5}", "{\"cpus\": 1}", "{\"cpu\": -1}");
      case ENV_FILES -> List.of("5", "true", "{}", "[[]]");
      case SECRET -> List.of("5", "\"x\"", "[]", "{\"A\": 5}", "{\"A\": \"x\"}");
      case HOOKS ->
          List.of("5", "true", "\"page\"", "[]", "{\"crash\": 5}", "{\"crashed\": [\"x\"]}");
      case CHECKED_ONCE, CHECKED ->
          List.of(
              "5", "true", "\"tcp\"", "[]", "{}", "{\"tcp\": []}", "{\"tcp\": 80, \"tpc\": 80}");
    };
  }

  private record InvalidAttribute(String spelling, String value) {
    String app(int number) {
      return spelling.equals("name")
          ? "{\"name\": %s, \"script\": \"app\"}".formatted(value)
          : spelling.equals("script")
              ? "{\"name\": \"a%d\", \"script\": %s}".formatted(number, value)
              : "{\"name\": \"a%d\", \"script\": \"app\", \"%s\": %s}"
                  .formatted(number, spelling, value);
    }
  }

  private static List<InvalidAttribute> allInvalidAttributes() {
    List<InvalidAttribute> all = new ArrayList<>();
    for (AppKey key : AppKey.values()) {
      if (key.support() == AppKey.Support.ACTS) {
        String spelling = key == AppKey.ENV_NAME ? "env_test" : key.key();
        invalidValues(key.type()).stream()
            .filter(value -> key != AppKey.LOG_DATE_FORMAT || !value.equals("\"\"")) // no date
            .forEach(value -> all.add(new InvalidAttribute(spelling, value)));
      }
    }
    return all;
  }

  private static String file(List<InvalidAttribute> apps) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < apps.size(); i++) {
      texts.add(apps.get(i).app(i));
    }
    return "[" + String.join(",\n", texts) + "]";
  }

  private AppsOutcome read(String name, String json) {
    if (name.equals("-")) {
      return new ProcessFileReader(AppDefaults.PM2, ScriptEvaluator.NONE)
          .stdin(
              json.getBytes(StandardCharsets.UTF_8),
              Optional.of("test"),
              workspace.callerContext());
    }
    ConfigNode root = ((ParseResult.Read) JsonTree.parse(json)).root();
    String text =
        switch (ProcessFormat.named(name).orElseThrow()) {
          case JSON -> name.endsWith("5") ? Formats.json5(root) : json;
          case YAML -> Formats.yaml(root);
          case SCRIPT -> "the evaluator of this test knows its value";
        };
    workspace.file(name, text);
    workspace.program("node");
    ScriptEvaluator evaluator = (_, _, _) -> new Evaluation.Value(json);
    return new ProcessFileReader(AppDefaults.PM2, evaluator)
        .file(Path.of(name), Optional.of("test"), workspace.callerContext());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.json", "a.json5", "a.yaml", "a.config.js", "-"})
  void valueOfTheWrongTypeIsReportedWithItsLocation(String name) {
    List<InvalidAttribute> all = allInvalidAttributes();
    AppsOutcome outcome = read(name, file(all));
    assertThat(outcome.apps()).isEmpty();
    String file = name.equals("-") ? "stdin" : name;
    List<String> sentences = Workspace.messages(outcome);
    for (int i = 0; i < all.size(); i++) {
      String place = " [%d].%s".formatted(i, all.get(i).spelling());
      String told = "%s\\S*: .+".formatted(Pattern.quote(place));
      assertThat(sentences.stream().filter(it -> it.startsWith(file) && it.contains(place)))
          .as("%s of %s", all.get(i), name)
          .singleElement()
          .asString()
          .containsPattern(told);
    }
    assertThat(Workspace.messages(outcome))
        .allSatisfy(sentence -> assertThat(sentence).doesNotContain("Exception", "\n", "io.jpm"));
  }

  static Stream<Arguments> invalidFiles() {
    byte[] binary = new byte[70_000];
    for (int i = 0; i < binary.length; i++) {
      binary[i] = (byte) (i * 31 + (i >> 8));
    }
    return Stream.of(
        Arguments.of("empty", new byte[0], "is empty"),
        Arguments.of("blank", "\ufeff \n\t\n".getBytes(StandardCharsets.UTF_8), "is empty"),
        Arguments.of("UTF-16", "\ufeff[]".getBytes(StandardCharsets.UTF_16BE), "is UTF-16 text"),
        Arguments.of("UTF-16LE", "[1]".getBytes(StandardCharsets.UTF_16LE), "NUL byte"),
        Arguments.of(
            "Latin-1",
            "name: grün".getBytes(StandardCharsets.ISO_8859_1),
            "is not UTF-8 text: save it as UTF-8"),
        Arguments.of("NUL", "script: a\u0000b".getBytes(StandardCharsets.UTF_8), "NUL byte"),
        Arguments.of("binary", binary, "is not UTF-8 text: save it as UTF-8"),
        Arguments.of(
            "huge",
            " ".repeat(TextFile.MAX_BYTES + 1).getBytes(StandardCharsets.UTF_8),
            "is larger than 4M"),
        Arguments.of(
            "brackets",
            "[".repeat(100_000).getBytes(StandardCharsets.UTF_8),
            "values are nested deeper than 64 levels"),
        Arguments.of("a word", "true".getBytes(StandardCharsets.UTF_8), "neither an app nor"),
        Arguments.of(
            "no apps",
            "[]".getBytes(StandardCharsets.UTF_8),
            "the list is empty: add at least one app"));
  }

  @ParameterizedTest
  @MethodSource("invalidFiles")
  void invalidFileIsReportedInOneMessage(String what, byte[] bytes, String sentence)
      throws IOException {
    ProcessFileReader reader = new ProcessFileReader(AppDefaults.PM2, ScriptEvaluator.NONE);
    for (String name : List.of("a.json", "a.json5", "a.yaml", "a.yml")) {
      Files.write(dir.resolve(name), bytes);
      AppsOutcome outcome = reader.file(Path.of(name), Optional.empty(), workspace.callerContext());
      assertThat(outcome.apps()).isEmpty();
      assertThat(Workspace.messages(outcome))
          .as(what)
          .singleElement()
          .asString()
          .startsWith(name)
          .contains(sentence);
    }
    AppsOutcome piped = reader.stdin(bytes, Optional.empty(), workspace.callerContext());
    assertThat(Workspace.messages(piped))
        .as(what)
        .singleElement()
        .asString()
        .startsWith("stdin")
        .contains(sentence);
  }

  @Test
  void dependencyCycleAcrossFilesIsReportedOnce() {
    workspace.file("conf/a.json", "{script: '../app', name: 'a', depends_on: 'b'}");
    workspace.file("conf/b.yaml", "script: ../app\nname: b\ndepends_on: {c: ready}");
    workspace.file("conf/c.json5", "[{script: '../app', name: 'c', depends_on: ['a']}]");
    AppsOutcome outcome =
        new ProcessFileReader(AppDefaults.PM2, ScriptEvaluator.NONE)
            .file(Path.of("conf"), Optional.empty(), workspace.callerContext());
    assertThat(outcome.apps()).isEmpty();
    assertThat(Workspace.messages(outcome)).singleElement().asString().contains("depends_on");
  }
}
