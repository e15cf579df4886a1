package io.jpm.os.linux.proc;

import java.util.Optional;

/// One line of `/proc/PID/stat`, `proc_pid_stat(5)`: the part that jpm uses.
///
/// @param state one letter: `R`, `S`, `D`, `T`, `Z` …
/// @param flags the kernel's own, PF_KTHREAD among them
/// @param cpuTicks user and system time of all threads
/// @param threads how many live threads it has
/// @param startTime ticks since boot
/// @param residentPages resident memory
/// @param waitStatus how a zombie ended, as `wait(2)` will tell; 0 also where the kernel does not
///   let us know
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

  /// Whether it still runs. A leader thread that ended before the others shows as a zombie too, but
  /// its process lives on.
  public boolean isAlive() {
    return switch (state) {
      case 'X', 'x' -> false;
      case 'Z' -> threads > 1;
      default -> true;
    };
  }

  /// Whether a stop signal holds it: it would take note of nothing but SIGKILL and SIGCONT.
  public boolean isStopped() {
    return state == 'T';
  }

  boolean isKernelThread() {
    return (flags & PF_KTHREAD) != 0;
  }

  /// Reads the line. The second field, the command, may hold any byte: what counts begins after the
  /// last `)`.
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
