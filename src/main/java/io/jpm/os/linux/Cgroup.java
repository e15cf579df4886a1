package io.jpm.os.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// One group of the second version of `cgroups(7)`, made for one process of an app and its tree.
///
/// @param folder where the kernel shows it
record Cgroup(Path folder) {
  /// What the names of our groups begin with.
  static final String PREFIX = "jpm-";

  /// The group of a process, when it is one of ours.
  ///
  /// @param mount where groups are shown
  static Optional<Cgroup> of(int pid, Path mount) {
    return CgroupMount.pathOf(Integer.toString(pid))
        .map(path -> mount.resolve(path))
        .filter(folder -> String.valueOf(folder.getFileName()).startsWith(PREFIX))
        .filter(Files::isDirectory)
        .map(Cgroup::new);
  }

  /// Moves a process into it.
  ///
  /// @throws IOException with a sentence for the user
  void take(int pid) throws IOException {
    set("cgroup.procs", Integer.toString(pid));
  }

  /// Writes one of its settings.
  ///
  /// @throws IOException with a sentence for the user
  void set(String file, String value) throws IOException {
    try {
      Files.writeString(folder.resolve(file), value);
    } catch (IOException refused) {
      throw new IOException(
          "limits: %s of %s cannot be set to %s: %s"
              .formatted(file, folder, value, CgroupMount.words(refused)),
          refused);
    }
  }

  /// How many of its processes the kernel has ended because the group had too much memory.
  long memoryKills() {
    try {
      return Files.readAllLines(folder.resolve("memory.events")).stream()
          .filter(line -> line.startsWith("oom_kill "))
          .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length()).strip()))
          .findFirst()
          .orElse(0);
    } catch (IOException | NumberFormatException noController) {
      return 0;
    }
  }

  /// Removes it when nobody is in it.
  void remove() {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException stillInUse) {
      // Ignored because it is tried again when its tree is gone and when the next group is made.
    }
  }
}
