package io.jpm.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.proxy.ProxyHarness.Instance;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CapacityTest {
  private static final long MIB = 1024 * 1024;

  /// How many connections a listener accepts at a time.
  private static final int BATCH = 16;

  @Test
  void thereAreAsManyAsMemoryAndDescriptorsAllow() {
    assertThat(Capacity.most(96 * MIB, Long.MAX_VALUE)).isEqualTo(8192);
    assertThat(Capacity.most(1024 * MIB, Long.MAX_VALUE)).isEqualTo(87_381);
    assertThat(Capacity.most(96 * MIB, 1024)).isEqualTo(384);
    assertThat(Capacity.most(MIB, 10)).isEqualTo(16);
  }

  @Test
  void itIsFullUntilASixteenthHasGone() {
    Capacity capacity = new Capacity(32, () -> 0);
    for (int i = 0; i < 31; i++) {
      capacity.entered();
    }
    assertThat(capacity.full()).isFalse();
    capacity.entered();
    assertThat(capacity.full()).isTrue();
    assertThat(capacity.trouble().orElse("")).startsWith("the daemon serves 32 connections");
    capacity.left();
    assertThat(capacity.full()).isTrue();
    capacity.left();
    assertThat(capacity.full()).isFalse();
    assertThat(capacity.trouble()).isEmpty();
  }

  @Test
  void whoComesWhenAllIsFullWaitsAndIsServedWhenOthersHaveGone() throws IOException {
    int most = 20;
    try (ProxyHarness proxy = new ProxyHarness(most)) {
      Instance instance = proxy.start(0, Server::echo);
      List<Socket> all = new ArrayList<>();
      for (int i = 0; i < 3 * most; i++) {
        Socket socket = proxy.connect();
        socket.getOutputStream().write('x');
        all.add(socket);
      }
      Eventually.await(
          "the capacity is full", ProxyHarness.LONG, () -> !trouble(proxy, instance).isEmpty());
      assertThat(trouble(proxy, instance)).contains("as many as its memory and descriptors allow");
      // The daemon's own first connection counts here, too.
      assertThat(instance.server().accepted.get()).isLessThanOrEqualTo(most + BATCH + 1);
      for (Socket socket : all) {
        // The earliest connections are served first and leave capacity for the others.
        assertThat(socket.getInputStream().read()).isEqualTo('x');
        socket.close();
      }
      Eventually.await(
          "the capacity is free again",
          ProxyHarness.LONG,
          () -> trouble(proxy, instance).isEmpty());
    }
  }

  @Test
  void whoFillsOnePortDoesNotCloseTheOthers() throws IOException {
    Capacity capacity = new Capacity(80, System::nanoTime);
    try (ProxyHarness one = new ProxyHarness(capacity);
        ProxyHarness other = new ProxyHarness(capacity)) {
      Instance filled = one.start(0, Server::echo);
      other.start(0, Server::echo);
      List<Socket> held = new ArrayList<>();
      for (int i = 0; i < 160; i++) {
        Socket socket = one.connect();
        socket.getOutputStream().write('x');
        held.add(socket);
      }
      Eventually.await(
          "the first port uses its whole share",
          ProxyHarness.LONG,
          () -> filled.server().accepted.get() >= 60,
          () -> filled.server().accepted);
      assertEchoes(other);
      assertThat(filled.server().accepted.get()).isLessThanOrEqualTo(60 + BATCH + 1);
      for (Socket socket : held) {
        assertThat(socket.getInputStream().read()).isEqualTo('x');
        socket.close();
      }
      assertEchoes(one);
    }
  }

  private static void assertEchoes(ProxyHarness proxy) throws IOException {
    try (Socket socket = proxy.connect()) {
      socket.getOutputStream().write('y');
      assertThat(socket.getInputStream().read()).isEqualTo('y');
    }
  }

  private static String trouble(ProxyHarness proxy, Instance instance) {
    return proxy.get(() -> proxy.sharing.trouble(instance.worker().id())).orElse("");
  }
}
