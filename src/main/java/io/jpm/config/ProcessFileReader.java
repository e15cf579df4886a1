package io.jpm.config;

import io.jpm.config.app.ReadContext;
import io.jpm.config.command.CallerContext;
import io.jpm.config.command.SearchPath;
import io.jpm.config.deploy.DeployRules;
import io.jpm.config.deploy.Deployment;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.deploy.ScriptEvaluator.Evaluation;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.syntax.JsonTree;
import io.jpm.config.syntax.ParseResult;
import io.jpm.config.syntax.ProcessFormat;
import io.jpm.config.syntax.TextFile;
import io.jpm.config.syntax.YamlTree;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Problems;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Reads process files of every format: single files, or all process files in a directory. All
/// methods block.
///
/// Relative paths in a file are resolved against the file's directory, which is also the default
/// working directory of its apps. (PM2 resolves them against the caller's directory, so the effect
/// of a file depends on the current directory.)
///
/// @param defaults the defaults for attributes that apps do not set
/// @param scripts evaluates process files that are scripts, such as `.config.js`
public record ProcessFileReader(AppDefaults defaults, ScriptEvaluator scripts) {
  /// The name of standard input in problems.
  private static final String STDIN = "stdin";

  /// The name of a request in problems.
  private static final String REQUEST = "request";

  /// Upper bound on the number of process files in a directory. A directory with more of them was
  /// almost certainly named by mistake.
  private static final int MOST_FILES = 1_000;

  /// The parameters of one read.
  ///
  /// @param environment the name that selects `env_<name>`
  private record ReadRequest(Optional<String> environment, CallerContext callerContext) {}

  /// The result of reading one file.
  private record ReadFile(Problems problems, List<AppSetValidator.One> apps) {}

  /// Reads the apps from a process file of at most 4 MiB, or from all process files in a directory.
  ///
  /// @param file the path as the caller named it, relative to the caller's directory; problems use
  ///   the same name
  /// @param environment the name given with `--env`. The variables of an app's `env_<name>`
  ///   override those of its `env`
  /// @param callerContext the shell of the caller
  public AppsOutcome file(Path file, Optional<String> environment, CallerContext callerContext) {
    ReadRequest readRequest = new ReadRequest(environment, callerContext);
    Path absolute = callerContext.cwd().resolve(file).normalize();
    return Files.isDirectory(absolute)
        ? directory(file, absolute, readRequest)
        : joined(List.of(one(file.toString(), "", absolute, readRequest)), readRequest);
  }

  /// Reads the apps from a process file without a name, in JSON or YAML. Relative paths in it are
  /// resolved against the caller's directory.
  ///
  /// @param content the bytes, at most 4 MiB
  /// @param environment as in [#file]
  /// @param callerContext as in [#file]
  public AppsOutcome stdin(
      byte[] content, Optional<String> environment, CallerContext callerContext) {
    ReadRequest readRequest = new ReadRequest(environment, callerContext);
    return joined(
        List.of(
            understood(
                TextFile.text(content),
                reading(STDIN, "", callerContext.cwd(), readRequest),
                text -> inFormat(ProcessFormat.of(text), text))),
        readRequest);
  }

  /// Reads the apps from an API request. The problems have no line numbers.
  ///
  /// @param json an object or array with the same structure as a process file in JSON
  /// @param callerContext as in [#file]
  public AppsOutcome request(String json, CallerContext callerContext) {
    ReadRequest readRequest = new ReadRequest(Optional.empty(), callerContext);
    AppListReader reading = reading(REQUEST, "", callerContext.cwd(), readRequest);
    List<AppSetValidator.One> apps = reading.apps(JsonTree.parseWithoutLines(json));
    return joined(List.of(new ReadFile(reading.problems(), apps)), readRequest);
  }

  /// Reads one environment of the file's `deploy` section.
  ///
  /// @param file as in [#file]
  /// @param environment the name of the environment. If it is empty, the result is a problem that
  ///   lists the names
  /// @param callerContext as in [#file]
  public Deployment.Outcome deployment(Path file, String environment, CallerContext callerContext) {
    Problems problems = new Problems();
    Optional<Deployment> found =
        root(file, callerContext, problems)
            .flatMap(root -> new DeployRules(file.toString(), environment, problems).read(root));
    return new Deployment.Outcome(found, problems.problems(), problems.warnings());
  }

  /// Reads the commands that run after the code of an app has been replaced (`post_update`).
  ///
  /// @param file as in [#file]
  /// @param app the app's name
  /// @param callerContext as in [#file]
  public PostUpdateReader.Outcome postUpdate(Path file, String app, CallerContext callerContext) {
    Problems problems = new Problems();
    List<String> commands =
        root(file, callerContext, problems)
            .map(root -> new PostUpdateReader(file.toString(), problems).read(app, root))
            .orElse(List.of());
    return new PostUpdateReader.Outcome(commands, problems.problems());
  }

