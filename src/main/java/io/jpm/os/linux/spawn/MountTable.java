package io.jpm.os.linux.spawn;

import io.jpm.os.linux.libc.MountCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The mounts that are visible to a thread (`proc_pid_mountinfo(5)`). Paths are decoded as ISO
/// 8859-1, so that each character represents one byte.
///
/// @param flags the flags of each mount by mount point, as for `mount(2)`. If several mounts share
///   a mount point, the flags are those of the visible mount.
record MountTable(Map<String, Long> flags) {
  private static final Path FILE = Path.of("/proc/thread-self/mountinfo");
  private static final int PLACE = 4;
  private static final int OPTIONS = 5;
  private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");

  /// Reads the mounts that are visible to the calling thread.
  static MountTable read() throws IOException {
    return of(Files.readString(FILE, StandardCharsets.ISO_8859_1));
  }

  static MountTable of(String text) {
    Map<String, Long> flags = new LinkedHashMap<>();
    text.lines()
        .map(line -> line.split(" ", OPTIONS + 2))
        .filter(fields -> fields.length > OPTIONS)
        // A later mount on the same mount point covers the earlier one.
        .forEach(fields -> flags.put(plain(fields[PLACE]), flags(fields[OPTIONS])));
    return new MountTable(flags);
  }

  /// Returns the mount at `place` and the mounts below it.
  MountTable below(String place) {
    String prefix = place.endsWith("/") ? place : place + "/";
    Map<String, Long> found = new LinkedHashMap<>(flags);
    found.keySet().removeIf(other -> !other.equals(place) && !other.startsWith(prefix));
    return new MountTable(found);
  }

  private static String plain(String field) {
    return ESCAPED.matcher(field).replaceAll(MountTable::character);
  }

  private static String character(MatchResult escape) {
    String one = String.valueOf((char) Integer.parseInt(escape.group(1), 8));
    return one.equals("\\") ? "\\\\" : one;
  }

  /// Returns the flags that a remount clears unless they are repeated. The kernel keeps the access
  /// time settings.
  private static long flags(String options) {
    long flags = 0;
    for (String option : options.split(",", -1)) {
      flags |=
          switch (option) {
            case "ro" -> MountCalls.READ_ONLY;
            case "nosuid" -> MountCalls.NO_SET_USER_ID;
            case "nodev" -> MountCalls.NO_DEVICES;
            case "noexec" -> MountCalls.NO_PROGRAMS;
            default -> 0;
          };
    }
    return flags;
  }
}
