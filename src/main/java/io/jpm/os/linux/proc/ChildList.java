package io.jpm.os.linux.proc;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;

/// Reads the children of a process. If the process has several threads, only the children of its
/// first thread are read. The list is in the order in which the processes became children; orphans
/// are always appended to the list of the first thread. If a child exits during a read, another
/// child may be missing from the list (`proc_pid_task_tid_children(5)`). A list is therefore
/// reliable only if two reads in a row return it.
public final class ChildList implements AutoCloseable {
  private final MemorySegment buffer;
  private final Path path;
  private int fd = -1;
  private byte[] last = new byte[0];
  private int length;

  /// Creates a list of the children of `process`, which is read by [#read].
  ///
  /// @param process the pid of the parent
  /// @param buffer used for reading; its content is overwritten
  public ChildList(int process, MemorySegment buffer) {
    this.path = Path.of("/proc/%d/task/%d/children".formatted(process, process));
    this.buffer = buffer;
  }

  /// The outcome of a read.
  public enum Reading {
    /// The list is the same as in the previous read.
    SAME,
    /// The list differs from the previous read.
    CHANGED,
    /// The list cannot be read: the kernel does not provide it, it is hidden, or the process has
    /// exited.
    REFUSED
  }

  /// Reads the current children. The file stays open.
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

  /// Returns the pids found by the last read.
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
