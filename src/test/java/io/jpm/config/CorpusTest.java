package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.deploy.ScriptEvaluator.Evaluation;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.syntax.JsonTree;
import io.jpm.config.syntax.ParseResult;
import io.jpm.config.syntax.ProcessFormat;
import io.jpm.config.syntax.YamlTree;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Problems;
import io.jpm.daemon.NodeScriptEvaluator;
import io.jpm.model.AppSpec;
import io.jpm.os.AppAccess;
import io.jpm.spec.AppDescription;
import io.jpm.spec.AppKey;
import io.jpm.spec.SpecField;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Representatives;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Reads process files like those of users, from `src/test/resources/ecosystem`. The expected
/// results are in `src/test/resources/golden/ecosystem`. With `-Djpm.golden.write=true` the test
/// writes them.
@Timeout(300)
@Needs(Need.NODE)
class CorpusTest {
  private static final Path FILES = Path.of("src/test/resources/ecosystem");
  private static final Path EXPECTED = Path.of("src/test/resources/golden/ecosystem");
  private static final List<String> SCRIPTS =
      List.of(
          "server.js",
          "ssr.mjs",
          "preview.mjs",
          "dist/main.js",
          "work/main.js",
          "worker.py",
          "work/manage.py",
          "target/shop.jar");
  private static final List<String> PROGRAMS =
      List.of("python3", "bash", "sh", "java", "nginx", "tail", "grep");

  private static final Path NODE = Need.program("node");

  /// Keys that are not compared: the reader has applied them already. An app description contains
  /// the variables that a process receives, regardless of their source, and one text per instance
  /// where instances differ.
  private static final Set<String> APPLIED_BY_THE_READER =
      Set.of("env", "increment_var", "filter_env");

  @TempDir Path temporary;
  private Path dir = Path.of("/");
  private Workspace workspace;
  private final ProcessFileReader reader =
      new ProcessFileReader(
          AppDefaults.PM2, new NodeScriptEvaluator(NodeScriptEvaluator.LIMIT, AppAccess.OF_DAEMON));

  @BeforeEach
  void createWorkspace() throws IOException {
    dir = temporary.toRealPath();
    workspace = new Workspace(dir);
    SCRIPTS.forEach(script -> workspace.file(script, "// " + script));
    PROGRAMS.forEach(workspace::program);
    workspace.executable("shopd", "\u0000ELF");
    workspace.executable("run.sh", "#!/bin/bash\n");
    workspace.directory("home");
    Files.createSymbolicLink(dir.resolve("bin/node"), NODE);
  }

  static List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(FILES)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private AppsOutcome read(String name) throws IOException {
    Files.copy(FILES.resolve(name), dir.resolve(name));
    return read(dir.resolve(name), environmentOf(name));
  }

  private AppsOutcome read(Path file, Optional<String> environment) {
    return reader.file(dir.relativize(file), environment, workspace.callerContext());
  }

  /// Returns the value of `--env`: `production` if the file contains variables for it.
  private static Optional<String> environmentOf(String name) throws IOException {
    return Files.readString(FILES.resolve(name)).contains("env_production")
        ? Optional.of("production")
        : Optional.empty();
  }

  @ParameterizedTest
  @MethodSource("files")
  void fileYieldsTheExpectedApps(String name) throws IOException {
    AppsOutcome outcome = read(name);
    assertThat(Workspace.messages(outcome)).isEmpty();
    JsonArray apps = new JsonArray();
    outcome.apps().forEach(app -> apps.add(differenceJson(app)));
    JsonObject all = new JsonObject().put("apps", apps);
    if (!outcome.warnings().isEmpty()) {
      all.put("warnings", outcome.warnings());
    }
    String installation = Path.of("").toAbsolutePath().toString();
    String text = all.encodePrettily().replace(dir.toString(), "DIR");
    checkGolden(name, text.replace(installation, "INSTALLATION") + "\n");
  }

  /// Replaces a number of instances that depends on the number of cores by a fixed text.
  private static JsonObject differenceJson(AppSpec app) {
    JsonObject picture = SpecDifference.of(app);
    if (app.name().value().startsWith("per-core")) {
      assertThat(app.instances().count()).isEqualTo(Runtime.getRuntime().availableProcessors());
      picture.put("instances", "one per core");
    }
    return picture;
  }

