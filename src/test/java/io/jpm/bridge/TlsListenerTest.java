package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.access.Role;
import io.jpm.testing.Eventually;
import io.jpm.testing.Patience;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests the TLS listener for remote services.
@Timeout(120)
class TlsListenerTest {
  private static final Pattern DOOR =
      Pattern.compile("with TLS for other machines on 127\\.0\\.0\\.1:([0-9]+)");

  @TempDir static Path made;
  private static TestCertificate door;
  private static TestCertificate other;
  private static TestCertificate client;

  @TempDir Path home;

  @BeforeAll
  static void certificates() throws Exception {
    door = TestCertificate.make(made.resolve("door"), "door", "EC");
    other = TestCertificate.make(made.resolve("other"), "other", "RSA");
    client = TestCertificate.make(made.resolve("client"), "client", "EC");
  }

  private static RemoteSettings remote(RemoteSettings.Identity identity, Optional<Path> ca) {
    return new RemoteSettings("127.0.0.1", 0, identity, ca, Duration.ofMillis(50));
  }

  private BridgeHarness start(RemoteSettings.Identity identity) {
    return BridgeHarness.settings(home).remote(remote(identity, Optional.empty())).start();
  }

  private static int port(BridgeHarness bridge) {
    return bridge.log.all().stream()
        .map(DOOR::matcher)
        .filter(Matcher::find)
        .map(found -> Integer.parseInt(found.group(1)))
        .findFirst()
        .orElseThrow();
  }

