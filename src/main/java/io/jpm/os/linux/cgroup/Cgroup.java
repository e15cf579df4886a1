package io.jpm.os.linux.cgroup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A cgroup (v2, `cgroups(7)`) that was created for one process of an app and its tree.
///
/// @param directory the directory of the cgroup below the mount point
public record Cgroup(Path directory) {
  /// The prefix of the names of cgroups that jpm creates.
  public static final String PREFIX = "jpm-";

  private static final String REPORTED_ATTRIBUTE = "jpm.told";

  /// Returns the cgroup of a process; empty if jpm did not create it.
  ///
  /// @param mount the mount point of the cgroup file system
  public static Optional<Cgroup> of(int pid, Path mount) {
    return CgroupMount.pathOf(Integer.toString(pid))
        .map(path -> mount.resolve(path))
        .filter(folder -> String.valueOf(folder.getFileName()).startsWith(PREFIX))
        .filter(Files::isDirectory)
        .map(Cgroup::new);
  }

  /// Moves a process into the cgroup.
  ///
  /// @throws IOException with a message for the user
  public void add(int pid) throws IOException {
    set("cgroup.procs", Integer.toString(pid));
  }

  /// Writes one setting of the cgroup.
  ///
  /// @throws IOException with a message for the user
  void set(String file, String value) throws IOException {
    try {
      Files.writeString(directory.resolve(file), value);
    } catch (IOException refused) {
      throw new IOException(
          "limits: cannot set %s of the cgroup %s to %s: %s"
              .formatted(file, directory, value, CgroupMount.reason(refused)),
          refused);
    }
  }

  /// Returns the number of processes in the cgroup that the OOM killer has killed.
  public long memoryKills() {
    return count("oom_kill");
  }

  /// Reports whether the memory usage of the cgroup has ever exceeded `memory.high`.
  boolean wasThrottled() {
    return count("high") > 0;
  }

  /// Reports whether the kernel has killed a process of the cgroup and no daemon has reported this
  /// yet.
  public boolean hasUnreportedKills() {
    return memoryKills() > reportedEvents().kills();
  }

  private long count(String event) {
    String start = event + " ";
    try {
      return Files.readAllLines(directory.resolve("memory.events")).stream()
          .filter(line -> line.startsWith(start))
          .mapToLong(line -> Long.parseLong(line.substring(start.length()).strip()))
          .findFirst()
          .orElse(0);
    } catch (IOException | NumberFormatException noController) {
      return 0;
    }
  }

  /// The memory events of a cgroup that have already been reported.
  ///
  /// @param kills the number of processes that the kernel has killed
  /// @param throttled whether the kernel has throttled the cgroup
  public record ReportedMemoryEvents(long kills, boolean throttled) {
    private static final ReportedMemoryEvents NOTHING = new ReportedMemoryEvents(0, false);

    private static ReportedMemoryEvents parse(String text) {
      String[] parts = text.split(" ", -1);
      try {
        return new ReportedMemoryEvents(
            Long.parseLong(parts[0]), parts[parts.length - 1].equals("slowed"));
      } catch (NumberFormatException notOurs) {
        return NOTHING;
      }
    }

    private String text() {
      return kills + (throttled ? " slowed" : "");
    }
  }

  /// Returns the events that this daemon or an earlier one has reported, as recorded in an extended
  /// attribute of the cgroup's directory.
  public ReportedMemoryEvents reportedEvents() {
    UserDefinedFileAttributeView view = view();
    try {
      if (view == null || !view.list().contains(REPORTED_ATTRIBUTE)) {
        return ReportedMemoryEvents.NOTHING;
      }
      var value = ByteBuffer.allocate(view.size(REPORTED_ATTRIBUTE));
      view.read(REPORTED_ATTRIBUTE, value);
      return ReportedMemoryEvents.parse(new String(value.array(), StandardCharsets.US_ASCII));
    } catch (IOException gone) {
      return ReportedMemoryEvents.NOTHING;
    }
  }

  /// Records that the events have been reported, so that neither this daemon nor the next one
  /// reports them again.
  void setReportedEvents(ReportedMemoryEvents reportedMemoryEvents) {
    UserDefinedFileAttributeView view = view();
    try {
      if (view != null) {
        view.write(
            REPORTED_ATTRIBUTE,
            ByteBuffer.wrap(reportedMemoryEvents.text().getBytes(StandardCharsets.US_ASCII)));
      }
    } catch (IOException refused) {
      // Ignored: at worst the next daemon reports the events again. Requires Linux 5.7.
    }
  }

  private @Nullable UserDefinedFileAttributeView view() {
    return Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class);
  }

  /// Removes the cgroup if it contains no processes.
  public void remove() {
    try {
      Files.deleteIfExists(directory);
    } catch (IOException stillInUse) {
      // Ignored: removal is attempted again when the tree is gone and when the next cgroup is
      // created.
    }
  }
}
