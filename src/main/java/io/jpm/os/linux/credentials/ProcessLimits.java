package io.jpm.os.linux.credentials;

import io.jpm.os.SpawnLock;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Sets the resource limits of another process (`prlimit(2)`).
public final class ProcessLimits {
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int PRLIMIT64 = ARM ? 261 : 302;
  private static final long INFINITY = -1;
  private static final String PROGRAM = "/usr/bin/prlimit";
  private static final long PATIENCE_SECONDS = 10;
  private static final File NOTHING = new File("/dev/null");

  /// Names of the limits in the order of their numbers, which are the same on x86-64 and arm64.
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

  /// Sets each of `limits` as both the soft and the hard limit.
  ///
  /// @param limits the limits by name; −1 means no limit
  /// @param childCredentials the credentials that the process was spawned with
  /// @throws IOException with a message for the user if a limit cannot be set
  public static void set(int pid, Map<String, Long> limits, ChildCredentials childCredentials)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_LONG, 2);
      for (Map.Entry<String, Long> limit : new TreeMap<>(limits).entrySet()) {
        int number = NAMES.indexOf(limit.getKey());
        if (number < 0) {
          throw new IOException(
              "limits: this system does not support the limit " + limit.getKey() + ": remove it");
        }
        pair.setAtIndex(ValueLayout.JAVA_LONG, 0, limit.getValue());
        pair.setAtIndex(ValueLayout.JAVA_LONG, 1, limit.getValue());
        int result = call(pid, number, pair, MemorySegment.NULL);
        if (result == -Errno.EPERM && childCredentials.identity().isPresent()) {
          // In a container, root is often not permitted to change the limits of another user, but
          // that user is.
          result = as(childCredentials.ofFiles(), pid, limit) ? 0 : result;
        }
        if (result < 0) {
          throw new IOException(sentence(limit, number, -result, pair));
        }
      }
    }
  }

  /// Sets the limit as the app's user, by running `prlimit(1)` in a separate process. Returns
  /// whether this succeeded.
  private static boolean as(
      ChildCredentials childCredentials, int pid, Map.Entry<String, Long> limit)
      throws IOException {
    List<String> argv = new ArrayList<>(UserLaunch.with(childCredentials).become(childCredentials));
    argv.add(PROGRAM);
    argv.add("--pid=" + pid);
    String value = limit.getValue() == INFINITY ? "unlimited" : Long.toString(limit.getValue());
    argv.add("--" + limit.getKey() + "=" + value + ":" + value);
    ProcessBuilder builder =
        new ProcessBuilder(argv)
            .directory(new File("/"))
            .redirectInput(NOTHING)
            .redirectOutput(NOTHING)
            .redirectError(NOTHING);
    builder.environment().clear();
    Process process = SpawnLock.runExclusively(builder::start);
    try {
      return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      process.destroyForcibly();
    }
  }

  /// Calls `prlimit(2)` with two 64-bit numbers, the soft and the hard limit.
  ///
  /// @param pid the pid of the process, or 0 for this process
  /// @param set the new values, or NULL
  /// @param get receives the previous values, or NULL
  /// @return 0 or the negative `errno`
  static int call(int pid, int number, MemorySegment set, MemorySegment get) {
    return Libc.systemCall(PRLIMIT64, pid, number, set.address(), get.address());
  }

  private static String sentence(
      Map.Entry<String, Long> limit, int number, int errno, MemorySegment pair) {
    String what = "limits." + shownName(limit.getKey()) + " of " + shown(limit.getValue());
    if (errno != Errno.EPERM) {
      return what + " cannot be set: " + Errno.message(errno);
    }
    if (Libc.effectiveUser() == 0) {
      return what
          + " exceeds the system's maximum (sysctl fs.nr_open, kernel.*): use a lower value";
    }
    call(0, number, MemorySegment.NULL, pair);
    return what
        + " exceeds the daemon's hard limit, "
        + shown(pair.getAtIndex(ValueLayout.JAVA_LONG, 1))
        + ": use a lower value, or raise the daemon's hard limit (`ulimit -H`, or LimitNOFILE="
        + " and similar settings in its systemd unit)";
  }

  private static String shownName(String name) {
    return name.equals("cpu") ? "cpu_time" : name;
  }

  private static String shown(long limit) {
    return limit == INFINITY ? "unlimited" : Long.toString(limit);
  }
}
