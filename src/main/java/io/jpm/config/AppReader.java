package io.jpm.config;

import io.jpm.model.AppSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads what people write about apps on a command line; [ProcessFileReader] reads their files.
///
/// All mistakes are reported together, and one of them is enough that no app comes out.
public final class AppReader {
  private AppReader() {}

  /// Whether a word of the command line names a process file rather than a script, by its ending.
  /// (PM2 looks for the endings anywhere in the path.)
  public static boolean isProcessFile(String word) {
    return ProcessFormat.named(word).isPresent();
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
        new AppBuilder.Context(
            label, caller, defaults, Optional.empty(), Optional.empty(), Optional.empty());
    List<Neighbours.One> app =
        new AppBuilder(written, context, findings)
            .build().stream().map(spec -> new Neighbours.One("", written, spec)).toList();
    List<AppSpec> checked = new Neighbours(app, Optional.empty()).checked();
    return new AppsOutcome(checked, findings.problems(), findings.warnings());
  }
}
