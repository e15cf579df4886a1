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

/// Whether a process waits for connections, as far as the kernel shows it: what is unreadable does
/// not wait.
final class AcceptState {
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");

  /// Not on arm64, whose C library has `ppoll(2)` and `pselect6(2)` instead.
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

  /// Whether it waits on any of these descriptors, all of the socket `inode`.
  boolean on(Collection<Integer> numbers, List<Integer> epolls, long inode) {
    return epolls.stream().anyMatch(epoll -> hasIn(epoll, numbers, inode)) || anyThread(numbers);
  }

  private boolean hasIn(int epoll, Collection<Integer> numbers, long inode) {
    return read("fdinfo/" + epoll).lines().anyMatch(line -> watches(line, numbers, inode));
  }

  /// A line of `/proc/PID/fdinfo` of an epoll: `tfd: 3 events: 19 data: 3 pos:0 ino:52f649 sdev:9`,
  /// in hex but for the descriptor. The last three came with Linux 4.14.
  static boolean watches(String line, Collection<Integer> numbers, long inode) {
    if (!line.startsWith("tfd:")) {
      return false;
    }
    String[] words = line.replace(":", ": ").strip().split("\\s+", -1);
    if (words.length < 4 || !numbers.contains(Integer.valueOf(words[1]))) {
      return false;
    }
    for (int i = 4; i + 1 < words.length; i += 2) {
      // The number may have been another file's when it was put in.
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

  /// @param call its number and then its arguments in hex, `proc_pid_syscall(5)`
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
      // An array of longs.
      int words = (Math.clamp(first, 0, MOST_DESCRIPTORS) + 63) / 64;
      return isSelected(memory(second, words * 8), numbers);
    }
    return false;
  }

  private static long argument(String hex) {
    return Long.parseUnsignedLong(hex, 2, hex.length(), 16);
  }

  /// In an array of `struct pollfd`.
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

  /// In an `fd_set`: a bit for each descriptor; both processors begin with the lowest byte.
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
