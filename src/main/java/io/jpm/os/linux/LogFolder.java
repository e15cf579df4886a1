package io.jpm.os.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
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
    make(folder, Rights.DAEMON);
  }

  /// Makes `folder` and those above it.
  ///
  /// @param rights whose they are, and who must be allowed to make them
  /// @throws IOException with a sentence for the user
  static void make(Path folder, Rights rights) throws IOException {
    Deque<Path> fromTheTop = new ArrayDeque<>();
    for (Path at = folder; at != null && at.getNameCount() > 0; at = at.getParent()) {
      fromTheTop.addFirst(at);
    }
    try (Arena arena = Arena.ofConfined()) {
      for (Path each : fromTheTop) {
        long path = DiskCalls.path(arena, each);
        // mkdir(2) tells first of all that it exists, whoever may write there.
        int result = OtherSelf.callIfOther(rights, () -> DiskCalls.makeFolder(path));
        if (result < 0 && result != -Errno.EEXIST) {
          throw new IOException("cannot make the folder " + each + ": " + rights.words(-result));
        }
      }
    }
  }
}
