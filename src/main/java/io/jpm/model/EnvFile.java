package io.jpm.model;

import java.nio.file.Path;

/// A file of environment variables that is read whenever a process starts (`env_file`). jpm does
/// not store the values.
///
/// @param path the absolute path
/// @param optional whether the app starts even if the file does not exist
public record EnvFile(Path path, boolean optional) {
  public EnvFile {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("env_file " + path + " is not an absolute path");
    }
  }

  /// Returns the spelling in process files: `/srv/.env`, or `/srv/.env?` for an optional file.
  public String displayText() {
    return optional ? path + "?" : path.toString();
  }
}
