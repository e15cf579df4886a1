package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jpm.model.RunAs;
import io.jpm.os.AcceptedConnection;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ListenSocketRegistry.ListenRequest;
import io.jpm.os.ListenSocketRegistry.Protocol;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.SocketAddresses;
import io.jpm.os.linux.libc.SocketCalls;
import io.jpm.os.linux.proc.KernelSetting;
import io.jpm.os.linux.socket.Acceptor;
import io.jpm.os.linux.socket.LinuxListenSocket;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Sockets that the daemon opens: their addresses, the processes that receive them, and accepting
/// connections.
@Timeout(120)
class ListenSocketRegistryTest {
  private HostFixture fixture;
  private ListenSocketRegistry sockets;

  @BeforeEach
  void open(@TempDir Path dir) {
    LinuxProcessHost host = new LinuxProcessHost(dir);
    fixture = new HostFixture(host, dir);
    sockets = host.listenSockets().orElseThrow();
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  @Test
  void closingAChannelLeavesTheSocketOpen() throws IOException {
    ListenRequest listenRequest =
        new ListenRequest(
            Protocol.TCP,
            Optional.of(new InetSocketAddress(InetAddress.ofLiteral("::"), 0)),
            true,
            false,
            0,
            RunAs.DAEMON);
    ListenSocket socket = sockets.open("kept", listenRequest);
    int port = socket.address().orElseThrow().getPort();
    for (int i = 0; i < 2; i++) {
      try (var channel = socket.channel();
          Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        try (var accepted = channel.accept()) {
          assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalSocketAddress());
          assertThat(accepted.getLocalAddress()).isEqualTo(client.getRemoteSocketAddress());
        }
      }
    }
    // Without a channel, a client that connects waits in the queue.
    Socket waiting = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.close();
    waiting.close();
    assertThatThrownBy(socket::channel).isInstanceOf(IOException.class);
  }

  private static ListenRequest request(String host, int port) {
    return request(new InetSocketAddress(InetAddress.ofLiteral(host), port), false, RunAs.DAEMON);
  }

  private static ListenRequest request(InetSocketAddress address, boolean v6only, RunAs runAs) {
    return new ListenRequest(Protocol.TCP, Optional.of(address), false, v6only, 0, runAs);
  }

  private static ListenRequest unboundRequest(boolean ipv6) {
    return new ListenRequest(Protocol.TCP, Optional.empty(), ipv6, false, 0, RunAs.DAEMON);
  }

  private static int port(ListenSocket socket) {
    return socket.address().orElseThrow().getPort();
  }

  private ListenException failure(ListenRequest listenRequest) {
    return catchThrowableOfType(ListenException.class, () -> sockets.open("fails", listenRequest));
  }

