package io.jpm.console;

import io.jpm.config.AppDefaults;
import io.jpm.config.AppReader;
import io.jpm.config.AppsOutcome;
import io.jpm.config.Caller;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Where apps' descriptions come from. Both readers look at the file system and block.
interface AppSource {
  boolean isProcessFile(String word);

  /// The apps of a process file.
  ///
  /// @param environment the name that `--env` gives
  AppsOutcome fromFile(Path file, Optional<String> environment, Caller caller);

  AppsOutcome fromCommandLine(Map<String, Object> attributes, Caller caller);

  /// What `config` reads.
  static AppSource of(AppDefaults defaults) {
    return new AppSource() {
      @Override
      public boolean isProcessFile(String word) {
        return AppReader.isProcessFile(word);
      }

      @Override
      public AppsOutcome fromFile(Path file, Optional<String> environment, Caller caller) {
        return AppReader.fromFile(file, environment, caller, defaults);
      }

      @Override
      public AppsOutcome fromCommandLine(Map<String, Object> attributes, Caller caller) {
        return AppReader.fromCommandLine(attributes, caller, defaults);
      }
    };
  }
}
