package io.jpm.os.linux.proc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// The processes found by one scan of `/proc` (`proc_pid_stat(5)`), stored in arrays instead of
/// objects. There is one row per process, in ascending order of pids.
public final class StatTable {
  private static final long PF_KTHREAD = 0x200000;
  private static final int FIELDS = 25;
  private static final int FEWEST = 256;

  private int size;
  private int[] pid = new int[FEWEST];
  private int[] parent = new int[FEWEST];
  private int[] session = new int[FEWEST];
  private int[] threads = new int[FEWEST];
  private boolean[] alive = new boolean[FEWEST];
  private long[] start = new long[FEWEST];
  private long[] pages = new long[FEWEST];
  private long[] own = new long[FEWEST];
  private long[] ended = new long[FEWEST];
  private final long[] field = new long[FIELDS];

  /// Removes all rows.
  void clear() {
    size = 0;
  }

  public int size() {
    return size;
  }

  /// Returns the number of rows for which the current arrays have space.
  public int capacity() {
    return pid.length;
  }

  /// Adds the process described by one line. Kernel threads and incomplete lines are skipped.
  ///
  /// @param line the content of `/proc/PID/stat`
  /// @param length the length of the content in bytes
  public void add(MemorySegment line, int length) {
    int at = length - 1;
    while (at >= 0 && line.get(ValueLayout.JAVA_BYTE, at) != ')') {
      at--; // the command before it may contain any byte
    }
    if (at < 0 || at + 4 >= length || !readFields(line, at + 4, length)) {
      return;
    }
    if ((field[9] & PF_KTHREAD) != 0) {
      return;
    }
    row((int) leadingNumber(line, length), (char) line.get(ValueLayout.JAVA_BYTE, at + 2));
  }

  private void row(int number, char state) {
    if (size == pid.length) {
      grow();
    }
    pid[size] = number;
    parent[size] = (int) field[4];
    session[size] = (int) field[6];
    own[size] = field[14] + field[15];
    ended[size] = field[16] + field[17];
    threads[size] = (int) field[20];
    start[size] = field[22];
    pages[size] = field[24];
    // If the first thread has exited before the others, the state is that of a zombie although the
    // process is running.
    alive[size] = state == 'Z' ? field[20] > 1 : state != 'X' && state != 'x';
    size++;
  }

  private boolean readFields(MemorySegment line, int from, int length) {
    int at = from;
    for (int number = 4; number < FIELDS; number++) {
      boolean negative = at < length && line.get(ValueLayout.JAVA_BYTE, at) == '-';
      if (negative) {
        at++;
      }
      long value = 0;
      int first = at;
      for (byte digit = digit(line, at, length); digit >= 0; digit = digit(line, at, length)) {
        value = value * 10 + digit;
        at++;
      }
      if (at == first) {
        return false;
      }
      field[number] = negative ? -value : value;
      at++;
    }
    return true;
  }

  private static byte digit(MemorySegment line, int at, int length) {
    byte read = at < length ? line.get(ValueLayout.JAVA_BYTE, at) : 0;
    return read >= '0' && read <= '9' ? (byte) (read - '0') : -1;
  }

  private static long leadingNumber(MemorySegment line, int length) {
    long value = 0;
    int at = 0;
    for (byte digit = digit(line, at, length); digit >= 0; digit = digit(line, ++at, length)) {
      value = value * 10 + digit;
    }
    return value;
  }

  private void grow() {
    int room = size * 2;
    pid = Arrays.copyOf(pid, room);
    parent = Arrays.copyOf(parent, room);
    session = Arrays.copyOf(session, room);
    threads = Arrays.copyOf(threads, room);
    alive = Arrays.copyOf(alive, room);
    start = Arrays.copyOf(start, room);
    pages = Arrays.copyOf(pages, room);
    own = Arrays.copyOf(own, room);
    ended = Arrays.copyOf(ended, room);
  }

  /// Returns the row of a process; negative if there is none.
  public int find(int wanted) {
    return Arrays.binarySearch(pid, 0, size, wanted);
  }

  public int pid(int row) {
    return pid[row];
  }

  public int parent(int row) {
    return parent[row];
  }

  public int session(int row) {
    return session[row];
  }

  public int threads(int row) {
    return threads[row];
  }

  /// Reports whether the process is still running.
  public boolean isAlive(int row) {
    return alive[row];
  }

  /// Returns the start time in ticks since boot.
  public long startTime(int row) {
    return start[row];
  }

  public long residentPages(int row) {
    return pages[row];
  }

  /// Returns the processor time of the process itself, in nanoseconds.
  public long ownNanos(int row) {
    return own[row] * Ticks.NANOS;
  }

  /// Returns the processor time of the children that the process has reaped, in nanoseconds.
  public long endedNanos(int row) {
    return ended[row] * Ticks.NANOS;
  }

  /// Constants that are read from the C library on first use.
  private static final class Ticks {
    private static final long NANOS = 1_000_000_000L / ProcReader.Ticks.PER_SECOND;

    private Ticks() {}
  }
}
