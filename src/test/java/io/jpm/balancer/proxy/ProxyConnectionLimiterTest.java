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
class ProxyConnectionLimiterTest {
  private static final long MIB = 1024 * 1024;

  /// How many connections a listener accepts at a time.
  private static final int BATCH = 16;

  @Test
  void limitFollowsFromMemoryAndDescriptors() {
    assertThat(ProxyConnectionLimiter.limitFor(96 * MIB, Long.MAX_VALUE)).isEqualTo(8192);
    assertThat(ProxyConnectionLimiter.limitFor(1024 * MIB, Long.MAX_VALUE)).isEqualTo(87_381);
    assertThat(ProxyConnectionLimiter.limitFor(96 * MIB, 1024)).isEqualTo(384);
    assertThat(ProxyConnectionLimiter.limitFor(MIB, 10)).isEqualTo(16);
  }

  @Test
  void capacityStaysFullUntilASixteenthIsFree() {
    ProxyConnectionLimiter proxyConnectionLimiter = new ProxyConnectionLimiter(32, () -> 0);
    for (int i = 0; i < 31; i++) {
      proxyConnectionLimiter.acquire();
    }
    assertThat(proxyConnectionLimiter.isFull()).isFalse();
    proxyConnectionLimiter.acquire();
    assertThat(proxyConnectionLimiter.isFull()).isTrue();
    assertThat(proxyConnectionLimiter.problem().orElse(""))
        .startsWith("the daemon serves 32 connections");
    proxyConnectionLimiter.release();
    assertThat(proxyConnectionLimiter.isFull()).isTrue();
    proxyConnectionLimiter.release();
    assertThat(proxyConnectionLimiter.isFull()).isFalse();
    assertThat(proxyConnectionLimiter.problem()).isEmpty();
  }

  @Test
  void clientsBeyondTheCapacityWaitUntilOthersHaveLeft() throws IOException {
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
          "the capacity is full", ProxyHarness.TIMEOUT, () -> !problem(proxy, instance).isEmpty());
      assertThat(problem(proxy, instance)).contains("as many as its memory and descriptors allow");
      // The daemon's own first connection counts here, too.
      assertThat(instance.server().accepted.get()).isLessThanOrEqualTo(most + BATCH + 1);
      for (Socket socket : all) {
        // The earliest connections are served first and leave capacity for the others.
        assertThat(socket.getInputStream().read()).isEqualTo('x');
        socket.close();
      }
      Eventually.await(
          "the capacity is free again",
          ProxyHarness.TIMEOUT,
          () -> problem(proxy, instance).isEmpty());
    }
  }

  @Test
  void clientsThatFillOnePortDoNotBlockOtherPorts() throws IOException {
    ProxyConnectionLimiter proxyConnectionLimiter =
        new ProxyConnectionLimiter(80, System::nanoTime);
    try (ProxyHarness one = new ProxyHarness(proxyConnectionLimiter);
        ProxyHarness other = new ProxyHarness(proxyConnectionLimiter)) {
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
          ProxyHarness.TIMEOUT,
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

  private static String problem(ProxyHarness proxy, Instance instance) {
    return proxy.get(() -> proxy.backend.problem(instance.worker().id())).orElse("");
  }
}
