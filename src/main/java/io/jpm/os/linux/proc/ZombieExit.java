package io.jpm.os.linux.proc;

import io.jpm.model.run.Exit;
import io.jpm.model.run.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// How a process ended whose parent, not us, has yet to take the status: the kernel keeps it in
/// `/proc/PID/stat`. Some inits come round for it every second or two only.
public final class ZombieExit {
  /// Before this one the field holds what the first thread ended with, and a first thread may end
  /// long before its process, with 0. The release is the one that brought PIDFD_INFO_EXIT; the
  /// field was right some time earlier.
  private static final boolean ZERO_COUNTS = isAtLeast(System.getProperty("os.version", ""), 6, 15);

  private ZombieExit() {}

  /// The status, or empty when there is no such zombie or the kernel may be hiding how it ended.
  public static Optional<Exit> of(ProcessIdentity identity) {
    try (ProcReader reader = new ProcReader()) {
      if (zombie(identity, reader).isEmpty()) {
        return Optional.empty();
      }
      boolean permitted = ZERO_COUNTS && mayLookInto(identity.pid());
      // Again: it was the same one all the while, so the permission is about it.
      return zombie(identity, reader)
          .map(ProcStat::waitStatus)
          .filter(status -> status != 0 || permitted)
          .map(ExitStatus::fromWaitStatus);
    }
  }

  private static Optional<ProcStat> zombie(ProcessIdentity identity, ProcReader reader) {
    return reader
        .stat(identity.pid())
        .filter(stat -> stat.startTime() == identity.startTime())
        .filter(stat -> stat.state() == 'Z' && !stat.isAlive());
  }

  /// Whoever lacks the permission is shown 0 for the status, as if all were well. These links need
  /// the same permission, PTRACE_MODE_READ_FSCREDS, and this one exists for zombies too.
  private static boolean mayLookInto(int pid) {
    try {
      Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/user"));
      return true;
    } catch (IOException notPermitted) {
      return false;
    }
  }

  static boolean isAtLeast(String release, int major, int minor) {
    String[] parts = release.split("[^0-9]", 3);
    try {
      int first = Integer.parseInt(parts[0]);
      return first > major || (first == major && Integer.parseInt(parts[1]) >= minor);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException notANumber) {
      return false;
    }
  }
}
