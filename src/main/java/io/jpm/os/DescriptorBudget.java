package io.jpm.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Divides the daemon's limit of file descriptors between instances, log files and a reserve.
///
/// @param limit the limit (RLIMIT_NOFILE, `getrlimit(2)`)
public record DescriptorBudget(int limit) {
  /// Number of descriptors that one instance needs while its process is running: the pidfd, the
  /// pipes for standard output and standard error, and the IPC channel.
  public static final int PER_INSTANCE = 4;

  /// Reserve for the JVM with its libraries, the journal, clients, the web server, and descriptors
  /// that are open briefly while a process is created, replaced or adopted.
  private static final int FOR_THE_DAEMON = 128;

  /// Number of additional instances that may run temporarily, such as the candidates of a rollout.
  private static final int SPARE_INSTANCES = 6;

  private static final String LIMIT = "Max open files";

  /// Upper bound to which the limit is raised. More descriptors would be useless, and some systems
  /// allow about a billion.
  public static final int MOST = 1 << 20;

  /// Returns the budget of a host that raises its soft limit to the hard limit
  /// (`proc_pid_limits(5)`).
  ///
  /// @return the budget; empty if the system does not report the limit
  public static Optional<DescriptorBudget> ofThisProcess() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"))) {
      return lines
          .filter(line -> line.startsWith(LIMIT))
          .map(line -> line.substring(LIMIT.length()).strip().split("\\s+", -1))
          .filter(words -> words.length > 1)
          .map(words -> words[1])
          .map(hard -> hard.equals("unlimited") ? MOST : Math.clamp(Long.parseLong(hard), 0, MOST))
          .map(DescriptorBudget::new)
          .findFirst();
    } catch (IOException | NumberFormatException | UncheckedIOException unknown) {
      return Optional.empty();
    }
  }

  /// Returns the number of descriptors that log files may keep open between two writes.
  public int forLogFiles() {
    return Math.clamp(limit / 16, 16, 256);
  }

  /// Returns the number of descriptors that are not available to instances.
  public int reserved() {
    return FOR_THE_DAEMON + forLogFiles();
  }

  /// Returns the number of instances that can run at the same time.
  public int instances() {
    return Math.max(0, (limit - reserved()) / PER_INSTANCE);
  }

  /// Returns the number of running instances at which no further process is created for any reason,
  /// not even for a rollout.
  public int maxInstances() {
    return instances() + SPARE_INSTANCES;
  }

  /// Returns the descriptor limit that this number of instances requires.
  public static long neededFor(int instances) {
    long fixed = FOR_THE_DAEMON + (long) PER_INSTANCE * instances;
    // The share of the log files grows with the limit.
    return fixed + Math.clamp(fixed / 15, 16, 256);
  }

  /// Returns a message for the user that explains why no more instances can run and how to raise
  /// the limit.
  ///
  /// @param more the number of instances requested
  /// @param running the number of instances that are running now
  public String refusal(int more, int running) {
    return ("%d more %s cannot run, and nothing was started: %d %s already running, and the limit"
            + " of %d open files (ulimit -Hn) is enough for %d instances (%d files for each,"
            + " and %d for the daemon). Raise the limit with `ulimit -n %d` and then run `jpm"
            + " update`, or set LimitNOFILE= in the unit")
        .formatted(
            more,
            more == 1 ? "instance" : "instances",
            running,
            running == 1 ? "is" : "are",
            limit,
            instances(),
            PER_INSTANCE,
            reserved(),
            roundedUp(neededFor(running + more)));
  }

  private static long roundedUp(long number) {
    return (number + 255) / 256 * 256;
  }
}
