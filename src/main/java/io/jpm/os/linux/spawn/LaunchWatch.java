package io.jpm.os.linux.spawn;

import io.jpm.model.run.Exit;
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

/// Waits until a child that begins as other programs ([io.jpm.os.linux.rights.UserLaunch]) is the
/// program it was made for, or has ended before: then nobody else learns of it.
final class LaunchWatch {
  /// A program on a disk that does not answer is taken to be on its way.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final int LOOK_MILLIS = 1;
  private static final Native POLL = new Native("poll");
  private static final int POLLFD_BYTES = 8;
  private static final short POLLIN = 1;

  private LaunchWatch() {}

  /// What came of it.
  sealed interface Outcome {
    /// It is the program, or will be.
    record Begun() implements Outcome {}

    /// It ended before, and has been waited for.
    ///
    /// @param stage as what it ended
    record Ended(String stage, Exit exit) implements Outcome {}
  }

  /// Waits for the child `pid`, which nobody else waits for.
  ///
  /// @param stages the names that it has before
  static Outcome await(int pid, List<String> stages) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (PidFd hold = PidFd.open(pid);
        Arena arena = Arena.ofConfined()) {
      MemorySegment poll = arena.allocate(POLLFD_BYTES, Integer.BYTES);
      poll.set(ValueLayout.JAVA_INT, 0, hold.number());
      poll.set(ValueLayout.JAVA_SHORT, Integer.BYTES, POLLIN);
      while (System.nanoTime() < end) {
        // Asked first: the name of one that has ended does not change any more.
        boolean ended = POLL.errnoInt(poll.address(), 1, LOOK_MILLIS) == 1;
        String name = name(pid);
        if (!stages.contains(name)) {
          return new Outcome.Begun();
        }
        if (ended) {
          // One that is traced cannot be fetched yet: who watches it next tells how it ended.
          return ExitStatus.of(hold) instanceof ExitStatus.Answer.Ended(Exit exit)
              ? new Outcome.Ended(name, exit)
              : new Outcome.Begun();
        }
      }
      return new Outcome.Begun();
    } catch (PidFd.Failure e) {
      return new Outcome.Begun(); // who watches it next says why that is not possible
    }
  }

  /// The name of the program that it is, of 15 bytes at most; empty when it is not known.
  private static String name(int pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/comm"), StandardCharsets.ISO_8859_1)
          .strip();
    } catch (IOException gone) {
      return "";
    }
  }
}
