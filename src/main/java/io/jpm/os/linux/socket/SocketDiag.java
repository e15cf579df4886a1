package io.jpm.os.linux.socket;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Native;
import io.jpm.os.linux.libc.SocketAddresses;
import io.jpm.os.linux.libc.SocketCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Queries the kernel for the TCP sockets in the daemon's network namespace (`sock_diag(7)`). The
/// kernel returns only sockets in the requested states. In contrast, `/proc/net/tcp` also lists
/// every recently closed connection, of which a busy server may have tens of thousands.
final class SocketDiag {
  private static final int AF_NETLINK = 16;
  private static final int NETLINK_SOCK_DIAG = 4;
  private static final short SOCK_DIAG_BY_FAMILY = 20;
  private static final short REQUEST_DUMP = 0x301;
  private static final short DONE = 3;
  private static final short ERROR = 2;
  private static final byte IPPROTO_TCP = 6;

  private static final int HEADER_BYTES = 16;
  private static final int REQUEST_BYTES = HEADER_BYTES + 56;

  /// Maximum size of one reply of the kernel.
  private static final int BUFFER_BYTES = 32 * 1024;

  private static final Native SOCKET = new Native("socket");
  private static final Native SEND = new Native("send");
  private static final Native RECV = new Native("recv");

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort PORT = SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private final int socket;
  private final MemorySegment buffer;
  private final List<TcpTable.Row> rows;

  private SocketDiag(int socket, MemorySegment buffer, List<TcpTable.Row> rows) {
    this.socket = socket;
    this.buffer = buffer;
    this.rows = rows;
  }

  /// Returns all sockets in one of `states`.
  ///
  /// @param states a bit set of states, such as `1 << TcpTable.LISTEN`
  /// @return the sockets; empty if the kernel does not support the query
  static Optional<List<TcpTable.Row>> sockets(int states) {
    int socket =
        SOCKET.errnoInt(AF_NETLINK, SocketCalls.SOCK_DGRAM | Libc.O_CLOEXEC, NETLINK_SOCK_DIAG);
    if (socket < 0) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      List<TcpTable.Row> rows = new ArrayList<>();
      var diag = new SocketDiag(socket, arena.allocate(BUFFER_BYTES, 8), rows);
      boolean told =
          diag.ask(SocketCalls.AF_INET, states) && diag.ask(SocketCalls.AF_INET6, states);
      return told ? Optional.of(rows) : Optional.empty();
    } finally {
      Libc.close(socket);
    }
  }

  private boolean ask(int family, int states) {
    MemorySegment request = buffer.asSlice(0, REQUEST_BYTES).fill((byte) 0);
    request.set(INT, 0, REQUEST_BYTES);
    request.set(SHORT, 4, SOCK_DIAG_BY_FAMILY);
    request.set(SHORT, 6, REQUEST_DUMP);
    request.set(BYTE, HEADER_BYTES, (byte) family);
    request.set(BYTE, HEADER_BYTES + 1, IPPROTO_TCP);
    request.set(INT, HEADER_BYTES + 4, states);
    if (SEND.errnoInt(socket, request.address(), REQUEST_BYTES, 0) < 0) {
      return false;
    }
    while (true) {
      int got = RECV.errnoInt(socket, buffer.address(), BUFFER_BYTES, 0);
      if (got == -Errno.EINTR) {
        continue;
      }
      if (got <= 0) {
        return false;
      }
      Optional<Boolean> end = read(got);
      if (end.isPresent()) {
        return end.get();
      }
    }
  }

  /// Decodes one part of the reply of the kernel.
  ///
  /// @return empty if more parts of the reply follow; otherwise whether the query succeeded
  private Optional<Boolean> read(int bytes) {
    int at = 0;
    while (at + HEADER_BYTES <= bytes) {
      int length = buffer.get(INT, at);
      short type = buffer.get(SHORT, at + 4L);
      if (type == DONE) {
        return Optional.of(true);
      }
      if (type == ERROR || length < HEADER_BYTES) {
        return Optional.of(false);
      }
      rows.add(row(buffer.asSlice(at + HEADER_BYTES)));
      at += (length + 3) & ~3;
    }
    return Optional.empty();
  }

  /// Decodes a `struct inet_diag_msg`.
  private static TcpTable.Row row(MemorySegment message) {
    boolean four = message.get(BYTE, 0) == SocketCalls.AF_INET;
    int state = message.get(BYTE, 1);
    int port = Short.toUnsignedInt(message.get(PORT, 4));
    byte[] bytes = message.asSlice(8, four ? 4 : 16).toArray(BYTE);
    long inode = Integer.toUnsignedLong(message.get(INT, 68));
    return new TcpTable.Row(
        new InetSocketAddress(SocketAddresses.address(bytes, 0), port),
        Short.toUnsignedInt(message.get(PORT, 6)),
        message.get(INT, 64),
        state,
        inode);
  }
}
