package io.jpm.config;

import io.jpm.config.app.AppBuilder;
import io.jpm.config.app.AppEnvironment;
import io.jpm.config.app.ReadContext;
import io.jpm.config.command.CallerContext;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.syntax.ProcessFormat;
import io.jpm.config.syntax.ValueTree;
import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.Problems;
import io.jpm.config.values.SourceLocation;
import io.jpm.model.AppSpec;
import io.jpm.spec.AppKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the app that a command line describes. [ProcessFileReader] reads files.
///
/// All mistakes are reported together. If there is any mistake, no app is returned.
public final class AppReader {
  private AppReader() {}

  /// Reports whether an argument names a process file and not a script, based on its extension.
  /// (PM2 looks for the extensions anywhere in the path.)
  public static boolean isProcessFile(String word) {
    return ProcessFormat.named(word).isPresent();
  }

  /// Returns the variables that an app inherits from a shell, before the filter of the app is
  /// applied. Used for `--update-env`. Variables that belong to the shell itself are omitted.
  public static Map<String, String> shellVariables(Map<String, String> shell) {
    return AppEnvironment.inheritableVariables(shell);
  }

  /// Reads the app that a command line describes.
  ///
  /// Relative paths are resolved against `cwd` if it is given. The script is also looked up in the
  /// caller's working directory.
  ///
  /// @param attributes the attributes by the keys of [AppKey]. Values are String, Number, Boolean,
  ///   or a List or Map of these. A List for `args` is not split into words again.
  /// @param callerContext the shell in which the user typed the command
  /// @param defaults the defaults for attributes that the command line does not set
  /// @throws IllegalArgumentException if a value is of another class
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
    List<AppSetValidator.One> app =
        new AppBuilder(written, context, problems)
            .build().stream().map(spec -> new AppSetValidator.One("", written, spec)).toList();
    List<AppSpec> checked = new AppSetValidator(app, Optional.empty()).checked();
    return new AppsOutcome(checked, problems.problems(), problems.warnings());
  }
}
