package io.jpm.model;

import java.nio.file.Path;

/// A file of variables that is read at each start of a process (`env_file`). Its values are not
/// stored anywhere.
///
/// @param path the path, absolute
/// @param optional whether the app starts without the file if it does not exist
public record EnvFile(Path path, boolean optional) {
  public EnvFile {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("env_file " + path + " is not absolute");
    }
  }

  /// Returns the spelling in process files: `/srv/.env`, or `/srv/.env?` if optional.
  public String displayText() {
    return optional ? path + "?" : path.toString();
  }
}
