package io.jpm.config;

import io.jpm.model.AppSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads what people write about apps: a process file, or the options of a command.
///
/// All mistakes are reported together, and one of them is enough that no app comes out.
public final class AppReader {
  private static final String JSON = ".json";
  private static final List<String> OTHER_ENDINGS =
      List.of(".json5", ".yaml", ".yml", ".config.js", ".config.cjs", ".config.mjs");

  private AppReader() {}

  /// Whether a word of the command line names a process file rather than a script, by its ending.
  /// (PM2 looks for `.json` anywhere in the path.)
  ///
  /// True also for PM2's other formats: [#fromFile] answers those with a problem, while running
  /// `ecosystem.config.js` as a script would do nothing, again and again.
  public static boolean isProcessFile(String word) {
    return word.endsWith(JSON) || OTHER_ENDINGS.stream().anyMatch(word::endsWith);
  }

  /// The apps of a process file of up to 4 MiB.
  ///
  /// Relative paths in it begin in the file's directory, which is also the apps' working directory
  /// unless they name one. (PM2 starts from the caller's directory, so a file means something else
  /// wherever it is used from.)
  ///
  /// @param file as the caller named it, which is how problems name it; relative to the caller's
  ///   directory
  /// @param environment the name that `--env` gives: each app gets its `env_<name>` over its `env`
  /// @param caller who wants the apps
  /// @param defaults what apps get that say nothing
  public static AppsOutcome fromFile(
      Path file, Optional<String> environment, Caller caller, AppDefaults defaults) {
    Findings findings = new Findings();
    List<AppSpec> apps = List.of();
    String shown = file.toString();
    Optional<String> ending = OTHER_ENDINGS.stream().filter(shown::endsWith).findFirst();
    if (ending.isPresent()) {
      findings.problem(0, shown, ending.get() + " files are not read by this version: use .json");
    } else {
      Path absolute = caller.cwd().resolve(file).normalize();
      switch (TextFile.read(absolute)) {
        case TextFile.Outcome.Read read -> {
          Path directory = absolute.getParent() == null ? absolute : absolute.getParent();
          var context =
              new AppBuilder.Context("app", caller, defaults, Optional.of(directory), environment);
          apps = new FileReading(shown, context, findings).apps(read.text());
        }
        case TextFile.Outcome.Absent _ -> findings.problem(0, shown, "does not exist");
        case TextFile.Outcome.Refused refused -> findings.problem(0, shown, refused.what());
      }
    }
    return new AppsOutcome(apps, findings.problems(), findings.warnings());
  }

  /// The same without an `--env`.
  public static AppsOutcome fromFile(Path file, Caller caller, AppDefaults defaults) {
    return fromFile(file, Optional.empty(), caller, defaults);
  }

  /// What of a shell's variables is meant for the programs that it starts: what an app inherits
  /// before its own filter (for `--update-env`).
  public static Map<String, String> shellVariables(Map<String, String> shell) {
    return AppEnvironment.ofPrograms(shell);
  }

  /// The one app that a command line describes.
  ///
  /// Relative paths begin in `cwd` where it is given, and the script is looked for in the caller's
  /// directory too.
  ///
  /// @param attributes by the keys of [AppKey]; values are String, Integer or another Number,
  ///   Boolean, List or Map of these. `args` as a List is taken as it is.
  /// @param caller who typed it
  /// @param defaults what the app gets where the command line is silent
  /// @throws IllegalArgumentException when a value is of another class
  public static AppsOutcome fromCommandLine(
      Map<String, Object> attributes, Caller caller, AppDefaults defaults) {
    Findings findings = new Findings();
    Object script = attributes.getOrDefault(AppKey.SCRIPT.key(), "command line");
    Attributes written =
        Attributes.of(
            ValueTree.object(attributes),
            new Source.CommandLine(String.valueOf(script)),
            List.of(),
            findings);
    String label = String.valueOf(script);
    AppBuilder.Context context =
        new AppBuilder.Context(label, caller, defaults, Optional.empty(), Optional.empty());
    List<Neighbours.One> app =
        new AppBuilder(written, context, findings)
            .build().stream().map(spec -> new Neighbours.One("", written, spec)).toList();
    List<AppSpec> checked = new Neighbours(app, Optional.empty()).checked();
    return new AppsOutcome(checked, findings.problems(), findings.warnings());
  }

  /// The reading of one file.
  ///
  /// @param context what no app of it says itself
  private record FileReading(String shown, AppBuilder.Context context, Findings findings) {
    List<AppSpec> apps(String text) {
      return switch (JsonTree.parse(text)) {
        case JsonTree.Outcome.Broken broken -> {
          String where = shown + ":" + broken.line() + ":" + broken.column();
          findings.problem(broken.line(), where, broken.what());
          yield List.of();
        }
        case JsonTree.Outcome.Read read -> {
          for (Node.Member member : read.repeated()) {
            String key = new Node.Text(0, member.key()).shown();
            findings.problem(
                member.line(), shown + ":" + member.line(), "key " + key + " is given twice");
          }
          yield apps(new ProcessFile(shown, findings).apps(read.root()));
        }
      };
    }

    private List<AppSpec> apps(List<ProcessFile.Entry> entries) {
      List<Neighbours.One> apps = new ArrayList<>();
      List<String> without = new ArrayList<>();
      Optional<String> environment = context.environment();
      for (ProcessFile.Entry entry : entries) {
        Source source = new Source.InFile(shown, entry.path(), entry.app().line());
        List<String> otherNames = entry.outermost() ? ProcessFile.OUTER_NAMES : List.of();
        Attributes attributes = Attributes.of(entry.app(), source, otherNames, findings);
        Optional<AppSpec> spec =
            new AppBuilder(attributes, context.labelled(entry.path()), findings).build();
        spec.ifPresent(app -> apps.add(new Neighbours.One(entry.path(), attributes, app)));
        if (environment.flatMap(attributes::environment).isEmpty()) {
          without.add(spec.map(app -> app.name().value()).orElse(entry.path()));
        }
      }
      environment.ifPresent(name -> warnOfMissing(name, without, entries.size()));
      return new Neighbours(apps, environment).checked();
    }

    private void warnOfMissing(String name, List<String> without, int all) {
      if (!without.isEmpty()) {
        findings.warn(
            without.size() == all
                ? "%s: no app has an env_%s".formatted(shown, name)
                : "%s: without an env_%s: %s".formatted(shown, name, String.join(", ", without)));
      }
    }
  }
}
