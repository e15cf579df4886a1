package io.jpm.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Tests the layout that the specification of the PROXY protocol defines, byte by byte.
@SuppressWarnings("AddressSelection") // They are addresses already.
class ProxyProtocolHeaderTest {
  private static final InetSocketAddress CLIENT_4 = new InetSocketAddress("192.168.0.1", 56324);
  private static final InetSocketAddress SERVER_4 = new InetSocketAddress("192.168.0.11", 443);
  private static final InetSocketAddress CLIENT_6 = new InetSocketAddress("2001:db8::1", 56324);
  private static final InetSocketAddress SERVER_6 = new InetSocketAddress("::1", 443);
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  private static String hex(ByteBuf bytes) {
    return ByteBufUtil.hexDump(bytes);
  }

  private static String text(ByteBuf bytes) {
    return bytes.toString(StandardCharsets.US_ASCII);
  }

  @Test
  void version1IsALineOfText() {
    assertThat(text(ProxyProtocolHeader.of(ProxyProtocol.V1, CLIENT_4, SERVER_4)))
        .isEqualTo("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");
    assertThat(text(ProxyProtocolHeader.of(ProxyProtocol.V1, CLIENT_6, SERVER_6)))
        .isEqualTo("PROXY TCP6 2001:db8::1 ::1 56324 443\r\n");
  }

  @Test
  void version2IsBinary() {
    assertThat(hex(ProxyProtocolHeader.of(ProxyProtocol.V2, CLIENT_4, SERVER_4)))
        .isEqualTo(SIGNATURE + "21" + "11" + "000c" + "c0a80001" + "c0a8000b" + "dc04" + "01bb");
    assertThat(hex(ProxyProtocolHeader.of(ProxyProtocol.V2, CLIENT_6, SERVER_6)))
        .isEqualTo(
            SIGNATURE
                + "2121"
                + "0024"
                + "20010db8000000000000000000000001"
                + "00000000000000000000000000000001"
                + "dc0401bb");
  }

  @Test
  void addressesOfTwoFamiliesAreSentAsIpv6() {
    assertThat(hex(ProxyProtocolHeader.of(ProxyProtocol.V2, CLIENT_4, SERVER_6)))
        .isEqualTo(
            SIGNATURE
                + "21210024"
                + "00000000000000000000ffffc0a80001"
                + "00000000000000000000000000000001"
                + "dc0401bb");
    assertThat(text(ProxyProtocolHeader.of(ProxyProtocol.V1, CLIENT_4, SERVER_6)))
        .startsWith("PROXY TCP6 ::ffff:192.168.0.1 ");
  }

  @Test
  void connectionsOfTheDaemonAreMarkedAsLocal() {
    assertThat(text(ProxyProtocolHeader.local(ProxyProtocol.V1))).isEqualTo("PROXY UNKNOWN\r\n");
    assertThat(hex(ProxyProtocolHeader.local(ProxyProtocol.V2))).isEqualTo(SIGNATURE + "20000000");
  }

  @Test
  void headerIsEmptyWithoutProxyProtocol() {
    assertThat(ProxyProtocolHeader.of(ProxyProtocol.NONE, CLIENT_4, SERVER_4).isReadable())
        .isFalse();
    assertThat(ProxyProtocolHeader.local(ProxyProtocol.NONE).isReadable()).isFalse();
  }
}
