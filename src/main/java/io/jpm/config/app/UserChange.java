package io.jpm.config.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether an app is to run as another user than the daemon, who is whoever reads its file.
final class UserChange {
  private static final Path SELF = Path.of("/proc/self");

  private UserChange() {}

  /// @param user the name or number that the app names
  static boolean is(String user) {
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