  private static void checkGolden(String name, String actual) throws IOException {
    Path file = EXPECTED.resolve(name + ".json");
    if (Boolean.getBoolean("jpm.golden.write")) {
      Files.createDirectories(EXPECTED);
      Files.writeString(file, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(file));
  }

  @ParameterizedTest
  @Representatives({1, 10, 18, 25, 33})
  @MethodSource("files")
  void everyFormatYieldsEqualApps(String name) throws IOException {
    AppsOutcome original = read(name);
    assertThat(original.apps()).isNotEmpty();
    ConfigNode root = parse(name);
    Map<String, String> texts =
        Map.of(
            "same.json", root.json(),
            "same.json5", Formats.json5(root),
            "same.yaml", Formats.yaml(root),
            "same.config.cjs", "module.exports = " + root.json(),
            "same.config.mjs", "export default " + root.json());
    for (Map.Entry<String, String> text : texts.entrySet()) {
      AppsOutcome same = read(workspace.file(text.getKey(), text.getValue()), environmentOf(name));
      assertThat(Workspace.messages(same)).as(text.toString()).isEmpty();
      assertThat(same.apps()).as(text.toString()).isEqualTo(original.apps());
      assertThat(same.warnings()).hasSameSizeAs(original.warnings());
    }
    for (String piped : List.of(root.json(), Formats.json5(root), Formats.yaml(root))) {
      byte[] bytes = piped.getBytes(StandardCharsets.UTF_8);
      AppsOutcome same = reader.stdin(bytes, environmentOf(name), workspace.callerContext());
      assertThat(same.apps()).as(piped).isEqualTo(original.apps());
    }
  }

  /// The output of `describe` over the bridge, passed to `apply`, must change nothing.
  @ParameterizedTest
  @Representatives({1, 10, 18, 25, 33})
  @MethodSource("files")
  void appDescriptionRoundTrips(String name) throws IOException {
    List<AppSpec> apps = read(name).apps();
    String described =
        new JsonObject(Map.of("apps", apps.stream().map(AppDescription::of).toList()))
            .encodePrettily();
    AppsOutcome outcome = read(workspace.file("described.json", described), Optional.empty());
    assertThat(Workspace.messages(outcome)).as(described).isEmpty();
    for (int i = 0; i < apps.size(); i++) {
      for (SpecField field : SpecField.ALL) {
        if (!APPLIED_BY_THE_READER.contains(field.key())) {
          assertThat(field.value().apply(outcome.apps().get(i)))
              .as("%s in %s", field.component(), described)
              .isEqualTo(field.value().apply(apps.get(i)));
        }
      }
    }
  }

  @ParameterizedTest
  @Representatives({1, 10, 18, 25, 33})
  @MethodSource("files")
  void everyFileConformsToTheSchema(String name) throws IOException {
    assertThat(read(name).problems()).isEmpty();
    String json = parse(name).json();
    assertThat(
            AppEntryFinderSchemaTest.accepts(
                json.startsWith("[") ? new JsonArray(json) : new JsonObject(json)))
        .isTrue();
  }

  /// Parses a file without interpreting its content.
  private ConfigNode parse(String name) throws IOException {
    String text = Files.readString(FILES.resolve(name));
    ParseResult parseResult =
        switch (ProcessFormat.named(name).orElseThrow()) {
          case JSON -> JsonTree.parse(text);
          case YAML -> YamlTree.parse(text);
          case SCRIPT ->
              switch (reader
                  .scripts()
                  .evaluate(NODE, dir.resolve(name), workspace.callerContext())) {
                case Evaluation.Value(String json) -> JsonTree.parseWithoutLines(json);
                case Evaluation.Failed failed -> throw new AssertionError(failed);
              };
        };
    return switch (parseResult) {
      case ParseResult.Read read -> read.root();
      case ParseResult.Broken broken -> throw new AssertionError(broken);
    };
  }

  @Test
  @Tag("slow")
  void filesUseEverySpellingOfEveryKey() {
    Set<String> used = new HashSet<>();
    parseAllFiles().forEach(root -> collect(root, used));
    assertThat(used)
        .containsAll(AppKey.everySpelling().stream().filter(it -> !it.contains("<")).toList());
  }

  private Stream<ConfigNode> parseAllFiles() {
    try {
      for (String name : files()) {
        Files.copy(FILES.resolve(name), dir.resolve(name));
      }
      return files().stream().map(this::parseUnchecked);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ConfigNode parseUnchecked(String name) {
    try {
      return parse(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Adds the keys of all apps of a file to `keys`.
  private static void collect(ConfigNode root, Set<String> keys) {
    for (AppEntryFinder.Entry entry : new AppEntryFinder("file", new Problems()).apps(root)) {
      entry.app().members().forEach(member -> keys.add(member.key()));
    }
  }
}
