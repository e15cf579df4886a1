package io.jpm.os.linux.cgroup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One cgroup of version 2, `cgroups(7)`, created for one process of an app and its tree.
///
/// @param directory its directory below the cgroup mount
public record Cgroup(Path directory) {
  /// The prefix of the names of cgroups that jpm creates.
  public static final String PREFIX = "jpm-";

  private static final String TOLD = "jpm.told";

  /// Returns the cgroup of a process if jpm created it.
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
          "limits: %s of %s cannot be set to %s: %s"
              .formatted(file, directory, value, CgroupMount.reason(refused)),
          refused);
    }
  }

  /// Returns how many processes of the cgroup the OOM killer has killed.
  public long memoryKills() {
    return count("oom_kill");
  }

  /// Reports whether the memory of the cgroup has ever exceeded `memory.high`.
  boolean wasThrottled() {
    return count("high") > 0;
  }

  /// Reports whether the kernel has killed a process of the cgroup and no daemon has reported it
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
  /// @param kills number of processes that the kernel has killed
  /// @param throttled whether the kernel throttles the cgroup
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

  /// Returns the events that this daemon or an earlier one has reported. They are stored in an
  /// extended attribute of the cgroup's directory.
  public ReportedMemoryEvents reportedEvents() {
    UserDefinedFileAttributeView view = view();
    try {
      if (view == null || !view.list().contains(TOLD)) {
        return ReportedMemoryEvents.NOTHING;
      }
      var value = ByteBuffer.allocate(view.size(TOLD));
      view.read(TOLD, value);
      return ReportedMemoryEvents.parse(new String(value.array(), StandardCharsets.US_ASCII));
    } catch (IOException gone) {
      return ReportedMemoryEvents.NOTHING;
    }
  }

  /// Records the events as reported, also for the next daemon.
  void setReportedEvents(ReportedMemoryEvents reportedMemoryEvents) {
    UserDefinedFileAttributeView view = view();
    try {
      if (view != null) {
        view.write(
            TOLD, ByteBuffer.wrap(reportedMemoryEvents.text().getBytes(StandardCharsets.US_ASCII)));
      }
    } catch (IOException refused) {
      // Ignored: at worst the next daemon reports the events again. Needs Linux 5.7.
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
      // Ignored: removal is tried again when the tree has ended and when the next cgroup is
      // created.
    }
  }
}
