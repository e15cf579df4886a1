package io.jpm.os.linux.cgroup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Finds the mount point of cgroup v2 (`cgroups(7)`) and the cgroup of a process.
public final class CgroupMount {
  private CgroupMount() {}

  /// Returns the mount point of cgroup v2; empty if it is not mounted, as on systems that use only
  /// cgroup v1.
  public static Optional<Path> find() {
    try {
      return Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.UTF_8).stream()
          .map(line -> List.of(line.split(" ", -1)))
          .filter(fields -> fields.size() > fields.indexOf("-") + 1 && fields.contains("-"))
          .filter(fields -> fields.get(fields.indexOf("-") + 1).equals("cgroup2"))
          .map(fields -> Path.of(fields.get(4)))
          .findFirst();
    } catch (IOException hidden) {
      return Optional.empty();
    }
  }

  /// Returns the path of a process's cgroup, relative to the mount point ([#find]); empty if the
  /// process no longer exists or its cgroup is outside the visible part of the hierarchy.
  ///
  /// @param process a pid, or `self`
  public static Optional<String> pathOf(String process) {
    try {
      return Files.readAllLines(Path.of("/proc/" + process + "/cgroup")).stream()
          .filter(line -> line.startsWith("0::/"))
          .map(line -> line.substring("0::/".length()))
          .filter(path -> !path.startsWith(".."))
          .findFirst();
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /// Returns the reason for a failed write without the file name, which the caller's message
  /// already contains.
  static String reason(IOException refused) {
    return refused instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : String.valueOf(refused.getMessage());
  }
}
