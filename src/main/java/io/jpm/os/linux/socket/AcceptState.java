package io.jpm.os.linux.socket;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/// Detects whether a process waits for connections, as far as the kernel reveals it. A process
/// whose state cannot be read is treated as not waiting.
final class AcceptState {
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");

  /// Placeholder for the number of a system call that does not exist on arm64, where the C library
  /// uses `ppoll(2)` and `pselect6(2)` instead.
  private static final int NONE = -2;

  private static final int ACCEPT = ARM ? 202 : 43;
  private static final int ACCEPT4 = ARM ? 242 : 288;
  private static final int POLL = ARM ? NONE : 7;
  private static final int PPOLL = ARM ? 73 : 271;
  private static final int SELECT = ARM ? NONE : 23;
  private static final int PSELECT = ARM ? 72 : 270;

  private static final int READABLE = 1; // EPOLLIN and POLLIN
  private static final int POLL_BYTES = 8;
  private static final int MOST_DESCRIPTORS = 1 << 16;

  private final int pid;

  /// @param pid the process
  AcceptState(int pid) {
    this.pid = pid;
  }

  /// Reports whether the process waits on any of these descriptors, all of which refer to the
  /// socket `inode`.
  boolean on(Collection<Integer> numbers, List<Integer> epolls, long inode) {
    return epolls.stream().anyMatch(epoll -> hasIn(epoll, numbers, inode)) || anyThread(numbers);
  }

  private boolean hasIn(int epoll, Collection<Integer> numbers, long inode) {
    return read("fdinfo/" + epoll).lines().anyMatch(line -> watches(line, numbers, inode));
  }

  /// Parses a line in `/proc/PID/fdinfo` for an epoll instance, such as `tfd: 3 events: 19 data: 3
  /// pos:0 ino:52f649 sdev:9`. All numbers except the descriptor are hexadecimal. The last three
  /// fields were added in Linux 4.14.
  static boolean watches(String line, Collection<Integer> numbers, long inode) {
    if (!line.startsWith("tfd:")) {
      return false;
    }
    String[] words = line.replace(":", ": ").strip().split("\\s+", -1);
    if (words.length < 4 || !numbers.contains(Integer.valueOf(words[1]))) {
      return false;
    }
    for (int i = 4; i + 1 < words.length; i += 2) {
      // The number may have referred to another file when it was added to the epoll instance.
      if (words[i].equals("ino:") && Long.parseUnsignedLong(words[i + 1], 16) != inode) {
        return false;
      }
    }
    return (Long.parseUnsignedLong(words[3], 16) & READABLE) != 0;
  }

  private boolean anyThread(Collection<Integer> numbers) {
    String[] threads = new File("/proc/" + pid + "/task").list();
    for (String thread : threads == null ? new String[0] : threads) {
      String[] call = read("task/" + thread + "/syscall").strip().split(" ", -1);
      if (call.length > 3 && isWaiting(call, numbers)) {
        return true;
      }
    }
    return false;
  }

  /// Reports whether a system call waits on any of the descriptors.
  ///
  /// @param call the number of the system call, followed by its arguments in hexadecimal
  ///   (`proc_pid_syscall(5)`)
  private boolean isWaiting(String[] call, Collection<Integer> numbers) {
    int number = Integer.parseInt(call[0]);
    long first = argument(call[1]);
    long second = argument(call[2]);
    if (number == ACCEPT || number == ACCEPT4) {
      return numbers.contains((int) first);
    }
    if (number == POLL || number == PPOLL) {
      return isPolled(memory(first, Math.clamp(second, 0, MOST_DESCRIPTORS) * POLL_BYTES), numbers);
    }
    if (number == SELECT || number == PSELECT) {
      // An fd_set is an array of longs.
      int words = (Math.clamp(first, 0, MOST_DESCRIPTORS) + 63) / 64;
      return isSelected(memory(second, words * 8), numbers);
    }
    return false;
  }

  private static long argument(String hex) {
    return Long.parseUnsignedLong(hex, 2, hex.length(), 16);
  }

  /// Reports whether an array of `struct pollfd` contains any of the descriptors.
  static boolean isPolled(byte[] array, Collection<Integer> numbers) {
    ByteBuffer list = ByteBuffer.wrap(array).order(ByteOrder.nativeOrder());
    while (list.remaining() >= POLL_BYTES) {
      int number = list.getInt();
      int events = list.getShort();
      list.getShort();
      if ((events & READABLE) != 0 && numbers.contains(number)) {
        return true;
      }
    }
    return false;
  }

  /// Reports whether an `fd_set` contains any of the descriptors. It has one bit per descriptor,
  /// and both architectures store the lowest byte first.
  static boolean isSelected(byte[] set, Collection<Integer> numbers) {
    return numbers.stream()
        .anyMatch(number -> number / 8 < set.length && (set[number / 8] >> number % 8 & 1) != 0);
  }

  private byte[] memory(long address, int bytes) {
    try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
      byte[] read = new byte[bytes];
      memory.seek(address);
      memory.readFully(read);
      return read;
    } catch (IOException goneOrNotPermitted) {
      return new byte[0];
    }
  }

  private String read(String name) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/" + name), StandardCharsets.US_ASCII);
    } catch (IOException goneOrNotPermitted) {
      return "";
    }
  }
}
