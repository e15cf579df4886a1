package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.access.Role;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests the TLS listener for remote services.
@Timeout(120)
class TlsListenerTest {
  private static final Pattern LISTENER_PORT =
      Pattern.compile(
          "listening with TLS for clients on other machines on 127\\.0\\.0\\.1:([0-9]+)");

  /// Content types of TLS records (RFC 8446, section 5.1).
  private static final int ALERT = 21;

  private static final int HANDSHAKE = 22;

  @TempDir static Path made;
  private static TestCertificate server;
  private static TestCertificate other;
  private static TestCertificate client;

  @TempDir Path home;

  @BeforeAll
  static void certificates() throws Exception {
    server = TestCertificate.create(made.resolve("door"), "door", "EC");
    other = TestCertificate.create(made.resolve("other"), "other", "RSA");
    client = TestCertificate.create(made.resolve("client"), "client", "EC");
  }

  private static TlsListenerSettings remote(
      TlsListenerSettings.Identity identity, Optional<Path> ca) {
    return new TlsListenerSettings("127.0.0.1", 0, identity, ca, Duration.ofMillis(50));
  }

  private BridgeHarness start(TlsListenerSettings.Identity identity) {
    return BridgeHarness.settings(home).remote(remote(identity, Optional.empty())).start();
  }

  private static int port(BridgeHarness bridge) {
    return bridge.log.all().stream()
        .map(LISTENER_PORT::matcher)
        .filter(Matcher::find)
        .map(found -> Integer.parseInt(found.group(1)))
        .findFirst()
        .orElseThrow();
  }

