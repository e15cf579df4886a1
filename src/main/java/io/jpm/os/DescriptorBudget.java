package io.jpm.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Divides the file descriptors available to the daemon among instances, log files and a reserve.
///
/// @param limit the daemon's limit on open files (RLIMIT_NOFILE, `getrlimit(2)`)
public record DescriptorBudget(int limit) {
  /// Number of descriptors that one instance needs while its process is running: the pidfd, the
  /// pipes for standard output and standard error, and the IPC channel.
  public static final int PER_INSTANCE = 4;

  /// Number of descriptors reserved for the JVM with its libraries, the journal, clients, the web
  /// server, and descriptors that are open briefly while a process is created, replaced or adopted.
  private static final int FOR_THE_DAEMON = 128;

  /// Number of additional instances that may run temporarily, such as the candidates of a rollout.
  private static final int SPARE_INSTANCES = 6;

  private static final String LIMIT = "Max open files";

  /// Maximum to which the daemon raises its limit. Some systems allow about a billion descriptors,
  /// which would have no benefit.
  public static final int MOST = 1 << 20;

  /// Returns the budget for the hard limit of this process (`proc_pid_limits(5)`), to which a host
  /// raises the soft limit.
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

  /// Returns the maximum number of running instances, including the candidates of rollouts. Once it
  /// is reached, no further process is created.
  public int maxInstances() {
    return instances() + SPARE_INSTANCES;
  }

  /// Returns the descriptor limit that this number of instances requires.
  public static long neededFor(int instances) {
    long fixed = FOR_THE_DAEMON + (long) PER_INSTANCE * instances;
    // The number of descriptors for log files grows with the limit.
    return fixed + Math.clamp(fixed / 15, 16, 256);
  }

  /// Returns a message for the user that explains why no more instances can run and how to raise
  /// the limit.
  ///
  /// @param more the number of instances requested
  /// @param running the number of instances that are running now
  public String refusal(int more, int running) {
    return ("%d more %s cannot run, and nothing was started, because %d %s already running and the"
            + " limit of %d open files (ulimit -Hn) allows only %d instances (%d files for each,"
            + " and %d for the daemon): raise the limit with `ulimit -n %d` and run `jpm update`,"
            + " or set LimitNOFILE= in the systemd unit")
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