  private static SSLSocket connect(BridgeHarness bridge, SSLContext context) throws IOException {
    var socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port(bridge));
    socket.setSoTimeout(Patience.millis(20));
    return socket;
  }

  private static void pingPong(Peer peer) throws IOException {
    peer.write(new JsonObject().put("type", "ping"));
    assertThat(peer.read().getString("type")).isEqualTo("pong");
  }

  static Stream<RemoteSettings.Identity> identities() {
    return Stream.of(
        door.pem(),
        other.pem(),
        new RemoteSettings.Keystore(door.store(), Optional.of(door.password())));
  }

  @ParameterizedTest
  @MethodSource("identities")
  void whoHasATokenComesInByTls(RemoteSettings.Identity identity) throws Exception {
    TestCertificate own = identity.equals(other.pem()) ? other : door;
    try (var bridge = start(identity);
        var peer = Peer.on(connect(bridge, own.trusting()))) {
      peer.write(Peer.credential(bridge.token("ci", Role.READ)));
      pingPong(peer);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void theProtocolsAreThoseThatAreSafe(String protocol) throws Exception {
    try (var bridge = start(door.pem())) {
      String secret = bridge.token("ci", Role.READ);
      SSLSocket socket = connect(bridge, door.trusting());
      socket.setEnabledProtocols(new String[] {protocol});
      try (var peer = Peer.on(socket)) {
        peer.write(Peer.credential(secret));
        pingPong(peer);
        assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
      }
    }
  }

  /// Otherwise many clients that begin a handshake would delay the owner, who is served by the same
  /// event loop.
  @Test
  void handshakesAreNotMadeOnAnEventLoop() throws Exception {
    Set<String> threads = new HashSet<>();
    try (var bridge = start(other.pem())) {
      SSLContext trusting = other.trusting();
      var isEnough = new AtomicBoolean();
      Thread clients =
          Thread.ofVirtual()
              .start(() -> {
                while (!isEnough.get()) {
                  try (SSLSocket socket = connect(bridge, trusting)) {
                    socket.startHandshake();
                  } catch (IOException cut) {
                    // Only the beginning of the handshake matters.
                  }
                }
              });
      try {
        Eventually.await(
            "a handshake is observed while it runs",
            LIMIT,
            () -> {
              Thread.getAllStackTraces()
                  .forEach((thread, frames) -> {
                    if (Stream.of(frames)
                        .anyMatch(
                            it -> it.getClassName().endsWith("SSLEngineImpl$DelegatedTask"))) {
                      threads.add(thread.getName());
                    }
                  });
              return !threads.isEmpty();
            });
      } finally {
        isEnough.set(true);
        clients.join();
      }
    }
    assertThat(threads).noneMatch(name -> name.contains("eventloop"));
  }

  @Test
  void theOwnersTokenDoesNotCountHere() throws Exception {
    try (var bridge = start(door.pem());
        var peer = Peer.on(connect(bridge, door.trusting()))) {
      peer.write(Peer.credential(BridgeHarness.TOKEN));
      assertThat(peer.readToTheEnd()).isZero();
      assertThat(bridge.log.all().getLast()).contains("refused: wrong token");
      try (var local = bridge.authenticated()) {
        pingPong(local);
      }
    }
  }

  @Test
  void oneAddressHasASixteenthOfTheConnections() throws Exception {
    try (var bridge =
            BridgeHarness.settings(home)
                .maxConnections(32)
                .remote(remote(door.pem(), Optional.empty()))
                .start();
        var first = Peer.on(connect(bridge, door.trusting()));
        var second = Peer.on(connect(bridge, door.trusting()))) {
      String secret = bridge.token("ci", Role.READ);
      for (Peer peer : List.of(first, second)) {
        peer.write(Peer.credential(secret));
        pingPong(peer);
      }
      try (var third = Peer.on(connect(bridge, door.trusting()))) {
        third.write(Peer.credential(secret));
        assertThat(third.readToTheEnd()).isZero();
      }
      assertThat(bridge.log.all().getLast())
          .endsWith("refused: already 2 connections from that address");
      try (var local = bridge.authenticated()) {
        pingPong(local);
      }
    }
  }

  @Test
  void aDoorWithoutClientCertificatesRecommendsThem() {
    try (var bridge = start(door.pem())) {
      assertThat(bridge.log.all())
          .filteredOn(line -> line.contains("set bridge.remote.client_ca"))
          .hasSize(1);
    }
    var mutual = remote(door.pem(), Optional.of(client.cert()));
    try (var bridge = BridgeHarness.settings(home).remote(mutual).start()) {
      assertThat(bridge.log.all()).noneMatch(line -> line.contains("client_ca"));
    }
  }

  @Test
  void whoShowsNoTokenIsClosed() throws Exception {
    try (var bridge =
            BridgeHarness.settings(home)
                .authTimeout(Duration.ofMillis(500))
                .remote(remote(door.pem(), Optional.empty()))
                .start();
        var peer = Peer.on(connect(bridge, door.trusting()))) {
      assertThat(peer.readToTheEnd()).isZero();
      assertThat(bridge.log.all().getLast()).contains("no token within 500 ms");
    }
  }

  @Test
  void plainBytesAreNotServedAndHaveOneLine() throws Exception {
    try (var bridge = start(door.pem())) {
      String secret = bridge.token("ci", Role.ADMIN);
      try (var peer = Peer.tcp(port(bridge), secret)) {
        peer.write(new JsonObject().put("type", "ping"));
        try {
          peer.readToTheEnd(); // at most a TLS alert
        } catch (IOException closed) {
          assertThat(closed).isNotNull();
        }
      }
      Eventually.await(
          "the log line", LIMIT, () -> bridge.log.all().getLast().contains("refused: no TLS"));
      assertThat(bridge.log.all()).hasSize(3).last().asString().endsWith("not an SSL/TLS record");
    }
  }

  @Test
  void withAClientCaACertificateIsNeededBesideTheToken() throws Exception {
    try (var bridge =
        BridgeHarness.settings(home)
            .remote(remote(door.pem(), Optional.of(client.cert())))
            .start()) {
      String secret = bridge.token("ci", Role.READ);
      try (var peer = Peer.on(connect(bridge, door.trusting(client)))) {
        peer.write(Peer.credential(secret));
        pingPong(peer);
      }
      for (SSLContext stranger : List.of(door.trusting(), door.trusting(other))) {
        try (var peer = Peer.on(connect(bridge, stranger))) {
          assertThatThrownBy(
                  () -> {
                    peer.write(Peer.credential(secret));
                    pingPong(peer);
                  })
              .isInstanceOf(IOException.class);
        }
      }
      try (var peer = Peer.on(connect(bridge, door.trusting(client)))) {
        peer.write(Peer.credential("jpm_" + "A".repeat(43)));
        assertThat(peer.readToTheEnd()).isZero();
      }
    }
  }

  @Test
  void aRenewedCertificateIsTakenAndABrokenOneChangesNothing() throws Exception {
    Path cert = home.resolve("c.pem");
    Path key = home.resolve("k.pem");
    Files.copy(door.cert(), cert);
    Files.copy(door.key(), key);
    try (var bridge = start(new RemoteSettings.Pem(cert, key))) {
      assertThat(shown(bridge, door)).contains("CN=door");
      String secret = bridge.token("ci", Role.READ);
      try (var before = Peer.on(connect(bridge, door.trusting()))) {
        before.write(Peer.credential(secret));
        pingPong(before);

        Files.writeString(cert, "not a certificate");
        Eventually.await(
            "the invalid certificate is reported",
            LIMIT,
            () -> bridge.log.all().getLast().contains("the previous certificate stays in use"));
        assertThat(shown(bridge, door)).contains("CN=door");

        Files.copy(other.cert(), cert, StandardCopyOption.REPLACE_EXISTING);
        Eventually.await(
            "the key that does not match is reported",
            LIMIT,
            () ->
                bridge.log.all().getLast().contains("stays in use")
                    && bridge.log.all().stream().filter(l -> l.contains("stays in use")).count()
                        == 2);
        assertThat(shown(bridge, door)).contains("CN=door");

        Files.copy(other.key(), key, StandardCopyOption.REPLACE_EXISTING);
        Eventually.await(
            "the renewed certificate is loaded",
            LIMIT,
            () -> bridge.log.all().getLast().contains("renewed certificate of bridge.remote"));
        assertThat(shown(bridge, other)).contains("CN=other");
        pingPong(before);
      }
    }
  }

  /// Returns the subject of the certificate that the listener presents to a client that trusts
  /// `trusted`.
  private static String shown(BridgeHarness bridge, TestCertificate trusted) throws Exception {
    try (SSLSocket socket = connect(bridge, trusted.trusting())) {
      socket.startHandshake();
      var own = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return own.getSubjectX500Principal().getName();
    }
  }

  static Stream<List<Object>> unusable() throws IOException {
    Path garbage = made.resolve("garbage");
    Files.writeString(garbage, "garbage");
    Path none = made.resolve("none");
    return Stream.of(
        List.of(
            new RemoteSettings.Pem(none, door.key()),
            "bridge.remote.cert: " + none + " does not exist"),
        List.of(
            new RemoteSettings.Pem(door.cert(), none),
            "bridge.remote.key: " + none + " does not exist"),
        List.of(new RemoteSettings.Pem(garbage, door.key()), "use a certificate and its key"),
        List.of(new RemoteSettings.Pem(door.cert(), garbage), "use a certificate and its key"),
        List.of(new RemoteSettings.Pem(door.cert(), other.key()), "use a certificate and its key"),
        List.of(
            new RemoteSettings.Keystore(none, Optional.empty()),
            "bridge.remote.keystore: " + none + " does not exist"),
        List.of(
            new RemoteSettings.Keystore(door.store(), Optional.of(garbage)),
            "use a certificate and its key"));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void withoutACertificateTheBridgeDoesNotOpen(List<Object> identityAndReason) {
    var settings =
        BridgeHarness.settings(home)
            .remote(remote((RemoteSettings.Identity) identityAndReason.get(0), Optional.empty()));
    try (var bridge = settings.notStarted()) {
      assertThatThrownBy(bridge::deploy)
          .hasMessageContaining("bridge.remote cannot listen without a certificate")
          .hasMessageContaining((String) identityAndReason.get(1))
          .message()
          .doesNotContain("\n");
      assertThat(home.resolve("bridge.sock")).doesNotExist();
      assertThat(home.resolve("bridge.port")).doesNotExist();
    }
  }
}
