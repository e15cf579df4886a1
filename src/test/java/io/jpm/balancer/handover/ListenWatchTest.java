package io.jpm.balancer.handover;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.mode.BalancerBackend;
import io.jpm.console.Instances;
import io.jpm.model.BalancingMode;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ListenSocket;
import io.jpm.os.ProcessHost;
import io.jpm.os.TcpListener;
import io.jpm.os.TreeListener;
import io.jpm.testing.LogLines;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ListenWatchTest {
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 80);
  private static final ProcessIdentity PROCESS = new ProcessIdentity("boot", 4711, 1);

  /// Returns an implementation of `type` whose methods are answered by name in `results`, given as
  /// pairs of name and result.
  private static <T> T fake(Class<T> type, Object... results) {
    InvocationHandler handler =
        (_, method, _) -> {
          int at = List.of(results).indexOf(method.getName());
          if (at < 0) {
            throw new AssertionError(method);
          }
          return results[at + 1];
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Test
  void warningNamesTheAddressInPlainText() {
    ListenSocket older =
        fake(
            ListenSocket.class,
            "address",
            Optional.of(ADDRESS),
            "inode",
            1L,
            "isIpv6",
            false,
            "routeToNewer",
            false);
    ProcessHost host =
        fake(
            ProcessHost.class,
            "listenersOf",
            List.of(new TreeListener(ADDRESS, 2, true)),
            "listeners",
            Set.of(new TcpListener(ADDRESS, 1), new TcpListener(ADDRESS, 2)));
    var sockets = new HeldSockets(List.of(older), false, true, Optional.empty(), Optional.empty());
    var process =
        new ForkProcess(
            new WorkerId(new InstanceId(0), 1, 1),
            BalancingMode.OFF,
            false,
            false,
            Instances.spec("web", 1));
    var watch =
        new ListenWatch(
            host, fake(BalancerBackend.Observer.class), process, PROCESS, sockets, _ -> {});

    try (var log = new LogLines("jpm.balancer")) {
      assertThat(watch.inspect()).contains("127.0.0.1:80");
      assertThat(log.all())
          .containsExactly(
              "WARNING cannot direct the connections at 127.0.0.1:80 to the new process only");
    }
  }
}
