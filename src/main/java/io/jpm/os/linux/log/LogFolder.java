package io.jpm.os.linux.log;

import io.jpm.os.linux.libc.DiskCalls;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.rights.ChildCredentials;
import io.jpm.os.linux.rights.CredentialThread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/// Makes the folders of pipes and log files.
final class LogFolder {
  private LogFolder() {}

  /// Makes `folder` and those above it, as the daemon.
  ///
  /// @throws IOException with a sentence for the user
  static void make(Path folder) throws IOException {
    make(folder, ChildCredentials.DAEMON);
  }

  /// Makes `folder` and those above it.
  ///
  /// @param childCredentials whose they are, and who must be allowed to make them
  /// @throws IOException with a sentence for the user
  static void make(Path folder, ChildCredentials childCredentials) throws IOException {
    Deque<Path> fromTheTop = new ArrayDeque<>();
    for (Path at = folder; at != null && at.getNameCount() > 0; at = at.getParent()) {
      fromTheTop.addFirst(at);
    }
    for (Path each : fromTheTop) {
      // mkdir(2) tells first of all that it exists, whoever may write there.
      int result = CredentialThread.callOn(each, childCredentials, DiskCalls::makeFolder);
      if (result < 0 && result != -Errno.EEXIST) {
        throw new IOException(
            "cannot make the folder " + each + ": " + childCredentials.words(-result));
      }
    }
  }
}
