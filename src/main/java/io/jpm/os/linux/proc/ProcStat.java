package io.jpm.os.linux.proc;

import java.util.Optional;

/// The fields of `/proc/PID/stat` that jpm uses (`proc_pid_stat(5)`).
///
/// @param state the state as one letter: `R`, `S`, `D`, `T`, `Z` …
/// @param flags the kernel flags, such as PF_KTHREAD
/// @param cpuTicks the user and system time of all threads, in ticks
/// @param threads the number of live threads
/// @param startTime the start time in ticks since boot
/// @param residentPages the resident memory in pages
/// @param waitStatus how a zombie exited, in the format of `wait(2)`; 0 also if the daemon does not
///   have the permission to read it
public record ProcStat(
    int pid,
    char state,
    int parent,
    int group,
    int session,
    long flags,
    long cpuTicks,
    long threads,
    long startTime,
    long residentPages,
    int waitStatus) {
  private static final long PF_KTHREAD = 0x200000;
  private static final int LAST_FIELD = 52;

  /// Reports whether the process is still running. If only its first thread has exited, the state
  /// is that of a zombie although the process is still running.
  public boolean isAlive() {
    return switch (state) {
      case 'X', 'x' -> false;
      case 'Z' -> threads > 1;
      default -> true;
    };
  }

  /// Reports whether the process is stopped by a signal. A stopped process reacts only to SIGKILL
  /// and SIGCONT.
  public boolean isStopped() {
    return state == 'T';
  }

  boolean isKernelThread() {
    return (flags & PF_KTHREAD) != 0;
  }

  /// Parses the content of the file. The second field, the command, may contain any byte, so the
  /// other fields are read after the last `)`.
  static Optional<ProcStat> parse(byte[] line) {
    int at = line.length - 1;
    while (at >= 0 && line[at] != ')') {
      at--;
    }
    if (at < 0 || at + 2 >= line.length) {
      return Optional.empty();
    }
    long[] field = new long[LAST_FIELD + 1];
    int count = numbers(line, at + 4, field, 4);
    if (count <= LAST_FIELD) {
      return Optional.empty();
    }
    return Optional.of(
        new ProcStat(
            (int) leadingNumber(line),
            (char) line[at + 2],
            (int) field[4],
            (int) field[5],
            (int) field[6],
            field[9],
            field[14] + field[15],
            field[20],
            field[22],
            field[24],
            (int) field[52]));
  }

  private static int numbers(byte[] line, int from, long[] into, int first) {
    int field = first;
    int at = from;
    while (at < line.length && field < into.length) {
      boolean negative = line[at] == '-';
      if (negative) {
        at++;
      }
      long value = 0;
      while (at < line.length && line[at] >= '0' && line[at] <= '9') {
        value = value * 10 + (line[at++] - '0');
      }
      into[field++] = negative ? -value : value;
      at++;
    }
    return field;
  }

  private static long leadingNumber(byte[] line) {
    long value = 0;
    for (int at = 0; at < line.length && line[at] >= '0' && line[at] <= '9'; at++) {
      value = value * 10 + (line[at] - '0');
    }
    return value;
  }
}
