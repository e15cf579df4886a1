package io.jpm.os.linux.proc;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.text.SurrogateEscape;
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

/// Reads files in `/proc` (`proc(5)`) into reused buffers, which costs a third of the time that the
/// JDK's file API takes. Must be used by one thread only.
public final class ProcReader implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;

  /// Upper bound on the environment that is read, the maximum for a new process (`execve(2)`). A
  /// process can pretend to have a larger one: with PR_SET_MM_MAP (`prctl(2)`), it can present any
  /// range of its memory as its environment, even a huge range without physical memory.
  private static final int MOST_OF_ENVIRONMENT = 6 << 20;

  private static final String USER_LINE = "\nUid:\t";

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment path = arena.allocate(64);
  private final MemorySegment buffer = arena.allocate(CHUNK);

  /// Returns the kernel's identifier of the current boot.
  public static String bootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException unreadable) {
      return "unknown"; // pid and start time still distinguish processes of one boot
    }
  }

  /// Returns the current time in ticks since boot, the unit of start times.
  public static long ticksNow() {
    return Libc.nanosSinceBoot() / (1_000_000_000L / Ticks.PER_SECOND);
  }

  /// Returns the process that `identity` refers to; empty if it no longer exists or another process
  /// has its pid. The result may be a zombie.
  public static Optional<ProcStat> find(ProcessIdentity identity) {
    try (ProcReader reader = new ProcReader()) {
      return reader.stat(identity.pid()).filter(stat -> stat.startTime() == identity.startTime());
    }
  }

  /// Lists the current processes.
  public ProcListing listing() {
    var listing = new ProcListing(path, buffer);
    listing.read();
    return listing;
  }

  /// Returns the current pids.
  public int[] pids() {
    return listing().pids();
  }

  public Optional<ProcStat> stat(int pid) {
    int length = read(pid, "/stat");
    return length <= 0
        ? Optional.empty()
        : ProcStat.parse(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
  }

  /// Returns the process tag from the environment that the process was started with; empty if there
  /// is none or the environment cannot be read.
  public Optional<String> tag(int pid) {
    return variable(pid, SpawnRequest.TAG_VARIABLE);
  }

  /// Returns the process tag and the rlimit tag of a process. The process tag is empty if `trust`
  /// does not accept it for this process.
  public ProcessSnapshot.Environment environment(int pid, TagVerifier trust) {
    byte[] environment = environment(pid);
    Optional<String> tag = variable(environment, SpawnRequest.TAG_VARIABLE);
    return new ProcessSnapshot.Environment(
        tag.filter(text -> trust.trusts(pid, text, this)),
        tag.isPresent() ? Kind.TAGGED : environment.length > 0 ? Kind.UNTAGGED : Kind.BARE,
        RlimitTag.of(pid, this));
  }

  /// Returns the value of a variable from the environment that the process was started with; empty
  /// if it is not set or the environment cannot be read.
  public Optional<String> variable(int pid, String name) {
    return variable(environment(pid), name);
  }

  private static Optional<String> variable(byte[] environment, String name) {
    byte[] entry = (name + "=").getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at < environment.length; at = endOfEntry(environment, at) + 1) {
      int end = endOfEntry(environment, at);
      int value = at + entry.length;
      if (value <= end && Arrays.equals(environment, at, value, entry, 0, entry.length)) {
        return Optional.of(SurrogateEscape.fromBytes(Arrays.copyOfRange(environment, value, end)));
      }
    }
    return Optional.empty();
  }

  /// Returns a soft limit of a process. −1 means that there is no limit. 0 means that the process
  /// has exited, that the limit cannot be read or, for a process of another user, that there is no
  /// limit.
  ///
  /// @param number the number of the limit (`setrlimit(2)`)
  /// @param name the name of the limit in `/proc/PID/limits`, which any user may read
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

  /// Returns the name of a process, at most 15 characters, as set by its program or by the process
  /// itself; empty if the process has exited.
  public String name(int pid) {
    int length = read(pid, "/comm");
    return length <= 0
        ? ""
        : SurrogateEscape.fromBytes(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE))
            .strip();
  }

  /// Returns the real user id of a process, or -1 if it has exited. The owner of its `/proc`
  /// directory is not suitable, because that is the effective user, which is root while a user runs
  /// `su`.
  public int realUser(int pid) {
    int length = read(pid, "/status");
    if (length <= 0) {
      return -1;
    }
    String status =
        new String(
            buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    // The only text before this line that the process controls is its name, in which the kernel
    // never writes a line feed.
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

  /// Constants that are read from the C library on first use.
  public static final class Ticks {
    public static final long PER_SECOND = Libc.ticksPerSecond();

    private Ticks() {}
  }
}
