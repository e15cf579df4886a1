package io.jpm.os.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Sends and receives descriptors over unix sockets (SCM_RIGHTS, `unix(7)`). As in [Libc], a method
/// returns the result of the function or the negative `errno`.
public final class FdStoreCalls {
  /// Maximum number of descriptors per message, SCM_MAX_FD of the kernel.
  public static final int MOST_DESCRIPTORS = 253;

  private static final Native SENDMSG = new Native("sendmsg");
  private static final Native RECVMSG = new Native("recvmsg");

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final int PEEK = 2;
  private static final int DONTWAIT = 0x40;
  private static final int NOSIGNAL = 0x4000;
  private static final int CLOEXEC = 0x40000000;
  private static final int TEXT_BYTES = 64 * 1024;

  /// Size of `struct cmsghdr` on 64-bit systems: length, SOL_SOCKET, SCM_RIGHTS.
  private static final int HEAD_BYTES = 16;

  private FdStoreCalls() {}

  /// A text and the descriptors that accompany it.
  ///
  /// @param text the text, at most 64 KiB
  /// @param descriptors the descriptor numbers
  public record DescriptorMessage(String text, List<Integer> descriptors) {
    static final DescriptorMessage NONE = new DescriptorMessage("", List.of());
  }

  /// Calls `socketpair(2)`. The unix sockets preserve message boundaries and are close-on-exec.
  ///
  /// @param two receives the two ends
  public static int socketPair(int[] two) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(INT, 2);
      int result = Libc.socketPair(Libc.SOCK_SEQPACKET, pair);
      two[0] = pair.getAtIndex(INT, 0);
      two[1] = pair.getAtIndex(INT, 1);
      return result;
    }
  }

  /// Calls `sendmsg(2)` with SCM_RIGHTS, non-blocking.
  public static int send(int socket, DescriptorMessage descriptorMessage) {
    return send(
        socket,
        descriptorMessage.text().getBytes(StandardCharsets.UTF_8),
        descriptorMessage.descriptors());
  }

  /// Sends bytes and descriptors like [#send(int, DescriptorMessage)]. On a stream socket the
  /// descriptors accompany the first byte.
  public static int send(int socket, byte[] bytes, List<Integer> descriptors) {
    try (Arena arena = Arena.ofConfined()) {
      int count = descriptors.size();
      MemorySegment rights = arena.allocate(HEAD_BYTES + (count * 4L + 7) / 8 * 8, 8);
      rights.set(LONG, 0, HEAD_BYTES + count * 4L);
      rights.set(INT, 8, 1);
      rights.set(INT, 12, 1);
      for (int i = 0; i < count; i++) {
        rights.set(INT, HEAD_BYTES + i * 4L, descriptors.get(i));
      }
      MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      MemorySegment message = message(arena, text, rights);
      return SENDMSG.errnoInt(socket, message.address(), DONTWAIT | NOSIGNAL);
    }
  }

  /// Calls `recvmsg(2)`, non-blocking. If the process has reached its limit on open files, the last
  /// descriptors of the message are lost.
  ///
  /// @return the message; empty, without text and descriptors, if no message is available
  public static DescriptorMessage receive(int socket) {
    return receive(socket, 0);
  }

  /// Receives a message like [#receive(int)] but leaves it in the queue. The returned descriptors
  /// are duplicates.
  public static DescriptorMessage peek(int socket) {
    return receive(socket, PEEK);
  }

  private static DescriptorMessage receive(int socket, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rights = arena.allocate(HEAD_BYTES + (MOST_DESCRIPTORS + 1) * 4L, 8);
      MemorySegment text = arena.allocate(TEXT_BYTES);
      MemorySegment message = message(arena, text, rights);
      int length = RECVMSG.errnoInt(socket, message.address(), DONTWAIT | CLOEXEC | flags);
      if (length <= 0) {
        return DescriptorMessage.NONE;
      }
      long left = message.get(LONG, 40);
      int count = left < HEAD_BYTES ? 0 : (int) ((rights.get(LONG, 0) - HEAD_BYTES) / 4);
      byte[] bytes = text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      return new DescriptorMessage(
          new String(bytes, StandardCharsets.UTF_8),
          Arrays.stream(rights.asSlice(HEAD_BYTES, count * 4L).toArray(INT)).boxed().toList());
    }
  }

  /// Creates a `struct msghdr` for 64-bit systems.
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
}