  private static String readGreeting(int port) throws IOException {
    try (Socket client = Loopback.connect(port)) {
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void boundSocketListensAtOnceAndIsFoundByItsKey() throws IOException {
    ListenSocket socket = sockets.open("app 1", request("127.0.0.1", 0));

    try (Socket waiting = Loopback.connect(port(socket))) {
      assertThat(waiting.isConnected()).isTrue();
    }
    assertThat(socket.address().orElseThrow().getAddress())
        .isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
    assertThat(sockets.find("app 1")).contains(socket);
    assertThat(sockets.all()).containsExactly(socket);
    assertThat(Files.readString(Path.of("/proc/net/tcp"))).contains(" " + socket.inode() + " ");
    assertThat(socket.type()).isEqualTo("net.Native");
    assertThatThrownBy(() -> sockets.open("app 1", request("127.0.0.1", 0)))
        .isInstanceOf(IllegalArgumentException.class);

    socket.close();
    assertThat(sockets.find("app 1")).isEmpty();
    assertThatThrownBy(() -> readGreeting(socket.address().map(it -> it.getPort()).orElse(1)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void wildcardAddressAcceptsBothFamiliesUnlessV6only() throws IOException {
    Need.assume(Files.exists(Path.of("/proc/net/if_inet6")), "IPv6");
    InetSocketAddress everywhere = new InetSocketAddress(InetAddress.ofLiteral("::"), 0);
    ListenSocket both = sockets.open("both", request(everywhere, false, RunAs.DAEMON));
    ListenSocket six = sockets.open("six", request(everywhere, true, RunAs.DAEMON));

    Loopback.connect(port(both)).close();
    new Socket(Loopback.IPV6, port(both)).close();
    new Socket(Loopback.IPV6, port(six)).close();
    assertThatThrownBy(() -> Loopback.connect(port(six)).close()).isInstanceOf(IOException.class);
  }

  @Test
  void portInUseIsReportedWithItsAddress() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      ListenException failure = failure(request("127.0.0.1", other.getLocalPort()));

      assertThat(failure.errno()).isEqualTo(Errno.EADDRINUSE);
      assertThat(failure)
          .hasMessage(
              "127.0.0.1:"
                  + other.getLocalPort()
                  + " is already in use: stop the program that uses it or choose another port");
      assertThat(failure(request("::", other.getLocalPort())))
          .hasMessageStartingWith("port " + other.getLocalPort() + " is already in use");
    }
    assertThat(sockets.all()).isEmpty();
  }

  @Test
  void bindFailureIsReportedAsASentence() {
    assertThat(failure(request("192.0.2.1", 3000)))
        .hasMessage(
            "192.0.2.1:3000 cannot be used as a listening address because this machine does not"
                + " have it: use one of its own addresses")
        .extracting(ListenException::errno)
        .isEqualTo(Errno.EADDRNOTAVAIL);
    assertThat(
            failure(
                request(
                    InetSocketAddress.createUnresolved("no-such-host.invalid", 3000),
                    false,
                    RunAs.DAEMON)))
        .hasMessage("no-such-host.invalid:3000: no host with this name was found");
    RunAs stranger =
        new RunAs(
            Optional.of("no such user"),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalInt.empty());
    assertThat(failure(request(Loopback.at(0), false, stranger)))
        .hasMessageContaining("there is no user 'no such user'");
  }

  @Test
  @Needs(Need.ROOT)
  void socketIsBoundWithTheRightsOfTheUserOfTheApp() throws IOException {
    int first = KernelSetting.number("net/ipv4/ip_unprivileged_port_start", 0);
    Need.assume(first == 1024, "ports below 1024 that are root's");
    RunAs nobody =
        new RunAs(
            Optional.of("nobody"), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());

    ListenException failure =
        failure(
            request(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 81), false, nobody));
    assertThat(failure)
        .hasMessage("port 81: permission denied for user nobody (ports below 1024 require root)");
    assertThat(failure.errno()).isEqualTo(Errno.EACCES);
    ListenSocket high = sockets.open("high", request(Loopback.at(0), false, nobody));
    Loopback.connect(port(high)).close();
  }

  /// Starts an app that inherits the sockets of `keys`, from descriptor 3 on.
  private Spawned app(Path home, List<String> arguments, String... keys) {
    SpawnRequest request =
        fixture.withSockets(fixture.request("inherits.py", arguments.toArray(String[]::new)), keys);
    Spawned app = fixture.start(fixture.withTag(request, home + ":0-1:1"));
    app.awaitReady();
    return app;
  }

  @Test
  void portOfALostSocketOfThisHomeCanBeBoundAgain() throws IOException {
    ListenSocket first = sockets.open("first", request("127.0.0.1", 0));
    int port = port(first);
    app(fixture.dir(), List.of("3"), "first");
    first.close(); // as if the daemon had lost it: the app still has it

    ListenSocket second = sockets.open("second", request("127.0.0.1", port));
    assertThat(port(second)).isEqualTo(port);
    assertThat(second.inode()).isNotEqualTo(first.inode());
  }

  @Test
  void lostSocketIsRegainedOnlyFromTheTreeThatHasIt() throws IOException {
    ListenSocket lost = sockets.open("lost", request("127.0.0.1", 0));
    int port = port(lost);
    Spawned victim = app(fixture.dir(), List.of("3"), "lost");
    Spawned other = fixture.start("obedient.sh");
    other.awaitReady();
    lost.close();

    assertThatThrownBy(() -> sockets.recover("another's", other.child().identity(), lost.inode()))
        .isInstanceOf(ListenException.class)
        .hasMessage("no process in its tree has the socket open any more");
    assertThat(port(sockets.recover("lost", victim.child().identity(), lost.inode())))
        .isEqualTo(port);
  }

  @Test
  void socketThatNoDaemonOpenedIsNotRegained() throws IOException {
    Spawned app = fixture.start(fixture.withChannel(fixture.request("listens.py", "accept")));
    app.awaitReady();
    ListenSocket lost = sockets.open("lost", request("127.0.0.1", 0));
    Spawned server = app(fixture.dir(), List.of("3"), "lost");

    for (long inode : fixture.host().sockets(app.child().identity())) {
      if (fixture.host().listenersOf(app.child().identity()).stream()
          .noneMatch(one -> one.inode() == inode)) {
        assertNotTaken(app, inode); // the IPC channel of the app
      }
    }
    try (Socket client = Loopback.connect(port(lost))) {
      assertThat(client.getInputStream().readNBytes(5)).isNotEmpty();
      for (long inode : fixture.host().sockets(server.child().identity())) {
        if (inode != lost.inode()) {
          assertNotTaken(server, inode); // a connection
        }
      }
    }
  }

  private void assertNotTaken(Spawned app, long inode) {
    assertThatThrownBy(() -> sockets.recover("any", app.child().identity(), inode))
        .isInstanceOf(ListenException.class)
        .hasMessage("the socket was not created by a daemon");
  }

  @Test
  @Needs({Need.ROOT, Need.PYTHON_FOR_ALL})
  void socketOfAnotherUserIsNotRegained() throws IOException {
    Files.setPosixFilePermissions(fixture.dir(), PosixFilePermissions.fromString("rwxr-xr-x"));
    RunAs nobody =
        new RunAs(
            Optional.of("nobody"), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
    Spawned app = fixture.start(fixture.withRunAs(fixture.request("listens.py", "accept"), nobody));
    app.awaitReady();

    assertNotTaken(app, fixture.host().listenersOf(app.child().identity()).getFirst().inode());
  }

  @Test
  void portInUseByAnotherHomeIsReportedWithItsPid() throws IOException {
    ListenSocket first = sockets.open("first", request("0.0.0.0", 0));
    int port = port(first);
    Spawned app = app(fixture.dir().resolve("other"), List.of("3"), "first");
    first.close();

    ListenException failure = failure(request("127.0.0.1", port));
    assertThat(failure.errno()).isEqualTo(Errno.EADDRINUSE);
    assertThat(failure)
        .hasMessage(
            "127.0.0.1:%d is already in use by pid %d (python3): stop the program that uses it or choose another port"
                .formatted(port, app.pid()));
  }

  @Test
  void secondAppOfAHomeCannotBindTheSamePort() throws IOException {
    ListenSocket first = sockets.open("first", request("127.0.0.1", 0));
    app(fixture.dir(), List.of("3"), "first");

    assertThat(failure(request("127.0.0.1", port(first))).errno()).isEqualTo(Errno.EADDRINUSE);
  }

  @Test
  void unboundSocketIsBoundExclusivelyUnlessTheOtherOneWasLost() throws IOException {
    ListenSocket first = sockets.open("first", unboundRequest(false));
    SpawnRequest request =
        fixture.withVariable(
            fixture.withSockets(fixture.request("inherits.py", "3", "127.0.0.1"), "first"),
            "JPM_SOCKET_INODES",
            "1," + first.inode());
    fixture.start(fixture.withTag(request, fixture.dir() + ":0-1:1")).awaitReady();
    InetSocketAddress address = first.address().orElseThrow();

    assertThat(bind(sockets.open("second", unboundRequest(false)), address))
        .isEqualTo(-Errno.EADDRINUSE);
    first.close();
    assertThat(bind(sockets.open("third", unboundRequest(false)), address)).isZero();
    try (LinuxProcessHost stranger = new LinuxProcessHost(fixture.dir().resolve("other"))) {
      ListenSocket fourth =
          stranger.listenSockets().orElseThrow().open("fourth", unboundRequest(false));
      assertThat(bind(fourth, address)).isEqualTo(-Errno.EADDRINUSE);
    }
  }

  private static int bind(ListenSocket socket, InetSocketAddress address) {
    int fd = ((LinuxListenSocket) socket).duplicate();
    try (Arena arena = Arena.ofConfined()) {
      return SocketCalls.bind(fd, SocketAddresses.encode(arena, address));
    } finally {
      Libc.close(fd);
    }
  }

  @Test
  void datagramsAreReceived() throws IOException {
    ListenRequest listenRequest =
        new ListenRequest(Protocol.UDP, Optional.of(Loopback.at(0)), false, false, 0, RunAs.DAEMON);
    ListenSocket socket = sockets.open("udp", listenRequest);

    assertThat(socket.type()).isEqualTo("dgram.Native");
    try (DatagramSocket client = new DatagramSocket()) {
      client.send(new DatagramPacket(new byte[] {1}, 1, socket.address().orElseThrow()));
    }
    int fd = ((LinuxListenSocket) socket).duplicate();
    Eventually.await(
        "the datagram has arrived", HostFixture.DEADLINE, () -> Libc.waitingBytes(fd) == 1);
    Libc.close(fd);
  }

  @Test
  void socketsFollowTheIpcChannelInTheChild() throws IOException {
    ListenSocket first = sockets.open("first", request("127.0.0.1", 0));
    ListenSocket second = sockets.open("second", request("127.0.0.1", 0));
    Spawned app =
        fixture.start(
            fixture.withSockets(
                fixture.withChannel(fixture.request("inherits.py", "5")), "first", "second"));

    app.awaitOutput("given 5:" + port(first) + " 6:" + port(second) + "\n");
    assertThat(readGreeting(port(first))).isEqualTo("hello");
    first.close(); // the process has its own descriptor
    assertThat(app.child().hasIpcChannel()).isTrue();
  }

  @Test
  void socketsStartAtDescriptor3AndTheTerminalPipeFollows() throws IOException {
    ListenSocket first = sockets.open("first", request("127.0.0.1", 0));
    Spawned app =
        fixture.start(
            fixture.withSockets(
                fixture.withTerminal(fixture.request("inherits.py", "3")), "first"));

    app.awaitOutput("given 3:" + port(first) + " pipe");
  }

  @Test
  void processCanBindAnUnboundSocket() throws IOException {
    ListenSocket socket = sockets.open("later", unboundRequest(false));
    assertThat(socket.address()).isEmpty();
    Spawned app =
        fixture.start(
            fixture.withSockets(fixture.request("inherits.py", "3", "127.0.0.1"), "later"));
    app.awaitReady();

    assertThat(app.child().identity().pid()).isPositive();
    assertThat(readGreeting(port(socket))).isEqualTo("hello");
  }

  @Test
  void spawnIsRefusedWithAMissingSocketOrTooManySockets() throws IOException {
    assertThat(fixture.refusal(fixture.withSockets(fixture.request("obedient.sh"), "gone")))
        .isEqualTo("the listening socket 'gone' is no longer open");
    String[] many = IntStream.range(0, 33).mapToObj(Integer::toString).toArray(String[]::new);
    for (String key : many) {
      sockets.open(key, unboundRequest(false));
    }
    assertThat(fixture.refusal(fixture.withSockets(fixture.request("obedient.sh"), many)))
        .isEqualTo("an app can inherit at most 32 listening sockets, not 33");
  }

  @Test
  void maximumNumberOfSocketsIsPassedInOrder() throws IOException {
    List<String> keys = new ArrayList<>();
    StringBuilder given = new StringBuilder("given");
    for (int i = 0; i < 32; i++) {
      keys.add("socket " + i);
      int port = port(sockets.open(keys.getLast(), request("127.0.0.1", 0)));
      given.append(' ').append(i + 5).append(':').append(port);
    }
    Spawned app =
        fixture.start(
            fixture.withSockets(
                fixture.withTerminal(fixture.withChannel(fixture.request("inherits.py", "5"))),
                keys.toArray(String[]::new)));

    app.awaitOutput(given + " pipe");
  }

  @Test
  void connectionsAreAcceptedUntilPausedAndWaitAfterwards() throws Exception {
    ListenSocket socket = sockets.open("shared", request("127.0.0.1", 0));
    BlockingQueue<AcceptedConnection> accepted = new LinkedBlockingQueue<>();
    socket.accept(accepted::add);
    try (Socket client = Loopback.connect(port(socket))) {
      AcceptedConnection acceptedConnection = awaitConnection(accepted);
      assertThat(acceptedConnection.type()).isEqualTo("net.Native");
      acceptedConnection.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
    socket.pause();
    try (Socket client = Loopback.connect(port(socket));
        Socket other = Loopback.connect(port(socket))) {
      socket.accept(accepted::add);
      awaitConnection(accepted).close();
      awaitConnection(accepted).close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThat(other.getInputStream().read()).isEqualTo(-1);
    }
    socket.close();
    socket.accept(accepted::add); // has no effect
    assertThat(accepted).isEmpty();
  }

  private static AcceptedConnection awaitConnection(BlockingQueue<AcceptedConnection> accepted)
      throws InterruptedException {
    AcceptedConnection acceptedConnection =
        accepted.poll(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
    assertThat(acceptedConnection).isNotNull();
    return acceptedConnection;
  }

  @Test
  void numberOfUnclosedConnectionsIsBounded() throws Exception {
    ListenSocket socket = sockets.open("crowded", request("127.0.0.1", 0));
    List<AcceptedConnection> open = new ArrayList<>();
    BlockingQueue<AcceptedConnection> accepted = new LinkedBlockingQueue<>();
    socket.accept(accepted::add);
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < Acceptor.MOST_UNCLOSED + 20; i++) {
      clients.add(Loopback.connect(port(socket)));
    }
    for (int i = 0; i < Acceptor.MOST_UNCLOSED; i++) {
      open.add(awaitConnection(accepted));
    }
    assertThat(accepted).isEmpty();
    open.forEach(AcceptedConnection::close);
    for (int i = 0; i < 20; i++) {
      awaitConnection(accepted).close();
    }
    for (Socket client : clients) {
      client.close();
    }
  }

  @Test
  void addressesAreFormattedForUsers() {
    assertThat(SocketAddresses.format(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 80)))
        .isEqualTo("port 80");
    assertThat(SocketAddresses.format(new InetSocketAddress(InetAddress.ofLiteral("::1"), 80)))
        .isEqualTo("[::1]:80");
    assertThat(
            SocketAddresses.format(
                new InetSocketAddress(InetAddress.ofLiteral("2001:db8::7:0:1"), 80)))
        .isEqualTo("[2001:db8::7:0:1]:80");
  }
}
