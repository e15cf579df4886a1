package io.jpm.config.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Determines whether an app runs as a different user than the daemon, which is this process.
final class UserChange {
  private static final Path SELF = Path.of("/proc/self");

  private UserChange() {}

  /// Reports whether the app runs as another user.
  ///
  /// @param user the name or number that the app sets
  static boolean isChange(String user) {
    return !user.equals(System.getProperty("user.name")) && !user.equals(ownNumber());
  }

  private static String ownNumber() {
    try {
      return String.valueOf(Files.getAttribute(SELF, "unix:uid"));
    } catch (IOException | UnsupportedOperationException untold) {
      return "";
    }
  }
}
