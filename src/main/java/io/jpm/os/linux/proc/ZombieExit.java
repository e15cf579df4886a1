package io.jpm.os.linux.proc;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Reads from `/proc/PID/stat` how a zombie exited. The kernel keeps the status there until the
/// parent, which is not the daemon, collects it. Some init programs do so only every second or two.
public final class ZombieExit {
  /// Whether a wait status of 0 in `/proc/PID/stat` is reliable. Older kernels report the status of
  /// the first thread, which may have exited with 0 long before the process. The fix is somewhat
  /// older than the release checked here, which introduced PIDFD_INFO_EXIT.
  private static final boolean ZERO_COUNTS = isAtLeast(System.getProperty("os.version", ""), 6, 15);

  private ZombieExit() {}

  /// Returns the exit; empty if there is no such zombie or the kernel may be hiding the status.
  public static Optional<Exit> of(ProcessIdentity identity) {
    try (ProcReader reader = new ProcReader()) {
      if (zombie(identity, reader).isEmpty()) {
        return Optional.empty();
      }
      boolean permitted = ZERO_COUNTS && mayInspect(identity.pid());
      // Read again: if the process is still the same, the permission was checked for this process.
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

  /// Reports whether the status may be read. Without permission, the kernel shows the status 0, as
  /// after a normal exit. The link `/proc/PID/ns/user` is read to find out, because it requires the
  /// same permission (PTRACE_MODE_READ_FSCREDS) and exists for zombies too.
  private static boolean mayInspect(int pid) {
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
