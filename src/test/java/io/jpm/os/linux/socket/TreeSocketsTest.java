package io.jpm.os.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry.ListenRequest;
import io.jpm.os.ListenSocketRegistry.Protocol;
import io.jpm.os.SpawnRequest;
import io.jpm.os.TreeListener;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.os.linux.Loopback;
import io.jpm.testing.Eventually;
import io.jpm.testing.Representatives;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The sockets that programs listen on, and whether the programs wait for connections, observed
/// from outside.
@Timeout(120)
class TreeSocketsTest {
  private static final Pattern PORT = Pattern.compile("port (\\d+) ready");

  private LinuxProcessHost host;
  private HostFixture fixture;

  @BeforeEach
  void open(@TempDir Path dir) {
    host = new LinuxProcessHost();
    fixture = new HostFixture(host, dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  private List<TreeListener> listening(Spawned app) {
    return host.listenersOf(app.child().identity());
  }

  private int awaitPort(Spawned app) {
    app.awaitOutput("ready");
    Matcher line = PORT.matcher(HostFixture.read(app.out()));
    assertThat(line.find()).isTrue();
    return Integer.parseInt(line.group(1));
  }

  private void awaitAccepting(Spawned app, int port) {
    Eventually.await(
        "the program waits for connections",
        HostFixture.DEADLINE,
        () ->
            listening(app).stream()
                .anyMatch(it -> it.address().getPort() == port && it.accepting()),
        () -> listening(app));
    assertThat(listening(app)).hasSize(1);
  }

  @ParameterizedTest
  @Representatives({1, 2})
  @ValueSource(strings = {"accept", "select", "poll", "epoll", "selectors", "child"})
  void pythonProgramThatWaitsIsAccepting(String way) throws IOException {
    Spawned app = fixture.start("listens.py", way);
    int port = awaitPort(app);

    awaitAccepting(app, port);
    assertThat(listening(app).getFirst().address()).isEqualTo(Loopback.at(port));
    assertThat(connections(app, port)).isZero();
    try (Socket one = Loopback.connect(port);
        Socket two = Loopback.connect(port)) {
      Eventually.await(
          "both connections are counted", HostFixture.DEADLINE, () -> connections(app, port) == 2);
      assertThat(host.connections(app.child().identity(), Set.of(one.getLocalPort()))).isZero();
      two.shutdownOutput(); // the program still has the connection
      assertThat(connections(app, port)).isEqualTo(2);
    }
    assertThat(connections(app, port)).isEqualTo(2);
  }

  private int connections(Spawned app, int port) {
    return host.connections(app.child().identity(), Set.of(port, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "writable"})
  void programThatListensWithoutWaitingIsNotAccepting(String way) {
    Spawned app = fixture.start("listens.py", way);
    int port = awaitPort(app);

    assertThat(listening(app))
        .hasSize(1)
        .allMatch(it -> it.address().getPort() == port && !it.accepting());
  }

  @Test
  void nodeServerIsAcceptingOnAllAddresses() {
    Spawned app = fixture.start("listens.cjs");
    awaitAccepting(app, awaitPort(app));
    assertThat(listening(app).getFirst().address().getAddress().isAnyLocalAddress()).isTrue();
  }

  @ParameterizedTest
  @Representatives(1)
  @ValueSource(strings = {"plain", "timed", "http"})
  void javaServerIsAccepting(String way) {
    Path java = Path.of(System.getProperty("java.home"), "bin/java");
    Path source = fixture.script("Listens.java");
    SpawnRequest request = fixture.request(java.toString(), source.toString(), way);
    Spawned app = fixture.start(request);
    awaitAccepting(app, awaitPort(app));
  }

  @Test
  void inheritedSocketIsReportedWithItsInode() throws IOException {
    ListenSocket socket =
        host.listenSockets()
            .orElseThrow()
            .open(
                "shared",
                new ListenRequest(
                    Protocol.TCP, Optional.of(Loopback.at(0)), false, false, 0, RunAs.DAEMON));
    Spawned app = fixture.start(fixture.withSockets(fixture.request("inherits.py", "3"), "shared"));
    app.awaitReady();

    Eventually.await(
        "the program waits for connections on the socket",
        HostFixture.DEADLINE,
        () ->
            listening(app).stream()
                .map(it -> new TreeListener(it.address(), it.inode(), it.accepting()))
                .toList()
                .equals(
                    List.of(
                        new TreeListener(socket.address().orElseThrow(), socket.inode(), true))),
        () -> listening(app));
  }

  @Test
  void socketsOfOtherProcessesAreNotReported() throws IOException {
    Spawned app = fixture.start("obedient.sh");
    app.awaitReady();
    try (ServerSocket own = new ServerSocket(0)) {
      assertThat(own.isBound()).isTrue();
      assertThat(listening(app)).isEmpty();
    }
    ProcessIdentity other =
        new ProcessIdentity(
            app.child().identity().bootId(), app.pid(), app.child().identity().startTime() + 1);
    assertThat(host.listenersOf(other)).isEmpty();
    assertThat(host.connections(other, Set.of(1))).isZero();
  }

  @Test
  void rowsOfProcNetTcpAreParsed() {
    String text =
        """
          sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5437001 1 0000000089e4d0e0 100 0 0 10 0
        12345: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 01 00000000:00000000 00:00000000 00000000  1000        0 77 1 0000000018d4f5ef 100 0 0 10 0
        rubbish
        """;
    List<TcpTable.Row> rows = TcpTable.parse(text, Set.of(TcpTable.LISTEN, TcpTable.ESTABLISHED));

    assertThat(rows).extracting(TcpTable.Row::inode).containsExactly(5437001L, 77L);
    assertThat(rows.get(0).address()).isEqualTo(Loopback.at(3000));
    assertThat(rows.get(1).address())
        .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("::1"), 8080));
    assertThat(TcpTable.parse(text, Set.of(TcpTable.LISTEN))).hasSize(1);
  }

  private static Set<Long> ownInodes() throws IOException {
    Set<Long> inodes = new HashSet<>();
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : open) {
        String target =
            Files.isSymbolicLink(descriptor) ? Files.readSymbolicLink(descriptor).toString() : "";
        if (target.startsWith("socket:[")) {
          inodes.add(Long.parseLong(target.substring(8, target.length() - 1)));
        }
      }
    }
    return inodes;
  }

  @Test
  void socketDiagAgreesWithProcNetTcp() throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    Set<Integer> states = Set.of(TcpTable.LISTEN, TcpTable.ESTABLISHED);
    try (var four = new ServerSocket(0, 1, loopback);
        var six = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"));
        var client = new Socket(loopback, four.getLocalPort());
        var taken = four.accept()) {
      Set<Integer> ports = Set.of(four.getLocalPort(), six.getLocalPort(), client.getLocalPort());
      int own = (int) ProcessHandle.current().pid();

      List<TcpTable.Row> told = SocketDiag.sockets(1 << 1 | 1 << 10).orElseThrow();

      // Other processes may have connections with a port of the same number.
      Set<Long> inodes = ownInodes();
      Predicate<TcpTable.Row> ours =
          row -> ports.contains(row.port()) && inodes.contains(row.inode());
      assertThat(told.stream().filter(ours))
          .hasSize(4)
          .containsExactlyInAnyOrderElementsOf(
              TcpTable.read(own, states).stream().filter(ours).toList());
      assertThat(taken.isConnected()).isTrue();
    }
  }

  @Test
  void epollEntryCountsOnlyForItsSocketAndReadEvents() {
    String line = "tfd:        3 events:       19 data:                3  pos:0 ino:52f649 sdev:9";
    assertThat(AcceptState.watches(line, List.of(3), 0x52f649)).isTrue();
    assertThat(AcceptState.watches(line, List.of(3), 1)).isFalse();
    assertThat(AcceptState.watches(line, List.of(4), 0x52f649)).isFalse();
    assertThat(AcceptState.watches(line.replace("19", "1c"), List.of(3), 0x52f649)).isFalse();
    assertThat(AcceptState.watches("tfd: 3 events: 1 data: 3", List.of(3), 7)).isTrue();
    assertThat(AcceptState.watches("pos:\t0", List.of(3), 7)).isFalse();
  }

  @Test
  void pollAndSelectSetsAreDecoded() {
    byte[] list =
        ByteBuffer.allocate(16)
            .order(ByteOrder.nativeOrder())
            .putInt(5)
            .putShort((short) 4)
            .putShort((short) 1)
            .putInt(6)
            .putShort((short) 1)
            .array();
    assertThat(AcceptState.isPolled(list, List.of(6))).isTrue();
    assertThat(AcceptState.isPolled(list, List.of(5))).isFalse();
    assertThat(AcceptState.isSelected(new byte[] {0, 2}, List.of(9))).isTrue();
    assertThat(AcceptState.isSelected(new byte[] {0, 2}, List.of(8, 100))).isFalse();
  }
}
