package io.jpm.os.linux.cgroup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One group of the second version of `cgroups(7)`, made for one process of an app and its tree.
///
/// @param folder where the kernel shows it
public record Cgroup(Path folder) {
  /// What the names of our groups begin with.
  public static final String PREFIX = "jpm-";

  private static final String TOLD = "jpm.told";

  /// The group of a process, when it is one of ours.
  ///
  /// @param mount where groups are shown
  public static Optional<Cgroup> of(int pid, Path mount) {
    return CgroupMount.pathOf(Integer.toString(pid))
        .map(path -> mount.resolve(path))
        .filter(folder -> String.valueOf(folder.getFileName()).startsWith(PREFIX))
        .filter(Files::isDirectory)
        .map(Cgroup::new);
  }

  /// Moves a process into it.
  ///
  /// @throws IOException with a sentence for the user
  public void take(int pid) throws IOException {
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
  public long memoryKills() {
    return count("oom_kill");
  }

  /// Whether it has ever had more memory than `memory.high`.
  boolean wasSlowed() {
    return count("high") > 0;
  }

  /// Whether the kernel has ended a process of it and nobody has told of that yet.
  public boolean hasUntoldKills() {
    return memoryKills() > told().kills();
  }

  private long count(String event) {
    String start = event + " ";
    try {
      return Files.readAllLines(folder.resolve("memory.events")).stream()
          .filter(line -> line.startsWith(start))
          .mapToLong(line -> Long.parseLong(line.substring(start.length()).strip()))
          .findFirst()
          .orElse(0);
    } catch (IOException | NumberFormatException noController) {
      return 0;
    }
  }

  /// What the world has been told of its memory.
  ///
  /// @param kills how many processes the kernel has ended
  /// @param slowed whether it is slowed down
  public record Told(long kills, boolean slowed) {
    private static final Told NOTHING = new Told(0, false);

    private static Told parse(String text) {
      String[] parts = text.split(" ", -1);
      try {
        return new Told(Long.parseLong(parts[0]), parts[parts.length - 1].equals("slowed"));
      } catch (NumberFormatException notOurs) {
        return NOTHING;
      }
    }

    private String text() {
      return kills + (slowed ? " slowed" : "");
    }
  }

  /// What has been told, by this daemon or an earlier one: it is written on the group itself.
  public Told told() {
    UserDefinedFileAttributeView view = view();
    try {
      if (view == null || !view.list().contains(TOLD)) {
        return Told.NOTHING;
      }
      var value = ByteBuffer.allocate(view.size(TOLD));
      view.read(TOLD, value);
      return Told.parse(new String(value.array(), StandardCharsets.US_ASCII));
    } catch (IOException gone) {
      return Told.NOTHING;
    }
  }

  /// Remembers it, for the next daemon too.
  void tell(Told told) {
    UserDefinedFileAttributeView view = view();
    try {
      if (view != null) {
        view.write(TOLD, ByteBuffer.wrap(told.text().getBytes(StandardCharsets.US_ASCII)));
      }
    } catch (IOException refused) {
      // Ignored because it only means that the next daemon tells it again; Linux 5.7 can do it.
    }
  }

  private @Nullable UserDefinedFileAttributeView view() {
    return Files.getFileAttributeView(folder, UserDefinedFileAttributeView.class);
  }

  /// Removes it when nobody is in it.
  public void remove() {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException stillInUse) {
      // Ignored because it is tried again when its tree is gone and when the next group is made.
    }
  }
}
