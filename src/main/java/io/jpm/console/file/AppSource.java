package io.jpm.console.file;

import io.jpm.config.AppReader;
import io.jpm.config.AppsOutcome;
import io.jpm.config.ProcessFileReader;
import io.jpm.config.command.CallerContext;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.format.DefaultProcessFiles;
import io.jpm.config.settings.AppDefaults;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Where apps' descriptions come from. All but the first look at the file system and block.
public interface AppSource {
  /// Whether a word names a process file by its ending. Does not block.
  boolean isProcessFile(String word);

  /// Whether this is a directory of process files.
  default boolean isDirectory(Path path) {
    return ProcessFileReader.isDirectoryOfProcessFiles(path);
  }

  /// The names of process files in a directory that are meant where none is named, the first one
  /// before all others.
  default List<String> usualFiles(Path directory) {
    return DefaultProcessFiles.in(directory);
  }

  /// The apps of a process file, or of all in a directory.
  ///
  /// @param environment the name that `--env` gives
  AppsOutcome fromFile(Path file, Optional<String> environment, CallerContext callerContext);

  /// The apps of a process file that came on the client's standard input.
  AppsOutcome fromStdin(byte[] content, Optional<String> environment, CallerContext callerContext);

  AppsOutcome fromCommandLine(Map<String, Object> attributes, CallerContext callerContext);

  /// What `config` reads.
  static AppSource of(AppDefaults defaults, ScriptEvaluator scripts) {
    return of(() -> defaults, scripts);
  }

  /// What `config` reads, with defaults that may change.
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
