package io.jpm.os.linux.socket;

import io.jpm.os.linux.libc.Native;
import io.jpm.os.linux.libc.SocketCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// Selects which of the sockets that listen on the same address receives a new connection
/// (`SO_ATTACH_REUSEPORT_CBPF`, `socket(7)`). The kernel numbers the sockets in the order in which
/// they started to listen.
final class ReuseportSelector {
  private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
  private static final int SO_DETACH_REUSEPORT_BPF = 68;

  private static final int SO_ATTACH_FILTER = 26;

  /// Sizes of `struct sock_filter` and of `struct sock_fprog` with 64-bit pointers.
  private static final int STEP_BYTES = 8;

  private static final int PROGRAM_BYTES = 16;

  private static final short LOAD_ABSOLUTE = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final short UNLESS_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  private static final short RETURN_CONSTANT = 0x06; // BPF_RET | BPF_K
  private static final short MODULO = (short) 0x94; // BPF_ALU | BPF_MOD | BPF_K
  private static final short ADD = 0x04; // BPF_ALU | BPF_ADD | BPF_K
  private static final short RETURN_A = 0x16; // BPF_RET | BPF_A

  /// SKF_AD_OFF + SKF_AD_RANDOM, which loads a random number.
  private static final int RANDOM = -0x1000 + 56;

  /// SKF_NET_OFF plus the offset of the source address in an IPv4 header.
  private static final int SOURCE = -0x100000 + 12;

  private static final Native SET_OPTION = new Native("setsockopt");

  private ReuseportSelector() {}

  /// Directs new connections to one of the `newer` sockets, which follow the first `older` ones. If
  /// the program returns the number of a socket that has been closed in the meantime, the kernel
  /// falls back to its default selection.
  ///
  /// @return 0 or the negative `errno`
  static int attach(int fd, int older, int newer) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment steps = arena.allocate(4L * STEP_BYTES, 8);
      step(steps, 0, LOAD_ABSOLUTE, RANDOM);
      step(steps, 1, MODULO, Math.max(1, newer));
      step(steps, 2, ADD, older);
      step(steps, 3, RETURN_A, 0);
      return attach(arena, fd, SO_ATTACH_REUSEPORT_CBPF, steps, 4);
    }
  }

  /// Directs new connections to one of the first `older` sockets, except for connections from
  /// `source`, which go to the next socket. In an IPv6 header, a part of the sender's network
  /// prefix is at the same offset; about one in four billion prefixes equals `source` by chance.
  ///
  /// @return 0 or the negative `errno`
  static int pin(int fd, int older, InetAddress source) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment steps = arena.allocate(6L * STEP_BYTES, 8);
      step(steps, 0, LOAD_ABSOLUTE, SOURCE);
      step(steps, 1, UNLESS_EQUAL, ByteBuffer.wrap(source.getAddress()).getInt());
      steps.set(ValueLayout.JAVA_BYTE, STEP_BYTES + 3, (byte) 1);
      step(steps, 2, RETURN_CONSTANT, older);
      step(steps, 3, LOAD_ABSOLUTE, RANDOM);
      step(steps, 4, MODULO, Math.max(1, older));
      step(steps, 5, RETURN_A, 0);
      return attach(arena, fd, SO_ATTACH_REUSEPORT_CBPF, steps, 6);
    }
  }

  /// Restores the default selection of the kernel.
  ///
  /// @return 0 or the negative `errno`
  static int detach(int fd) {
    return SocketCalls.setOption(fd, SocketCalls.SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0);
  }

  private static int attach(Arena arena, int fd, int option, MemorySegment steps, int count) {
    MemorySegment program = arena.allocate(PROGRAM_BYTES, 8);
    program.set(ValueLayout.JAVA_SHORT, 0, (short) count);
    program.set(ValueLayout.JAVA_LONG, 8, steps.address());
    return SET_OPTION.errnoInt(
        fd, SocketCalls.SOL_SOCKET, option, program.address(), PROGRAM_BYTES);
  }

  /// Drops everything that arrives at a socket (`SO_ATTACH_FILTER`). A client receives no reply to
  /// its connection request and repeats it.
  ///
  /// @return 0 or the negative `errno`
  static int drop(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment steps = arena.allocate(STEP_BYTES, 8);
      step(steps, 0, RETURN_CONSTANT, 0);
      return attach(arena, fd, SO_ATTACH_FILTER, steps, 1);
    }
  }

  private static void step(MemorySegment steps, int index, short code, int operand) {
    long at = (long) index * STEP_BYTES;
    steps.set(ValueLayout.JAVA_SHORT, at, code);
    steps.set(ValueLayout.JAVA_INT, at + 4, operand);
  }
}
