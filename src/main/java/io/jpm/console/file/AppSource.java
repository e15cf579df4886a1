package io.jpm.console.file;

import io.jpm.config.AppReader;
import io.jpm.config.AppsOutcome;
import io.jpm.config.ProcessFileReader;
import io.jpm.config.command.CallerContext;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.syntax.DefaultProcessFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Reads app specs from process files and command lines. All methods except [#isProcessFile] access
/// the file system and may block.
public interface AppSource {
  /// Reports whether `word` has the extension of a process file. Does not block.
  boolean isProcessFile(String word);

  /// Reports whether `path` is a directory that contains process files.
  default boolean isDirectory(Path path) {
    return ProcessFileReader.isDirectoryOfProcessFiles(path);
  }

  /// Returns the names of the default process files that exist in a directory, in order of
  /// preference. They are used if the user does not specify a file.
  default List<String> usualFiles(Path directory) {
    return DefaultProcessFiles.findIn(directory);
  }

  /// Reads the apps of a process file, or of all process files in a directory.
  ///
  /// @param environment the value of `--env`; empty if the option is absent
  AppsOutcome fromFile(Path file, Optional<String> environment, CallerContext callerContext);

  /// Reads the apps of a process file that the client received on its standard input.
  AppsOutcome fromStdin(byte[] content, Optional<String> environment, CallerContext callerContext);

  /// Reads the app that the options of a command define.
  ///
  /// @param attributes the attributes by their keys in process files
  AppsOutcome fromCommandLine(Map<String, Object> attributes, CallerContext callerContext);

  /// Returns a source that reads with the package `config` and applies `defaults`.
  static AppSource of(AppDefaults defaults, ScriptEvaluator scripts) {
    return of(() -> defaults, scripts);
  }

  /// Returns a source that reads with the package `config`. The defaults are queried for each read,
  /// so they may change.
  static AppSource of(Supplier<AppDefaults> defaults, ScriptEvaluator scripts) {
    Supplier<ProcessFileReader> files = () -> new ProcessFileReader(defaults.get(), scripts);
    return new AppSource() {
      @Override
      public boolean isProcessFile(String word) {
        return AppReader.isProcessFile(word);
      }

      @Override
      public AppsOutcome fromFile(
          Path file, Optional<String> environment, CallerContext callerContext) {
        return files.get().file(file, environment, callerContext);
      }

      @Override
      public AppsOutcome fromStdin(
          byte[] content, Optional<String> environment, CallerContext callerContext) {
        return files.get().stdin(content, environment, callerContext);
      }

      @Override
      public AppsOutcome fromCommandLine(
          Map<String, Object> attributes, CallerContext callerContext) {
        return AppReader.fromCommandLine(attributes, callerContext, defaults.get());
      }
    };
  }
}
