package io.jpm.os.linux.cgroup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where the kernel shows the groups of the second version, `cgroups(7)`, and where processes are
/// among them.
public final class CgroupMount {
  private CgroupMount() {}

  /// The folder of the topmost group that is shown; empty where there is none, as on systems that
  /// use the first version only.
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

  /// The group of a process, relative to [#find]; empty when it is gone or its group is not shown.
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

  /// Why a write was refused, without the file's name, which the sentence has already.
  static String words(IOException refused) {
    return refused instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : String.valueOf(refused.getMessage());
  }
}
