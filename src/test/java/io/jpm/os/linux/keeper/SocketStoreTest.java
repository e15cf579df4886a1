package io.jpm.os.linux.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import io.jpm.os.AcceptedConnection;
import io.jpm.os.HostFixture;
import io.jpm.os.KeeperClient;
import io.jpm.os.KeeperInstruction;
import io.jpm.os.KeeperSetup;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenRequest;
import io.jpm.os.ListenSocketRegistry.Protocol;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.os.linux.Loopback;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.FdStoreCalls;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.ExitStatus;
import io.jpm.os.linux.proc.PidFd;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Listening sockets while no daemon is running: a real keeper, and successive hosts as its
/// daemons. Closing a host simulates the death of the daemon.
@Timeout(120)
class SocketStoreTest {
  @TempDir private Path dir;
  private Path home;
  private KeeperSetup setup;

  @BeforeEach
  void makeHome() throws IOException {
    home = Files.createDirectories(dir.resolve("home"));
    setup = new KeeperSetup(home, Path.of("").toAbsolutePath(), Map.of());
  }

  @AfterEach
  void endKeeper() {
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      if (link.attach()) {
        link.send(new KeeperInstruction.Quit());
        // The host that started the keeper is closed, so the status of this JVM's child must be
        // reaped here.
        KeeperRecord.read(setup.pidFile()).ifPresent(keeper -> ExitStatus.discard(keeper.pid()));
      }
    }
  }

  private KeeperClient connect(LinuxProcessHost host) {
    return host.keeperClient(setup, () -> {}).orElseThrow();
  }

  private interface Work {
    void with(ListenSocketRegistry sockets) throws IOException;
  }

  private void firstDaemon(Work work) throws IOException {
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      start(link);
      work.with(host.listenSockets().orElseThrow());
    }
  }

  private void start(KeeperClient link) throws IOException {
    link.start();
    // With something to hold, the keeper stays when the daemon ends.
    Path fifo = home.resolve("1.out");
    assertThat(Libc.mkfifo(fifo, 0600)).isIn(0, -Errno.EEXIST);
    link.send(new KeeperInstruction.Hold(List.of(fifo)));
  }

  private void nextDaemon(Work work) throws IOException {
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      assertThat(link.attach()).isTrue();
      work.with(host.listenSockets().orElseThrow());
    }
  }

  private static ListenSocket open(ListenSocketRegistry sockets, String key) throws IOException {
    return sockets.open(
        key,
        new ListenRequest(
            Protocol.TCP, Optional.of(Loopback.at(0)), false, false, 0, RunAs.DAEMON));
  }

  private static List<String> keys(ListenSocketRegistry sockets) {
    return sockets.all().stream().map(ListenSocket::key).sorted().toList();
  }

  private static int port(ListenSocket socket) {
    return socket.address().orElseThrow().getPort();
  }

  private static boolean listens(int port) {
    try (Socket client = Loopback.connect(port)) {
      return client.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  @Test
  void nextDaemonHasUnixSocketsAndRemovesOnlyTheirFiles() throws Exception {
    Path kept = dir.resolve("kept.sock");
    Path lost = dir.resolve("lost.sock");
    firstDaemon(sockets -> {
      for (Path path : List.of(kept, lost)) {
        sockets.open(
            path.getFileName().toString(),
            new ListenSocketRegistry.UnixListenRequest(path.toString(), 0, RunAs.DAEMON));
      }
    });
    Files.delete(lost);
    Files.writeString(lost, "precious");
    try (SocketChannel waiting = SocketChannel.open(UnixDomainSocketAddress.of(kept))) {
      assertThat(waiting.isConnected()).isTrue();
      nextDaemon(sockets -> {
        assertThat(keys(sockets)).containsExactly("kept.sock", "lost.sock");
        ListenSocket here = sockets.find("kept.sock").orElseThrow();
        ListenSocket gone = sockets.find("lost.sock").orElseThrow();
        assertThat(here.path()).contains(kept.toString());
        assertThat(here.isReachable()).isTrue();
        assertThat(gone.isReachable()).isFalse();
        BlockingQueue<AcceptedConnection> accepted = new LinkedBlockingQueue<>();
        here.accept(accepted::add);
        Eventually.await(
            "the waiting connection is accepted",
            Duration.ofSeconds(20),
            () -> !accepted.isEmpty());
        accepted.forEach(AcceptedConnection::close);
        here.close();
        gone.close();
      });
    }
    assertThat(kept).doesNotExist();
    assertThat(lost).hasContent("precious");
  }

  @Test
  void nextDaemonHasTheSocketsAndTheirWaitingConnections() throws Exception {
    int[] port = new int[1];
    long[] inode = new long[1];
    firstDaemon(sockets -> {
      ListenSocket socket = open(sockets, "app 1 gr\u00FC\u00DFe");
      open(sockets, "app 2").close();
      sockets.open(
          "udp", new ListenRequest(Protocol.UDP, Optional.empty(), false, false, 0, RunAs.DAEMON));
      port[0] = port(socket);
      inode[0] = socket.inode();
    });
    try (Socket waiting = Loopback.connect(port[0])) {
      nextDaemon(sockets -> {
        assertThat(keys(sockets)).containsExactly("app 1 gr\u00FC\u00DFe", "udp");
        assertThat(sockets.find("udp").orElseThrow().type()).isEqualTo("dgram.Native");
        ListenSocket socket = sockets.find("app 1 gr\u00FC\u00DFe").orElseThrow();
        assertThat(socket.inode()).isEqualTo(inode[0]);
        assertThat(port(socket)).isEqualTo(port[0]);
        socket.accept(AcceptedConnection::close);
        assertThat(waiting.getInputStream().read()).isEqualTo(-1);
      });
    }
    nextDaemon(sockets -> {
      assertThat(keys(sockets)).containsExactly("app 1 gr\u00FC\u00DFe", "udp");
      List.copyOf(sockets.all()).forEach(ListenSocket::close);
      assertThat(listens(port[0])).isFalse();
    });
    nextDaemon(sockets -> assertThat(sockets.all()).isEmpty());
  }

  @Test
  void hundredsOfSocketsAreKeptAcrossDaemons() throws Exception {
    firstDaemon(sockets -> {
      for (int i = 0; i < 300; i++) {
        open(sockets, "socket " + i);
      }
      for (int i = 0; i < 300; i += 2) {
        sockets.find("socket " + i).orElseThrow().close();
      }
    });
    for (int daemon = 0; daemon < 3; daemon++) {
      nextDaemon(sockets -> {
        assertThat(sockets.all()).hasSize(150);
        assertThat(listens(port(sockets.find("socket 299").orElseThrow()))).isTrue();
      });
    }
  }

  @Test
  void daemonThatDiesWhileStoringSocketsLosesNone() throws Exception {
    firstDaemon(sockets -> {
      open(sockets, "one");
      open(sockets, "two");
      open(sockets, "three");
    });
    // As a daemon leaves it that is killed between two steps: one socket is stored twice, in both
    // directions, the others once.
    FdStore pair;
    try (PidFd keeper = PidFd.open(KeeperRecord.read(setup.pidFile()).orElseThrow().pid())) {
      pair =
          FdStore.of(keeper, KeeperSpawn.FIRST_SOCKETS_END, KeeperSpawn.SECOND_SOCKETS_END)
              .orElseThrow();
    }
    if (pair.peek().text().isEmpty()) {
      pair.swapDirections();
    }
    FdStoreCalls.DescriptorMessage first = pair.take();
    assertThat(pair.putBack(first)).isPositive();
    first.descriptors().forEach(Libc::close);
    FdStoreCalls.DescriptorMessage second = pair.peek();
    assertThat(pair.putBack(second)).isPositive();
    second.descriptors().forEach(Libc::close);
    pair.close();

    for (int daemon = 0; daemon < 2; daemon++) {
      nextDaemon(sockets -> assertThat(keys(sockets)).containsExactly("one", "three", "two"));
    }
  }

  @Test
  void newKeeperReceivesTheOpenSockets() throws Exception {
    int[] port = new int[1];
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      ListenSocket early = open(host.listenSockets().orElseThrow(), "before the first keeper");
      port[0] = port(early);
      start(link);
      open(host.listenSockets().orElseThrow(), "with it");
      int keeper = KeeperRecord.read(setup.pidFile()).orElseThrow().pid();
      Libc.kill(keeper, 9);
      Eventually.await(
          "the keeper has ended",
          HostFixture.DEADLINE,
          () -> ProcessHandle.of(keeper).filter(ProcessHandle::isAlive).isEmpty());
      start(link);
      open(host.listenSockets().orElseThrow(), "with the second");
    }
    assertThat(listens(port[0])).isTrue();
    nextDaemon(sockets ->
        assertThat(keys(sockets))
            .containsExactly("before the first keeper", "with it", "with the second"));
  }

  @Test
  void socketsEndWithTheDaemonWithoutAKeeper() throws Exception {
    runOnce();
    long before = openDescriptors();
    int port = runOnce();

    assertThat(listens(port)).isFalse();
    assertThat(openDescriptors()).isLessThanOrEqualTo(before);
  }

  private static int runOnce() throws IOException {
    try (LinuxProcessHost host = new LinuxProcessHost()) {
      ListenSocketRegistry sockets = host.listenSockets().orElseThrow();
      int port = port(open(sockets, "a"));
      open(sockets, "b").accept(AcceptedConnection::close);
      open(sockets, "c").close();
      return port;
    }
  }

  private static long openDescriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
