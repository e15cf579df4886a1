package io.jpm.config;

import io.jpm.config.app.AppBuilder;
import io.jpm.config.app.AppEnvironment;
import io.jpm.config.app.ReadContext;
import io.jpm.config.command.CallerContext;
import io.jpm.config.format.ProcessFormat;
import io.jpm.config.format.ValueTree;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.Problems;
import io.jpm.config.values.SourceLocation;
import io.jpm.model.AppSpec;
import io.jpm.spec.AppKey;
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
  /// @param callerContext who typed it
  /// @param defaults what the app gets where the command line is silent
  /// @throws IllegalArgumentException when a value is of another class
  public static AppsOutcome fromCommandLine(
      Map<String, Object> attributes, CallerContext callerContext, AppDefaults defaults) {
    Problems problems = new Problems();
    Object script = attributes.getOrDefault(AppKey.SCRIPT.key(), "command line");
    AttributeReader written =
        AttributeReader.of(
            ValueTree.object(attributes),
            new SourceLocation.CommandLine(String.valueOf(script)),
            List.of(),
            problems);
    String label = String.valueOf(script);
    ReadContext context =
        new ReadContext(
            label, callerContext, defaults, Optional.empty(), Optional.empty(), Optional.empty());
    List<CrossAppRules.One> app =
        new AppBuilder(written, context, problems)
            .build().stream().map(spec -> new CrossAppRules.One("", written, spec)).toList();
    List<AppSpec> checked = new CrossAppRules(app, Optional.empty()).checked();
    return new AppsOutcome(checked, problems.problems(), problems.warnings());
  }
}
