package io.jpm.os.linux.proc;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;

/// The children of a process, or of its first thread where it has several, in the order in which
/// they became so: orphans come to the first thread, and last. One that ends meanwhile may hide
/// another one, so only two readings in a row that are the same are the truth,
/// `proc_pid_task_tid_children(5)`.
public final class ChildList implements AutoCloseable {
  private final MemorySegment buffer;
  private final Path path;
  private int fd = -1;
  private byte[] last = new byte[0];
  private int length;

  /// @param process whose children
  /// @param buffer for reading; overwritten
  public ChildList(int process, MemorySegment buffer) {
    this.path = Path.of("/proc/%d/task/%d/children".formatted(process, process));
    this.buffer = buffer;
  }

  /// What a reading has come to.
  public enum Reading {
    /// As the reading before.
    SAME,
    /// Otherwise.
    CHANGED,
    /// It is not to be known: the kernel shows no such list, it is hidden, or the process is gone.
    REFUSED
  }

  /// Reads who is there now. The file stays open.
  public Reading read() {
    if (fd < 0) {
      fd = Libc.open(path, Libc.O_RDONLY, 0);
    }
    int all = fd < 0 ? fd : readAll();
    if (all < 0) {
      return Reading.REFUSED;
    }
    MemorySegment now = buffer.asSlice(0, all);
    if (all == length && now.mismatch(MemorySegment.ofArray(last).asSlice(0, all)) < 0) {
      return Reading.SAME;
    }
    last = now.toArray(ValueLayout.JAVA_BYTE);
    length = all;
    return Reading.CHANGED;
  }

  private int readAll() {
    long room = buffer.byteSize();
    int all = 0;
    while (all < room) {
      int count = Libc.readAt(fd, buffer.asSlice(all), all);
      if (count <= 0) {
        return count < 0 ? count : all;
      }
      all += count;
    }
    return -Errno.ENOMEM;
  }

  /// The numbers of the last reading.
  public int[] pids() {
    int[] pids = new int[length / 2];
    int count = 0;
    int open = 0;
    for (int i = 0; i < length; i++) {
      if (last[i] == ' ') {
        pids[count++] = open;
        open = 0;
      } else {
        open = open * 10 + (last[i] - '0');
      }
    }
    return Arrays.copyOf(pids, count);
  }

  @Override
  public void close() {
    if (fd >= 0) {
      Libc.close(fd);
      fd = -1;
    }
  }
}
