package io.jpm.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// How many descriptors the daemon may have open, and what it needs them for.
///
/// @param most its limit, RLIMIT_NOFILE of `getrlimit(2)`
public record OpenFiles(int most) {
  /// What one instance takes as long as its process lives: the hold on the process, the pipes of
  /// its two outputs, and its channel for messages.
  public static final int PER_INSTANCE = 4;

  /// For the JVM with its libraries, the journal, the clients, what is open for a moment while
  /// processes are made, replaced or adopted, and the web.
  private static final int FOR_THE_DAEMON = 128;

  /// How many more instances than fit may live for a while, such as successors in a reload.
  private static final int SPARE_INSTANCES = 6;

  private static final String LIMIT = "Max open files";

  /// Beyond that no limit is raised: more is of no use, and some systems allow a thousand million.
  public static final int MOST = 1 << 20;

  /// What a host that raises its limit as far as it goes will have, `proc_pid_limits(5)`.
  ///
  /// @return empty where the system does not tell
  public static Optional<OpenFiles> ofThisProcess() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"))) {
      return lines
          .filter(line -> line.startsWith(LIMIT))
          .map(line -> line.substring(LIMIT.length()).strip().split("\\s+", -1))
          .filter(words -> words.length > 1)
          .map(words -> words[1])
          .map(hard -> hard.equals("unlimited") ? MOST : Math.clamp(Long.parseLong(hard), 0, MOST))
          .map(OpenFiles::new)
          .findFirst();
    } catch (IOException | NumberFormatException | UncheckedIOException unknown) {
      return Optional.empty();
    }
  }

  /// How many of them log files may keep open between two writes.
  public int forLogFiles() {
    return Math.clamp(most / 16, 16, 256);
  }

  /// What instances may not take.
  public int reserved() {
    return FOR_THE_DAEMON + forLogFiles();
  }

  /// How many instances can run at the same time.
  public int instances() {
    return Math.max(0, (most - reserved()) / PER_INSTANCE);
  }

  /// With how many no process is made any more, whatever the reason.
  public int mostInstances() {
    return instances() + SPARE_INSTANCES;
  }

  /// What so many instances need in all.
  public static long neededFor(int instances) {
    long fixed = FOR_THE_DAEMON + (long) PER_INSTANCE * instances;
    // What log files take grows with the limit.
    return fixed + Math.clamp(fixed / 15, 16, 256);
  }

  /// Why more instances cannot run, as a sentence for the user.
  ///
  /// @param more how many are asked for
  /// @param running how many there are
  public String refusal(int more, int running) {
    return ("%d more %s cannot run, and nothing was started: %d %s, and the limit of %d open files (ulimit -Hn)"
            + " is enough for %d instances, with %d files for each and %d for the daemon."
            + " Raise it: `ulimit -n %d` and then `jpm update`, or LimitNOFILE= in the unit")
        .formatted(
            more,
            more == 1 ? "instance" : "instances",
            running,
            running == 1 ? "runs" : "run",
            most,
            instances(),
            PER_INSTANCE,
            reserved(),
            roundedUp(neededFor(running + more)));
  }

  private static long roundedUp(long number) {
    return (number + 255) / 256 * 256;
  }
}
