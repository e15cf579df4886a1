package io.jpm.console;

import io.jpm.config.AppDefaults;
import io.jpm.config.AppReader;
import io.jpm.config.AppsOutcome;
import io.jpm.config.Caller;
import io.jpm.config.ProcessFileReader;
import io.jpm.config.ScriptEvaluator;
import io.jpm.config.UsualFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Where apps' descriptions come from. All but the first look at the file system and block.
interface AppSource {
  /// Whether a word names a process file by its ending. Does not block.
  boolean isProcessFile(String word);

  /// Whether this is a directory of process files.
  default boolean isDirectory(Path path) {
    return ProcessFileReader.isDirectoryOfProcessFiles(path);
  }

  /// The names of process files in a directory that are meant where none is named, the first one
  /// before all others.
  default List<String> usualFiles(Path directory) {
    return UsualFiles.in(directory);
  }

  /// The apps of a process file, or of all in a directory.
  ///
  /// @param environment the name that `--env` gives
  AppsOutcome fromFile(Path file, Optional<String> environment, Caller caller);

  /// The apps of a process file that came on the client's standard input.
  AppsOutcome fromStdin(byte[] content, Optional<String> environment, Caller caller);

  AppsOutcome fromCommandLine(Map<String, Object> attributes, Caller caller);

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
      public AppsOutcome fromFile(Path file, Optional<String> environment, Caller caller) {
        return files.get().file(file, environment, caller);
      }

      @Override
      public AppsOutcome fromStdin(byte[] content, Optional<String> environment, Caller caller) {
        return files.get().stdin(content, environment, caller);
      }

      @Override
      public AppsOutcome fromCommandLine(Map<String, Object> attributes, Caller caller) {
        return AppReader.fromCommandLine(attributes, caller, defaults.get());
      }
    };
  }
}
