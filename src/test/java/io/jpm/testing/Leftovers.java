package io.jpm.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// Checks that a test left no process behind. Every process that a test starts carries a marker in
/// its environment, and so do the processes that it forks.
public final class Leftovers {
  /// The environment variable for the marker.
  public static final String VARIABLE = "JPM_TEST_MARK";

  private Leftovers() {}

  /// Waits until no live process carries `mark`.
  public static void awaitNone(String mark) {
    Eventually.await(
        "no process with the marker " + mark + " is left",
        Duration.ofSeconds(15),
        () -> of(mark).isEmpty(),
        () -> of(mark).stream().map(Leftovers::describe).toList());
  }

  /// Waits until `count` live processes carry `mark`. A process that executes another program has
  /// no environment for a moment.
  public static List<Long> await(String mark, int count) {
    Eventually.await(
        count + " processes have the marker " + mark,
        Duration.ofSeconds(60),
        () -> of(mark).size() == count,
        () -> of(mark).stream().map(Leftovers::describe).toList());
    return of(mark);
  }

  /// Returns the live processes that carry `mark`, without this one.
  public static List<Long> of(String mark) {
    String entry = VARIABLE + "=" + mark + "\0";
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(process -> process.getFileName().toString().matches("\\d+"))
          .filter(process -> (read(process.resolve("environ")) + "\0").contains(entry))
          .map(process -> Long.parseLong(process.getFileName().toString()))
          .filter(pid -> pid != ProcessHandle.current().pid())
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String describe(long pid) {
    return pid + " " + read(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
  }

  /// Returns an empty text for a process that is gone, a zombie, or a process of another user.
  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }
}
