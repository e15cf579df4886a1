package io.jpm.os.linux.log;

import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.credentials.CredentialThread;
import io.jpm.os.linux.libc.DiskCalls;
import io.jpm.os.linux.libc.Errno;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/// Creates the directories for pipes and log files.
final class LogFolder {
  private LogFolder() {}

  /// Creates `folder` and its parents with the daemon's credentials.
  ///
  /// @throws IOException with a message for the user
  static void create(Path folder) throws IOException {
    create(folder, ChildCredentials.DAEMON);
  }

  /// Creates `folder` and its parents.
  ///
  /// @param childCredentials the credentials used to create the directories. Their user then owns
  ///   the directories.
  /// @throws IOException with a message for the user
  static void create(Path folder, ChildCredentials childCredentials) throws IOException {
    Deque<Path> fromTheTop = new ArrayDeque<>();
    for (Path at = folder; at != null && at.getNameCount() > 0; at = at.getParent()) {
      fromTheTop.addFirst(at);
    }
    for (Path each : fromTheTop) {
      // If the directory exists, mkdir(2) reports EEXIST even if the user may not write there.
      int result = CredentialThread.callOn(each, childCredentials, DiskCalls::makeFolder);
      if (result < 0 && result != -Errno.EEXIST) {
        throw new IOException(
            "cannot create the directory " + each + ": " + childCredentials.describe(-result));
      }
    }
  }
}
