package io.jpm.os.linux.proc;

import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Reads resource usage of processes from `/proc` into reused buffers, without creating strings.
/// Not thread-safe.
public final class ProcFiles implements ProcessDetailReader, AutoCloseable {
  private static final int CHUNK = 32 * 1024;
  private static final int PREFIX = "/proc/".length();
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private static final byte[] FOLDER = name("/proc/");
  private static final byte[] STAT = name("/stat");
  private static final byte[] IO = name("/io");
  private static final byte[] SHARES = name("/smaps_rollup");
  private static final byte[] READ = "\nread_bytes: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] WRITTEN = "\nwrite_bytes: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PSS = "\nPss:".getBytes(StandardCharsets.US_ASCII);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment path = arena.allocate(64);
  private final MemorySegment buffer = arena.allocate(CHUNK);
  private final ProcListing listing = new ProcListing(path, buffer);
  private long open;
  private long read;
  private long written;

  public ProcFiles() {
    MemorySegment.copy(FOLDER, 0, path, BYTE, 0, PREFIX);
  }

  private static byte[] name(String text) {
    return (text + "\0").getBytes(StandardCharsets.US_ASCII);
  }

  /// Reads all current processes into `table`.
  ///
  /// @param outsiders the processes to skip: their pids, and the inode numbers of their `/proc/PID`
  ///   directories
  public void readAll(StatTable table, Map<Integer, Long> outsiders) {
    table.clear();
    listing.read();
    MemorySegment.copy(FOLDER, 0, path, BYTE, 0, PREFIX);
    for (int i = 0; i < listing.size(); i++) {
      Long outside = outsiders.get(listing.pid(i));
      boolean wanted = outside == null || outside != listing.inode(i);
      int length = wanted ? content(listing.pid(i), STAT) : 0;
      if (length > 0) {
        table.add(buffer, length);
      }
    }
  }

  @Override
  public void load(int pid) {
    open = descriptors(pid);
    int length = content(pid, IO);
    read = numberAfter(READ, length);
    written = numberAfter(WRITTEN, length);
  }

  @Override
  public long openFiles() {
    return open;
  }

  @Override
  public long readBytes() {
    return read;
  }

  @Override
  public long writtenBytes() {
    return written;
  }

  @Override
  public long proportionalBytes(int pid) {
    long kibi = numberAfter(PSS, content(pid, SHARES));
    return kibi < 0 ? -1 : kibi << 10;
  }

  /// Returns the number of open descriptors; -1 if it cannot be read. Since Linux 6.2 it is the
  /// size of the directory, which earlier kernels report as 0.
  private static long descriptors(int pid) {
    Path folder = Path.of("/proc/" + pid + "/fd");
    try {
      long known = Files.isReadable(folder) ? Files.size(folder) : -1;
      return known == 0 ? counted(folder) : known;
    } catch (IOException gone) {
      return -1;
    }
  }

  private static long counted(Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      long number = 0;
      for (Path _ : entries) {
        number++;
      }
      return number;
    }
  }

  /// Returns the number after `label`, which starts with the line feed of the preceding line; -1 if
  /// the label is not found.
  private long numberAfter(byte[] label, int length) {
    for (int at = 0; at + label.length < length; at++) {
      if (buffer.get(BYTE, at) == label[0] && isAt(label, at)) {
        return number(at + label.length, length);
      }
    }
    return -1;
  }

  private boolean isAt(byte[] label, int at) {
    for (int i = 1; i < label.length; i++) {
      if (buffer.get(BYTE, at + i) != label[i]) {
        return false;
      }
    }
    return true;
  }

  private long number(int from, int length) {
    int at = from;
    while (at < length && buffer.get(BYTE, at) == ' ') {
      at++;
    }
    long value = 0;
    for (; at < length; at++) {
      byte next = buffer.get(BYTE, at);
      if (next < '0' || next > '9') {
        break;
      }
      value = value * 10 + (next - '0');
    }
    return value;
  }

  /// Reads a file of a process into the buffer and returns its length, or the negative `errno`.
  private int content(int pid, byte[] name) {
    setPath(pid, name);
    int fd = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
    if (fd < 0) {
      return fd;
    }
    try {
      return Libc.read(fd, buffer);
    } finally {
      Libc.close(fd);
    }
  }

  private void setPath(int pid, byte[] name) {
    int digits = 1;
    for (int rest = pid; rest >= 10; rest /= 10) {
      digits++;
    }
    int rest = pid;
    for (int at = PREFIX + digits - 1; at >= PREFIX; at--) {
      path.set(BYTE, at, (byte) ('0' + rest % 10));
      rest /= 10;
    }
    MemorySegment.copy(name, 0, path, BYTE, (long) PREFIX + digits, name.length);
  }

  @Override
  public void close() {
    arena.close();
  }
}