  private static SSLSocket connect(BridgeHarness bridge, SSLContext context) throws IOException {
    var socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port(bridge));
    socket.setSoTimeout(TestDeadline.millis(20));
    return socket;
  }

  private static void pingPong(Peer peer) throws IOException {
    peer.write(new JsonObject().put("type", "ping"));
    assertThat(peer.read().getString("type")).isEqualTo("pong");
  }

  static Stream<TlsListenerSettings.Identity> identities() {
    return Stream.of(
        server.pem(),
        other.pem(),
        new TlsListenerSettings.Keystore(server.store(), Optional.of(server.password())));
  }

  @ParameterizedTest
  @MethodSource("identities")
  void clientWithATokenIsAcceptedOverTls(TlsListenerSettings.Identity identity) throws Exception {
    TestCertificate own = identity.equals(other.pem()) ? other : server;
    try (var bridge = start(identity);
        var peer = Peer.on(connect(bridge, own.clientContext()))) {
      peer.write(Peer.credential(bridge.token("ci", Role.READ)));
      pingPong(peer);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void tls12AndTls13AreSupported(String protocol) throws Exception {
    try (var bridge = start(server.pem())) {
      String secret = bridge.token("ci", Role.READ);
      SSLSocket socket = connect(bridge, server.clientContext());
      socket.setEnabledProtocols(new String[] {protocol});
      try (var peer = Peer.on(socket)) {
        peer.write(Peer.credential(secret));
        pingPong(peer);
        assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
      }
    }
  }

  /// The JDK does not offer these versions as a client, so the test sends the ClientHello itself.
  @ParameterizedTest
  @CsvSource({"1, TLSv1", "2, TLSv1.1"})
  void olderTlsVersionsAreRefused(int minor, String version) throws Exception {
    try (var bridge = start(server.pem())) {
      assertThat(typeOfAnswer(bridge, clientHello(minor))).isIn(ALERT, -1);
      Eventually.await(
          "the log line",
          TIMEOUT,
          () -> bridge.log.all().getLast().contains("refused: the TLS handshake failed"),
          bridge.log::all);
      assertThat(bridge.log.all().getLast()).contains("protocol " + version + " is not enabled");
      // The version is the only reason: with TLS 1.2, the same ClientHello is accepted.
      assertThat(typeOfAnswer(bridge, clientHello(3))).isEqualTo(HANDSHAKE);
    }
  }

  /// Sends a record and returns the content type of the first record of the answer; -1 if the
  /// listener closes the connection without an answer.
  private static int typeOfAnswer(BridgeHarness bridge, byte[] sent) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port(bridge))) {
      socket.setSoTimeout(TestDeadline.millis(20));
      socket.getOutputStream().write(sent);
      return socket.getInputStream().read();
    }
  }

  /// Returns a record with a ClientHello (RFC 5246, section 7.4.1.2).
  ///
  /// @param minor the highest version that the client supports: 1 is TLS 1.0, 2 is 1.1, 3 is 1.2
  private static byte[] clientHello(int minor) {
    String random = "11".repeat(32);
    String suites = "c02cc02bc00ac009"; // ECDHE with an ECDSA certificate
    String extensions =
        "000a" // supported groups: secp256r1, secp384r1
            + withLength(withLength("00170018"))
            + "000b" // point formats: uncompressed
            + withLength("0100")
            + "000d" // signature algorithms: ECDSA with SHA-256, SHA-384
            + withLength(withLength("04030503"));
    String body =
        "03%02x%s00%s0100%s".formatted(minor, random, withLength(suites), withLength(extensions));
    return HexFormat.of().parseHex("160301" + withLength("0100" + withLength(body)));
  }

  /// Returns hexadecimal digits after their length in bytes, which takes two bytes.
  private static String withLength(String hex) {
    return "%04x%s".formatted(hex.length() / 2, hex);
  }

  /// Otherwise many clients that begin a handshake would delay the owner, who is served by the same
  /// event loop.
  @Test
  void handshakesDoNotRunOnAnEventLoop() throws Exception {
    Set<String> threads = new HashSet<>();
    try (var bridge = start(other.pem())) {
      SSLContext trusting = other.clientContext();
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
            TIMEOUT,
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
  void ownersTokenIsRefusedOverTls() throws Exception {
    try (var bridge = start(server.pem());
        var peer = Peer.on(connect(bridge, server.clientContext()))) {
      peer.write(Peer.credential(BridgeHarness.TOKEN));
      assertThat(peer.readToTheEnd()).isZero();
      assertThat(bridge.log.all().getLast()).contains("refused: wrong token");
      try (var local = bridge.authenticated()) {
        pingPong(local);
      }
    }
  }

  @Test
  void addressIsLimitedToASixteenthOfTheConnections() throws Exception {
    try (var bridge =
            BridgeHarness.settings(home)
                .maxConnections(32)
                .remote(remote(server.pem(), Optional.empty()))
                .start();
        var first = Peer.on(connect(bridge, server.clientContext()));
        var second = Peer.on(connect(bridge, server.clientContext()))) {
      String secret = bridge.token("ci", Role.READ);
      for (Peer peer : List.of(first, second)) {
        peer.write(Peer.credential(secret));
        pingPong(peer);
      }
      try (var third = Peer.on(connect(bridge, server.clientContext()))) {
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
  void listenerWithoutClientCertificatesRecommendsThem() {
    try (var bridge = start(server.pem())) {
      assertThat(bridge.log.all())
          .filteredOn(line -> line.contains("set bridge.remote.client_ca"))
          .hasSize(1);
    }
    var mutual = remote(server.pem(), Optional.of(client.cert()));
    try (var bridge = BridgeHarness.settings(home).remote(mutual).start()) {
      assertThat(bridge.log.all()).noneMatch(line -> line.contains("client_ca"));
    }
  }

  @Test
  void clientWithoutATokenIsClosed() throws Exception {
    try (var bridge =
            BridgeHarness.settings(home)
                .authTimeout(Duration.ofMillis(500))
                .remote(remote(server.pem(), Optional.empty()))
                .start();
        var peer = Peer.on(connect(bridge, server.clientContext()))) {
      assertThat(peer.readToTheEnd()).isZero();
      assertThat(bridge.log.all().getLast()).contains("no token within 500 ms");
    }
  }

  @Test
  void plaintextIsRefusedWithOneLogLine() throws Exception {
    try (var bridge = start(server.pem())) {
      String secret = bridge.token("ci", Role.ADMIN);
      try (var peer = Peer.tcp(port(bridge), secret)) {
        peer.write(new JsonObject().put("type", "ping"));
        peer.readToTheEnd(); // at most a TLS alert
      }
      Eventually.await(
          "the log line",
          TIMEOUT,
          () -> bridge.log.all().getLast().contains("refused: the TLS handshake failed"));
      assertThat(bridge.log.all()).hasSize(3).last().asString().endsWith("(not an SSL/TLS record)");
    }
  }

  @Test
  void clientCaRequiresACertificateInAdditionToTheToken() throws Exception {
    try (var bridge =
        BridgeHarness.settings(home)
            .remote(remote(server.pem(), Optional.of(client.cert())))
            .start()) {
      String secret = bridge.token("ci", Role.READ);
      try (var peer = Peer.on(connect(bridge, server.clientContext(client)))) {
        peer.write(Peer.credential(secret));
        pingPong(peer);
      }
      for (SSLContext stranger : List.of(server.clientContext(), server.clientContext(other))) {
        try (var peer = Peer.on(connect(bridge, stranger))) {
          assertThatThrownBy(
                  () -> {
                    peer.write(Peer.credential(secret));
                    pingPong(peer);
                  })
              .isInstanceOf(IOException.class)
              .isNotInstanceOf(SocketTimeoutException.class);
        }
      }
      try (var peer = Peer.on(connect(bridge, server.clientContext(client)))) {
        peer.write(Peer.credential("jpm_" + "A".repeat(43)));
        assertThat(peer.readToTheEnd()).isZero();
      }
    }
  }

  @Test
  void renewedCertificateIsLoadedAndAnInvalidOneIsIgnored() throws Exception {
    Path cert = home.resolve("c.pem");
    Path key = home.resolve("k.pem");
    Files.copy(server.cert(), cert);
    Files.copy(server.key(), key);
    try (var bridge = start(new TlsListenerSettings.Pem(cert, key))) {
      assertThat(presentedSubject(bridge, server)).contains("CN=door");
      String secret = bridge.token("ci", Role.READ);
      try (var before = Peer.on(connect(bridge, server.clientContext()))) {
        before.write(Peer.credential(secret));
        pingPong(before);

        Files.writeString(cert, "not a certificate");
        Eventually.await(
            "the invalid certificate is reported",
            TIMEOUT,
            () -> bridge.log.all().getLast().contains("the previous certificate stays in use"));
        assertThat(presentedSubject(bridge, server)).contains("CN=door");

        Files.copy(other.cert(), cert, StandardCopyOption.REPLACE_EXISTING);
        Eventually.await(
            "the key that does not match is reported",
            TIMEOUT,
            () ->
                bridge.log.all().getLast().contains("stays in use")
                    && bridge.log.all().stream().filter(l -> l.contains("stays in use")).count()
                        == 2);
        assertThat(presentedSubject(bridge, server)).contains("CN=door");

        Files.copy(other.key(), key, StandardCopyOption.REPLACE_EXISTING);
        Eventually.await(
            "the renewed certificate is loaded",
            TIMEOUT,
            () -> bridge.log.all().getLast().contains("renewed certificate of bridge.remote"));
        assertThat(presentedSubject(bridge, other)).contains("CN=other");
        pingPong(before);
      }
    }
  }

  /// Returns the subject of the certificate that the listener presents to a client that trusts
  /// `trusted`.
  private static String presentedSubject(BridgeHarness bridge, TestCertificate trusted)
      throws Exception {
    try (SSLSocket socket = connect(bridge, trusted.clientContext())) {
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
            new TlsListenerSettings.Pem(none, server.key()),
            "bridge.remote.cert: " + none + " does not exist"),
        List.of(
            new TlsListenerSettings.Pem(server.cert(), none),
            "bridge.remote.key: " + none + " does not exist"),
        List.of(
            new TlsListenerSettings.Pem(garbage, server.key()),
            "use a certificate and its private key"),
        List.of(
            new TlsListenerSettings.Pem(server.cert(), garbage),
            "use a certificate and its private key"),
        List.of(
            new TlsListenerSettings.Pem(server.cert(), other.key()),
            "use a certificate and its private key"),
        List.of(
            new TlsListenerSettings.Keystore(none, Optional.empty()),
            "bridge.remote.keystore: " + none + " does not exist"),
        List.of(
            new TlsListenerSettings.Keystore(server.store(), Optional.of(garbage)),
            "use a certificate and its private key"));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void bridgeDoesNotStartWithoutAUsableCertificate(List<Object> identityAndReason) {
    var settings =
        BridgeHarness.settings(home)
            .remote(
                remote((TlsListenerSettings.Identity) identityAndReason.get(0), Optional.empty()));
    try (var bridge = settings.notStarted()) {
      assertThatThrownBy(bridge::deploy)
          .hasMessageContaining("bridge.remote has no valid certificate")
          .hasMessageContaining((String) identityAndReason.get(1))
          .message()
          .doesNotContain("\n");
      assertThat(home.resolve("bridge.sock")).doesNotExist();
      assertThat(home.resolve("bridge.port")).doesNotExist();
    }
  }
}
