package io.jpm.os.linux.proc;

import io.jpm.os.linux.libc.Libc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Lists the pids in `/proc`, each with the inode number of its directory.
///
/// The kernel creates this inode for a process, not for a pid, and numbers inodes with a counter.
/// An unchanged pid and inode number therefore prove that the process is the same, without reading
/// its files. The reverse is not true: the kernel may drop an unused inode and create a new one for
/// the same process.
///
/// The arrays are reused. Not thread-safe.
public final class ProcListing {
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int GETDENTS64 = ARM ? 61 : 217;

  /// Offsets of the length and the name in `struct linux_dirent64` (`getdents64(2)`), which begins
  /// with the inode number.
  private static final int LENGTH_OFFSET = 16;

  private static final int NAME_OFFSET = 19;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final byte[] FOLDER = "/proc\0".getBytes(StandardCharsets.US_ASCII);

  private final MemorySegment path;
  private final MemorySegment buffer;
  private int count;
  private int[] pids = new int[512];
  private long[] inodes = new long[512];

  /// @param path a buffer for a path; overwritten
  /// @param buffer a buffer for directory entries; overwritten
  ProcListing(MemorySegment path, MemorySegment buffer) {
    this.path = path;
    this.buffer = buffer;
  }

  /// Reads all current processes, in ascending order of their pids.
  void read() {
    count = 0;
    MemorySegment.copy(FOLDER, 0, path, BYTE, 0, FOLDER.length);
    int folder = Libc.open(path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
    if (folder < 0) {
      return;
    }
    try {
      int room = (int) buffer.byteSize();
      int length = Libc.systemCall(GETDENTS64, folder, buffer.address(), room);
      while (length > 0) {
        for (int at = 0; at < length; ) {
          add(at);
          at += buffer.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + LENGTH_OFFSET) & 0xFFFF;
        }
        length = Libc.systemCall(GETDENTS64, folder, buffer.address(), room);
      }
    } finally {
      Libc.close(folder);
    }
  }

  private void add(int entry) {
    int pid = 0;
    int at = entry + NAME_OFFSET;
    for (byte next = buffer.get(BYTE, at); next != 0; next = buffer.get(BYTE, ++at)) {
      if (next < '0' || next > '9') {
        return;
      }
      pid = pid * 10 + (next - '0');
    }
    if (count == pids.length) {
      pids = Arrays.copyOf(pids, count * 2);
      inodes = Arrays.copyOf(inodes, count * 2);
    }
    // The kernel usually lists the pids in ascending order, but it does not guarantee this.
    int place = count++;
    for (; place > 0 && pids[place - 1] > pid; place--) {
      pids[place] = pids[place - 1];
      inodes[place] = inodes[place - 1];
    }
    pids[place] = pid;
    inodes[place] = buffer.get(ValueLayout.JAVA_LONG_UNALIGNED, entry);
  }

  /// Returns the number of processes found by the last read.
  public int size() {
    return count;
  }

  /// Returns the pids found by the last read.
  int[] pids() {
    return Arrays.copyOf(pids, count);
  }

  /// Returns the pid of a process.
  ///
  /// @param index the index of the process, from 0 to [#size] - 1
  public int pid(int index) {
    return pids[index];
  }

  /// Returns the inode number of a process's directory, which distinguishes the process from a
  /// later one with the same pid.
  ///
  /// @param index the index of the process, from 0 to [#size] - 1
  public long inode(int index) {
    return inodes[index];
  }
}
