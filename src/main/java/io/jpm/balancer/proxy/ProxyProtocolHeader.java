package io.jpm.balancer.proxy;

import io.jpm.model.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/// Builds the header that precedes the first byte of a connection and contains the client's
/// address, as specified by HAProxy's [PROXY
/// protocol](https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt).
final class ProxyProtocolHeader {
  /// The beginning of every header of version 2.
  private static final byte[] SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };

  private static final int VERSION_2_LOCAL = 0x20;
  private static final int VERSION_2_PROXY = 0x21;
  private static final int TCP_4 = 0x11;
  private static final int TCP_6 = 0x21;
  private static final int IPV4_BYTES = 4;

  private ProxyProtocolHeader() {}

  /// Returns the header of a client connection; empty for [ProxyProtocol#NONE].
  ///
  /// @param client the client's address
  /// @param local the address to which the client has connected
  static ByteBuf of(ProxyProtocol version, InetSocketAddress client, InetSocketAddress local) {
    return switch (version) {
      case NONE -> Unpooled.EMPTY_BUFFER;
      case V1 -> line(client, local);
      case V2 -> binary(client, local);
    };
  }

  /// Returns the header of a connection that the daemon makes for its own purposes.
  static ByteBuf local(ProxyProtocol version) {
    return switch (version) {
      case NONE -> Unpooled.EMPTY_BUFFER;
      case V1 -> ascii("PROXY UNKNOWN\r\n");
      case V2 ->
          Unpooled.buffer()
              .writeBytes(SIGNATURE)
              .writeByte(VERSION_2_LOCAL)
              .writeByte(0)
              .writeShort(0);
    };
  }

  private static ByteBuf line(InetSocketAddress client, InetSocketAddress local) {
    return ascii(
        "PROXY %s %s %s %d %d\r\n"
            .formatted(
                isVersion4(client, local) ? "TCP4" : "TCP6",
                text(client, local),
                text(local, client),
                client.getPort(),
                local.getPort()));
  }

  private static ByteBuf binary(InetSocketAddress client, InetSocketAddress local) {
    byte[] from = bytes(client, local);
    byte[] to = bytes(local, client);
    return Unpooled.buffer()
        .writeBytes(SIGNATURE)
        .writeByte(VERSION_2_PROXY)
        .writeByte(from.length == IPV4_BYTES ? TCP_4 : TCP_6)
        .writeShort(from.length + to.length + 2 * Short.BYTES)
        .writeBytes(from)
        .writeBytes(to)
        .writeShort(client.getPort())
        .writeShort(local.getPort());
  }

  private static boolean isVersion4(InetSocketAddress one, InetSocketAddress other) {
    return one.getAddress().getAddress().length == IPV4_BYTES
        && other.getAddress().getAddress().length == IPV4_BYTES;
  }

  /// Returns the bytes of `address` in the common family of both addresses, because a header
  /// contains two addresses of the same family.
  private static byte[] bytes(InetSocketAddress address, InetSocketAddress other) {
    byte[] bytes = address.getAddress().getAddress();
    if (bytes.length == IPV4_BYTES && !isVersion4(address, other)) {
      byte[] mapped = new byte[16];
      mapped[10] = (byte) 0xff;
      mapped[11] = (byte) 0xff;
      System.arraycopy(bytes, 0, mapped, 12, IPV4_BYTES);
      return mapped;
    }
    return bytes;
  }

  private static String text(InetSocketAddress address, InetSocketAddress other) {
    InetAddress plain = address.getAddress();
    String text = NetUtil.bytesToIpAddress(plain.getAddress());
    boolean mapped = plain.getAddress().length == IPV4_BYTES && !isVersion4(address, other);
    return mapped ? "::ffff:" + text : text;
  }

  private static ByteBuf ascii(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }
}
