package io.jpm.os.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/// Sets the limits of another process, `prlimit(2)`.
final class ProcessLimits {
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int PRLIMIT64 = ARM ? 261 : 302;
  private static final long INFINITY = -1;

  /// By their numbers, which are the same on both processors.
  private static final List<String> NAMES =
      List.of(
          "cpu",
          "fsize",
          "data",
          "stack",
          "core",
          "rss",
          "nproc",
          "nofile",
          "memlock",
          "as",
          "locks",
          "sigpending",
          "msgqueue",
          "nice",
          "rtprio");

  private ProcessLimits() {}

  /// Sets all of `limits`, soft and hard.
  ///
  /// @param limits by name, −1 for no limit
  /// @param rights what the process was made with
  /// @throws IOException with a sentence for the user when one cannot be had
  static void set(int pid, Map<String, Long> limits, Rights rights) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_LONG, 2);
      for (Map.Entry<String, Long> limit : new TreeMap<>(limits).entrySet()) {
        int number = NAMES.indexOf(limit.getKey());
        if (number < 0) {
          throw new IOException("limits: this system knows no limit named " + limit.getKey());
        }
        pair.setAtIndex(ValueLayout.JAVA_LONG, 0, limit.getValue());
        pair.setAtIndex(ValueLayout.JAVA_LONG, 1, limit.getValue());
        long address = pair.address();
        IntSupplier call = () -> Libc.systemCall(PRLIMIT64, pid, number, address, 0);
        int result = call.getAsInt();
        if (result == -Errno.EPERM && !rights.areTheDaemons()) {
          // Root in a container often has no right to another user's limits; that user has.
          result = OtherSelf.call(rights, call);
        }
        if (result < 0) {
          throw new IOException(sentence(limit, number, -result, pair));
        }
      }
    }
  }

  private static String sentence(
      Map.Entry<String, Long> limit, int number, int errno, MemorySegment pair) {
    String what = "limits." + shownName(limit.getKey()) + " of " + shown(limit.getValue());
    if (errno != Errno.EPERM) {
      return what + " cannot be set: " + Errno.words(errno);
    }
    if (Libc.effectiveUser() == 0) {
      return what + " is more than the system allows anybody (sysctl fs.nr_open, kernel.*)";
    }
    Libc.systemCall(PRLIMIT64, 0, number, 0, pair.address());
    return what
        + " is above the hard limit of the daemon, "
        + shown(pair.getAtIndex(ValueLayout.JAVA_LONG, 1))
        + ": use less, or raise the daemon's (`ulimit -H`, LimitNOFILE= and the like of its"
        + " service)";
  }

  private static String shownName(String name) {
    return name.equals("cpu") ? "cpu_time" : name;
  }

  private static String shown(long limit) {
    return limit == INFINITY ? "unlimited" : Long.toString(limit);
  }
}
