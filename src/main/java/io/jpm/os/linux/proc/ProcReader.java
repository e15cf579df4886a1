package io.jpm.os.linux.proc;

import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.text.ByteText;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.ProcessSnapshot.Kind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// Reads `/proc`, `proc(5)`: open, read, close with buffers that are used again, a third of what
/// the file API of the JDK costs. For one thread.
public final class ProcReader implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;

  /// As much as a process can begin with, `execve(2)`. By PR_SET_MM_MAP of `prctl(2)` each process
  /// can show all of its memory as its environment, and claim memory that takes no room.
  private static final int MOST_OF_ENVIRONMENT = 6 << 20;

  private static final String USER_LINE = "\nUid:\t";

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment path = arena.allocate(64);
  private final MemorySegment buffer = arena.allocate(CHUNK);

  /// The kernel's name for the time since it was booted.
  public static String bootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException unreadable) {
      return "unknown"; // pid and start time still tell processes of one boot apart
    }
  }

  /// Ticks since boot, as start times are counted.
  public static long ticksNow() {
    return Libc.nanosSinceBoot() / (1_000_000_000L / Ticks.PER_SECOND);
  }

  /// The process of `identity`, when it is there, dead or alive, and no other one has its pid.
  public static Optional<ProcStat> find(ProcessIdentity identity) {
    try (ProcReader reader = new ProcReader()) {
      return reader.stat(identity.pid()).filter(stat -> stat.startTime() == identity.startTime());
    }
  }

  /// The processes of now.
  public ProcListing listing() {
    var listing = new ProcListing(path, buffer);
    listing.read();
    return listing;
  }

  /// The pids of now.
  public int[] pids() {
    return listing().pids();
  }

  public Optional<ProcStat> stat(int pid) {
    int length = read(pid, "/stat");
    return length <= 0
        ? Optional.empty()
        : ProcStat.parse(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
  }

  /// The tag in the environment the process was started with; empty when it has none or does not
  /// let us read.
  public Optional<String> tag(int pid) {
    return variable(pid, SpawnRequest.TAG_VARIABLE);
  }

  /// What it shows, read once. Tags count on processes that `trust` names.
  public ProcessSnapshot.Environment environment(int pid, TagTrust trust) {
    byte[] environment = environment(pid);
    Optional<String> tag = variable(environment, SpawnRequest.TAG_VARIABLE);
    return new ProcessSnapshot.Environment(
        tag.filter(text -> trust.trusts(pid, text, this)),
        tag.isPresent() ? Kind.TAGGED : environment.length > 0 ? Kind.UNTAGGED : Kind.BARE,
        TreeMark.of(pid, this));
  }

  /// As [#tag], any variable.
  public Optional<String> variable(int pid, String name) {
    return variable(environment(pid), name);
  }

  private static Optional<String> variable(byte[] environment, String name) {
    byte[] entry = (name + "=").getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at < environment.length; at = endOfEntry(environment, at) + 1) {
      int end = endOfEntry(environment, at);
      int value = at + entry.length;
      if (value <= end && Arrays.equals(environment, at, value, entry, 0, entry.length)) {
        return Optional.of(ByteText.fromBytes(Arrays.copyOfRange(environment, value, end)));
      }
    }
    return Optional.empty();
  }

  /// A soft limit of a process, −1 for none; 0 when the process is gone or does not let us read.
  ///
  /// @param number the limit, as in `setrlimit(2)`
  /// @param name how the kernel calls it in `/proc/PID/limits`, which is for everybody to read
  long softLimit(int pid, int number, String name) {
    int result = Libc.processLimit(pid, number, MemorySegment.NULL, buffer);
    if (result == -Errno.EPERM) {
      return shownLimit(pid, name);
    }
    return result < 0 ? 0 : buffer.get(ValueLayout.JAVA_LONG, 0);
  }

  private long shownLimit(int pid, String name) {
    int length = read(pid, "/limits");
    if (length <= 0) {
      return 0;
    }
    byte[] shown = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    return new String(shown, StandardCharsets.US_ASCII)
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip().split(" ", 2)[0])
        .filter(limit -> !limit.isEmpty() && limit.chars().allMatch(Character::isDigit))
        .mapToLong(Long::parseUnsignedLong)
        .findFirst()
        .orElse(0);
  }

  /// The first name of a process, 15 characters at most, as its program or itself has chosen it;
  /// empty when it is gone.
  public String name(int pid) {
    int length = read(pid, "/comm");
    return length <= 0
        ? ""
        : ByteText.fromBytes(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE)).strip();
  }

  /// The real user whose process it is, or -1 when it is gone. Not the owner of its folder: that is
  /// the effective user, root as soon as somebody runs `su`.
  public int realUser(int pid) {
    int length = read(pid, "/status");
    if (length <= 0) {
      return -1;
    }
    String status =
        new String(
            buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    // The name comes before it, and the kernel writes no line feed within that.
    int at = status.indexOf(USER_LINE);
    if (at < 0) {
      return -1;
    }
    int from = at + USER_LINE.length();
    int end = from;
    while (end < status.length() && Character.isDigit(status.charAt(end))) {
      end++;
    }
    return end == from ? -1 : Integer.parseUnsignedInt(status, from, end, 10);
  }

  private static int endOfEntry(byte[] environment, int from) {
    int end = from;
    while (end < environment.length && environment[end] != 0) {
      end++;
    }
    return end;
  }

  private byte[] environment(int pid) {
    int fd = open(pid, "/environ");
    if (fd < 0) {
      return new byte[0];
    }
    try {
      byte[] all = new byte[CHUNK];
      int length = 0;
      for (int count = Libc.read(fd, buffer);
          count > 0 && length < MOST_OF_ENVIRONMENT;
          count = Libc.read(fd, buffer)) {
        if (length + count > all.length) {
          all = Arrays.copyOf(all, 2 * all.length);
        }
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, all, length, count);
        length += count;
      }
      return Arrays.copyOf(all, length);
    } finally {
      Libc.close(fd);
    }
  }

  private int read(int pid, String name) {
    int fd = open(pid, name);
    if (fd < 0) {
      return fd;
    }
    try {
      return Libc.read(fd, buffer);
    } finally {
      Libc.close(fd);
    }
  }

  private int open(int pid, String name) {
    path.setString(0, "/proc/" + pid + name, StandardCharsets.US_ASCII);
    return Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
  }

  @Override
  public void close() {
    arena.close();
  }

  /// Asked of the C library once, when first needed.
  public static final class Ticks {
    public static final long PER_SECOND = Libc.ticksPerSecond();

    private Ticks() {}
  }
}
