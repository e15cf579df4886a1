package io.jpm.os.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// The functions of the C library that only the keeper's side needs. As in [Libc] a method returns
/// what the function returns, or the negative `errno`.
final class KeeperCalls {
  static final int EPOLLERR = 8;
  static final int POLLIN = 1;
  static final int POLLHUP = 0x10;

  /// SCM_MAX_FD of the kernel.
  static final int MOST_DESCRIPTORS = 253;

  private static final Native SENDMSG = new Native("sendmsg");
  private static final Native RECVMSG = new Native("recvmsg");
  private static final Native POLL = new Native("poll");
  private static final Native FCNTL = new Native("fcntl");

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final int DONTWAIT = 0x40;
  private static final int NOSIGNAL = 0x4000;
  private static final int CLOEXEC = 0x40000000;
  private static final int TEXT_BYTES = 64 * 1024;

  /// `struct cmsghdr` on 64 bits: length, SOL_SOCKET, SCM_RIGHTS.
  private static final int HEAD_BYTES = 16;

  private KeeperCalls() {}

  /// Some text and the descriptors that go with it.
  ///
  /// @param text ASCII
  /// @param descriptors their numbers
  record Parcel(String text, List<Integer> descriptors) {
    static final Parcel NONE = new Parcel("", List.of());
  }

  /// `socketpair(2)`: unix, keeping the bounds of messages, close-on-exec.
  ///
  /// @param two gets the two ends
  static int socketPair(int[] two) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(INT, 2);
      int result = Libc.socketPair(Libc.SOCK_SEQPACKET, pair);
      two[0] = pair.getAtIndex(INT, 0);
      two[1] = pair.getAtIndex(INT, 1);
      return result;
    }
  }

  /// `sendmsg(2)` with SCM_RIGHTS, not waiting.
  static int send(int socket, Parcel parcel) {
    try (Arena arena = Arena.ofConfined()) {
      int count = parcel.descriptors().size();
      MemorySegment rights = arena.allocate(HEAD_BYTES + (count * 4L + 7) / 8 * 8, 8);
      rights.set(LONG, 0, HEAD_BYTES + count * 4L);
      rights.set(INT, 8, 1);
      rights.set(INT, 12, 1);
      for (int i = 0; i < count; i++) {
        rights.set(INT, HEAD_BYTES + i * 4L, parcel.descriptors().get(i));
      }
      MemorySegment text =
          arena.allocateFrom(
              ValueLayout.JAVA_BYTE, parcel.text().getBytes(StandardCharsets.US_ASCII));
      MemorySegment message = message(arena, text, rights);
      return SENDMSG.errnoInt(socket, message.address(), DONTWAIT | NOSIGNAL);
    }
  }

  /// `recvmsg(2)`, not waiting. Where the process may open no more, the last descriptors of the
  /// message are lost.
  ///
  /// @return the message; without text and descriptors when there is none
  static Parcel receive(int socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rights = arena.allocate(HEAD_BYTES + (MOST_DESCRIPTORS + 1) * 4L, 8);
      MemorySegment text = arena.allocate(TEXT_BYTES);
      MemorySegment message = message(arena, text, rights);
      int length = RECVMSG.errnoInt(socket, message.address(), DONTWAIT | CLOEXEC);
      if (length <= 0) {
        return Parcel.NONE;
      }
      long left = message.get(LONG, 40);
      int count = left < HEAD_BYTES ? 0 : (int) ((rights.get(LONG, 0) - HEAD_BYTES) / 4);
      byte[] bytes = text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      return new Parcel(
          new String(bytes, StandardCharsets.US_ASCII),
          Arrays.stream(rights.asSlice(HEAD_BYTES, count * 4L).toArray(INT)).boxed().toList());
    }
  }

  /// `struct msghdr` on 64 bits.
  private static MemorySegment message(Arena arena, MemorySegment text, MemorySegment rights) {
    MemorySegment vector = arena.allocate(LONG, 2);
    vector.setAtIndex(LONG, 0, text.address());
    vector.setAtIndex(LONG, 1, text.byteSize());
    MemorySegment message = arena.allocate(56, 8);
    message.set(LONG, 16, vector.address());
    message.set(LONG, 24, 1);
    message.set(LONG, 32, rights.address());
    message.set(LONG, 40, rights.byteSize());
    return message;
  }

  /// `poll(2)` for POLLIN and what is reported unasked.
  ///
  /// @param wanted POLLIN, or 0 for POLLHUP alone
  /// @return what is reported of each descriptor, all 0 when nothing was within `milliseconds`
  static int[] poll(int[] descriptors, int wanted, int milliseconds) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment list = arena.allocate(8L * descriptors.length, 8);
      for (int i = 0; i < descriptors.length; i++) {
        list.set(INT, i * 8L, descriptors[i]);
        list.set(ValueLayout.JAVA_SHORT, i * 8L + 4, (short) wanted);
      }
      POLL.errnoInt(list.address(), descriptors.length, milliseconds);
      int[] reported = new int[descriptors.length];
      for (int i = 0; i < descriptors.length; i++) {
        reported[i] = list.get(ValueLayout.JAVA_SHORT, i * 8L + 6);
      }
      return reported;
    }
  }

  /// `fcntl(2)`, F_SETFL: reads wait again.
  static void letWait(int fd) {
    FCNTL.errnoInt(fd, 4, 0);
  }

  /// Opens the writing end of a named pipe: ENXIO when nobody reads it, EINVAL when it is none.
  static int openForWriting(Path fifo) {
    int fd = Libc.open(fifo, Libc.O_WRONLY | Libc.O_NONBLOCK, 0);
    if (fd >= 0 && Libc.pipeSize(fd) < 0) {
      Libc.close(fd);
      return -Errno.EINVAL;
    }
    return fd;
  }
}