  /// Returns the outermost value of the file. If the file cannot be parsed, records a problem and
  /// returns empty.
  private Optional<ConfigNode> root(Path file, CallerContext callerContext, Problems problems) {
    Path absolute = callerContext.cwd().resolve(file).normalize();
    ProcessFormat format = ProcessFormat.named(file.toString()).orElse(ProcessFormat.JSON);
    ParseResult parseResult =
        switch (TextFile.read(absolute)) {
          case TextFile.Outcome.Read read ->
              format == ProcessFormat.SCRIPT
                  ? evaluated(absolute, callerContext)
                  : inFormat(format, read.text());
          case TextFile.Outcome.Absent _ -> new ParseResult.Broken(0, 0, "does not exist");
          case TextFile.Outcome.Refused refused -> new ParseResult.Broken(0, 0, refused.message());
        };
    return switch (parseResult) {
      case ParseResult.Read read -> Optional.of(read.root());
      case ParseResult.Broken broken -> {
        problems.problem(broken.line(), broken.where(file.toString()), broken.what());
        yield Optional.empty();
      }
    };
  }

  /// Reports whether `directory` is a directory of process files: it contains at least one and is
  /// not a Node project. In a Node project, other files may have the same extensions.
  public static boolean isDirectoryOfProcessFiles(Path directory) {
    return Files.isDirectory(directory)
        && !Files.exists(directory.resolve("package.json"))
        && !Files.exists(directory.resolve("index.js"))
        && !processFiles(directory).isEmpty();
  }

  private AppsOutcome directory(Path named, Path absolute, ReadRequest readRequest) {
    List<Path> files = processFiles(absolute);
    if (files.isEmpty() || files.size() > MOST_FILES) {
      Problems problems = new Problems();
      problems.problem(
          0,
          named.toString(),
          files.isEmpty()
              ? "is a directory without process files (.json, .json5, .yaml, .yml, .config.js)"
              : "contains more than %,d process files".formatted(MOST_FILES));
      return joined(List.of(new ReadFile(problems, List.of())), readRequest);
    }
    List<ReadFile> all = new ArrayList<>();
    for (Path file : files) {
      String shown = named.resolve(file.getFileName()).toString();
      all.add(one(shown, shown, file, readRequest));
    }
    return joined(all, readRequest);
  }

  /// Returns the process files in a directory, sorted by name; empty if the directory cannot be
  /// read. Hidden files are ignored, because editors leave temporary files behind. Blocks.
  public static List<Path> processFiles(Path directory) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (!name.startsWith(".")
            && ProcessFormat.named(name).isPresent()
            && !Files.isDirectory(entry)
            && files.size() <= MOST_FILES) {
          files.add(entry);
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException _) {
      return List.of();
    }
    return files.stream().sorted().toList();
  }

  private ReadFile one(String shown, String path, Path absolute, ReadRequest readRequest) {
    Path parent = absolute.getParent() == null ? absolute : absolute.getParent();
    AppListReader reading = reading(shown, path, parent, readRequest);
    ProcessFormat format = ProcessFormat.named(shown).orElse(ProcessFormat.JSON);
    return understood(
        TextFile.read(absolute),
        reading,
        text ->
            format == ProcessFormat.SCRIPT
                ? evaluated(absolute, readRequest.callerContext())
                : inFormat(format, text));
  }

  private AppListReader reading(
      String shown, String path, Path directory, ReadRequest readRequest) {
    var context =
        new ReadContext(
            "app",
            readRequest.callerContext(),
            defaults,
            Optional.of(directory),
            readRequest.environment(),
            Optional.empty());
    return new AppListReader(shown, path, context, new Problems());
  }

  private static ReadFile understood(
      TextFile.Outcome content, AppListReader reading, Function<String, ParseResult> parsing) {
    List<AppSetValidator.One> apps =
        switch (content) {
          case TextFile.Outcome.Read read -> reading.apps(parsing.apply(read.text()));
          case TextFile.Outcome.Absent _ -> {
            reading.problems().problem(0, reading.shown(), "does not exist");
            yield List.of();
          }
          case TextFile.Outcome.Refused refused -> {
            reading.problems().problem(0, reading.shown(), refused.message());
            yield List.of();
          }
        };
    return new ReadFile(reading.problems(), apps);
  }

  private static ParseResult inFormat(ProcessFormat format, String text) {
    return switch (format) {
      case JSON -> JsonTree.parse(text);
      case YAML -> YamlTree.parse(text);
      case SCRIPT -> throw new IllegalArgumentException("a script cannot be parsed as text");
    };
  }

  private ParseResult evaluated(Path file, CallerContext callerContext) {
    Optional<Path> node = SearchPath.of(callerContext).find("node");
    if (node.isEmpty()) {
      return new ParseResult.Broken(
          0,
          0,
          "cannot be evaluated, because node was not found in PATH: install Node, or use JSON or YAML");
    }
    return switch (scripts.evaluate(node.get(), file, callerContext)) {
      case Evaluation.Value(String json) -> JsonTree.parseWithoutLines(json);
      case Evaluation.Failed(int line, int column, String what) ->
          new ParseResult.Broken(line, column, what);
    };
  }

  private static AppsOutcome joined(List<ReadFile> files, ReadRequest readRequest) {
    List<AppSetValidator.One> apps = files.stream().flatMap(file -> file.apps().stream()).toList();
    var specs = new AppSetValidator(apps, readRequest.environment()).checked();
    return new AppsOutcome(
        specs,
        files.stream().flatMap(file -> file.problems().problems().stream()).toList(),
        files.stream().flatMap(file -> file.problems().warnings().stream()).toList(),
        files.stream().anyMatch(file -> file.problems().isHot()));
  }
}
