package io.jpm.os.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.util.Optional;

/// Encodes, decodes and formats IPv4 and IPv6 socket addresses (`ip(7)`, `ipv6(7)`).
public final class SocketAddresses {
  /// Size of `struct sockaddr_in6`, the larger of the two structures.
  static final long MOST_BYTES = 28;

  private static final long IPV4_BYTES = 16;
  private static final ValueLayout.OfShort FAMILY = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfShort PORT = FAMILY.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt SCOPE = ValueLayout.JAVA_INT_UNALIGNED;

  private SocketAddresses() {}

  /// Returns the address family of `address`.
  public static int family(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address
        ? SocketCalls.AF_INET6
        : SocketCalls.AF_INET;
  }

  /// Returns the address as a `struct sockaddr`.
  ///
  /// @param address a resolved address
  public static MemorySegment encode(Arena arena, InetSocketAddress address) {
    byte[] bytes = address.getAddress().getAddress();
    boolean four = bytes.length == 4;
    MemorySegment encoded = arena.allocate(four ? IPV4_BYTES : MOST_BYTES, 8);
    encoded.set(FAMILY, 0, (short) family(address));
    encoded.set(PORT, 2, (short) address.getPort());
    MemorySegment.copy(bytes, 0, encoded, ValueLayout.JAVA_BYTE, four ? 4 : 8, bytes.length);
    if (address.getAddress() instanceof Inet6Address six) {
      encoded.set(SCOPE, 24, six.getScopeId());
    }
    return encoded;
  }

  /// Decodes a `struct sockaddr`. Empty for port 0, which means that the socket is not bound, and
  /// for other address families.
  static Optional<InetSocketAddress> decode(MemorySegment encoded) {
    int family = encoded.get(FAMILY, 0);
    int port = Short.toUnsignedInt(encoded.get(PORT, 2));
    if (port == 0 || (family != SocketCalls.AF_INET && family != SocketCalls.AF_INET6)) {
      return Optional.empty();
    }
    boolean four = family == SocketCalls.AF_INET;
    byte[] bytes = encoded.asSlice(four ? 4 : 8, four ? 4 : 16).toArray(ValueLayout.JAVA_BYTE);
    int scope = four ? 0 : encoded.get(SCOPE, 24);
    return Optional.of(new InetSocketAddress(address(bytes, scope), port));
  }

  /// Creates an address from 4 or 16 bytes.
  ///
  /// @param scope the number of the network interface, or 0 for none
  public static InetAddress address(byte[] bytes, int scope) {
    try {
      return bytes.length == 16 && scope != 0
          ? Inet6Address.getByAddress(null, bytes, scope)
          : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException otherLength) {
      throw new IllegalArgumentException(
          bytes.length + " bytes are not an IP address", otherLength);
    }
  }

  /// Formats the address for users: `port 80`, `127.0.0.1:3000`, `[::1]:3000`.
  public static String format(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    if (host == null) {
      return address.getHostString() + ":" + address.getPort();
    }
    if (host.isAnyLocalAddress()) {
      return "port " + address.getPort();
    }
    return host instanceof Inet6Address six
        ? "[" + shortened(six) + "]:" + address.getPort()
        : host.getHostAddress() + ":" + address.getPort();
  }

  private static String shortened(Inet6Address address) {
    return address.getHostAddress().replaceFirst("(^|:)(0(:|$)){2,}", "::");
  }
}
