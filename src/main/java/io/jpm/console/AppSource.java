package io.jpm.console;

import io.jpm.config.AppDefaults;
import io.jpm.config.AppReader;
import io.jpm.config.AppsOutcome;
import io.jpm.config.Caller;
import java.nio.file.Path;
import java.util.Map;

/// Where apps' descriptions come from. Both readers look at the file system and block.
interface AppSource {
  boolean isProcessFile(String word);

  AppsOutcome fromFile(Path file, Caller caller);

  AppsOutcome fromCommandLine(Map<String, Object> attributes, Caller caller);

  /// What `config` reads.
  static AppSource of(AppDefaults defaults) {
    return new AppSource() {
      @Override
      public boolean isProcessFile(String word) {
        return AppReader.isProcessFile(word);
      }

      @Override
      public AppsOutcome fromFile(Path file, Caller caller) {
        return AppReader.fromFile(file, caller, defaults);
      }

      @Override
      public AppsOutcome fromCommandLine(Map<String, Object> attributes, Caller caller) {
        return AppReader.fromCommandLine(attributes, caller, defaults);
      }
    };
  }
}
