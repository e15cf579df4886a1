package io.jpm.model;

import java.nio.file.Path;

/// A file of environment variables that is read each time a process starts (`env_file`). Its values
/// are not stored anywhere.
///
/// @param path the absolute path
/// @param optional whether the app starts even if the file does not exist
public record EnvFile(Path path, boolean optional) {
  public EnvFile {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("env_file " + path + " is not absolute");
    }
  }

  /// Returns the spelling in process files: `/srv/.env`, or `/srv/.env?` for an optional file.
  public String displayText() {
    return optional ? path + "?" : path.toString();
  }
}
