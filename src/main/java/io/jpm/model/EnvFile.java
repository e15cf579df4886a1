package io.jpm.model;

import java.nio.file.Path;

/// A file of variables that is read at each start of a process (`env_file`). Its values are kept
/// nowhere.
///
/// @param path absolute
/// @param optional whether a start goes on without it when it is not there
public record EnvFile(Path path, boolean optional) {
  public EnvFile {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("env_file " + path + " is not absolute");
    }
  }

  /// As a process file writes it: `/srv/.env`, `/srv/.env?`.
  public String shown() {
    return optional ? path + "?" : path.toString();
  }
}
