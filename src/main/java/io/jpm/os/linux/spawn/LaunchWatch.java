package io.jpm.os.linux.spawn;

import io.jpm.model.process.Exit;
import io.jpm.os.linux.libc.Native;
import io.jpm.os.linux.proc.ExitStatus;
import io.jpm.os.linux.proc.PidFd;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Waits until a child that first executes helper programs
/// ([io.jpm.os.linux.credentials.UserLaunch]) executes its own program or exits. If it exits before
/// it executes its own program, the start has failed.
final class LaunchWatch {
  /// Time after which the child is assumed to have started. Such a delay is possible if the disk
  /// with its program does not respond.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final int LOOK_MILLIS = 1;
  private static final Native POLL = new Native("poll");
  private static final int POLLFD_BYTES = 8;
  private static final short POLLIN = 1;

  private LaunchWatch() {}

  /// The result of the wait.
  sealed interface Outcome {
    /// The child executes its own program, or is assumed to do so eventually.
    record Started() implements Outcome {}

    /// The child exited before it executed its own program, and was reaped.
    ///
    /// @param stage the name of the helper program that the child was executing when it exited
    /// @param exit how the child exited
    record Ended(String stage, Exit exit) implements Outcome {}
  }

  /// Waits for the child `pid`, which no other thread may reap.
  ///
  /// @param stages the names of the helper programs that the child executes before its own program
  static Outcome await(int pid, List<String> stages) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (PidFd hold = PidFd.open(pid);
        Arena arena = Arena.ofConfined()) {
      MemorySegment poll = arena.allocate(POLLFD_BYTES, Integer.BYTES);
      poll.set(ValueLayout.JAVA_INT, 0, hold.descriptor());
      poll.set(ValueLayout.JAVA_SHORT, Integer.BYTES, POLLIN);
      while (System.nanoTime() < end) {
        // Must be checked before the name is read, because the name no longer changes after the
        // exit.
        boolean ended = POLL.errnoInt(poll.address(), 1, LOOK_MILLIS) == 1;
        String name = name(pid);
        if (!stages.contains(name)) {
          return new Outcome.Started();
        }
        if (ended) {
          // A traced child cannot be reaped yet. Its LinuxChild will report the exit.
          return ExitStatus.read(hold) instanceof ExitStatus.Result.Ended(Exit exit)
              ? new Outcome.Ended(name, exit)
              : new Outcome.Started();
        }
      }
      return new Outcome.Started();
    } catch (PidFd.OpenException e) {
      return new Outcome.Started(); // the host reports the error when it opens the pidfd itself
    }
  }

  /// Returns the name of the program that the process is executing, at most 15 bytes; empty if it
  /// is unknown.
  private static String name(int pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/comm"), StandardCharsets.ISO_8859_1)
          .strip();
    } catch (IOException gone) {
      return "";
    }
  }
}
