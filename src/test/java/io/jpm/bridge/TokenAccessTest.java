package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.AccessCommand;
import io.jpm.bus.access.AccessReply;
import io.jpm.bus.access.AuditRecord;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.testing.Eventually;
import io.jpm.wire.RequestCaller;
import io.vertx.core.json.JsonObject;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Tests how clients with an issued token are authenticated, and what they may do at the bridge.
@Timeout(120)
class TokenAccessTest {
  @TempDir Path home;

  /// Answers each request with the caller header that it contains.
  private static void echoCallers(BridgeHarness bridge) {
    for (String address : List.of(Addresses.COMMAND, Addresses.CONSOLE)) {
      BridgeHarness.await(
          bridge
              .vertx
              .eventBus()
              .consumer(
                  address,
                  message ->
                      message.reply(
                          new JsonObject()
                              .put(
                                  "callers",
                                  message.headers().getAll(RequestCaller.HEADER).toString())
                              .put("caller", message.headers().get(RequestCaller.HEADER))))
              .completion());
    }
  }

  private static RequestCaller callerSeen(Peer peer, JsonObject request) throws IOException {
    peer.write(request);
    JsonObject reply = peer.read();
    assertThat(reply.getString("type")).as(reply.encode()).isEqualTo("message");
    return RequestCaller.fromHeader(reply.getJsonObject("body").getString("caller")).orElseThrow();
  }

  private static JsonObject request() {
    return Peer.send(Addresses.COMMAND, "1", new JsonObject());
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void tokenDeterminesThePrincipalOfARequest(Role role) throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      echoCallers(bridge);
      try (var all = Peer.tcp(bridge.port(), bridge.token("all", role));
          var limited = Peer.tcp(bridge.port(), bridge.token("some", role, "web", "api"))) {
        RequestCaller requestCaller = callerSeen(all, request());
        assertThat(requestCaller.who()).isEqualTo(new Principal("all", role, Set.of()));
        assertThat(requestCaller.from()).startsWith("127.0.0.1:");
        assertThat(callerSeen(limited, request()).who())
            .isEqualTo(new Principal("some", role, Set.of("web", "api")));
      }
    }
  }

  @Test
  void ownersTokenAndUnixSocketActAsTheOwner() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      echoCallers(bridge);
      try (var tcp = bridge.authenticated();
          var unix = Peer.unix(bridge.settings.socket())) {
        assertThat(callerSeen(tcp, request()).who()).isEqualTo(Principal.OWNER);
        assertThat(callerSeen(unix, request()))
            .isEqualTo(new RequestCaller(Principal.OWNER, "unix"));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("forgedNames")
  void forgedCallerHeaderIsReplacedRegardlessOfCase(String name) throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      echoCallers(bridge);
      String owner = new RequestCaller(Principal.OWNER, "unix").toHeader();
      try (var peer = Peer.tcp(bridge.port(), bridge.token("ci", Role.READ))) {
        var headers = new JsonObject().put(name, owner).put("x", "y");
        peer.write(request().put("headers", headers));
        JsonObject body = peer.read().getJsonObject("body");
        assertThat(body.getString("callers")).doesNotContain("owner");
        assertThat(RequestCaller.fromHeader(body.getString("caller")).orElseThrow().who().name())
            .isEqualTo("ci");
      }
    }
  }

  static Stream<String> forgedNames() {
    return Stream.of("jpm-caller", "JPM-CALLER", "Jpm-Caller");
  }

  static Stream<Arguments> strangers() {
    return Stream.of(
        Arguments.of("revoked", "wrong token"),
        Arguments.of("expired", "wrong token"),
        Arguments.of("unknown", "wrong token"),
        Arguments.of("its digest", "wrong token"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("strangers")
  void invalidTokensAreRefusedWithOneLogLine(String kind, String reason) throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      AtomicInteger seen = countMessages(bridge, Addresses.COMMAND);
      String secret = bridge.token("ci", Role.ADMIN);
      String shown =
          switch (kind) {
            case "revoked" -> {
              bridge.tokenCommand(new AccessCommand.Revoke("ci"));
              yield secret;
            }
            case "expired" -> {
              String ending =
                  ((AccessReply.Created)
                          bridge.tokenCommand(
                              new AccessCommand.Create(
                                  "short",
                                  Role.ADMIN,
                                  Set.of(),
                                  Optional.of(Duration.ofMillis(1)))))
                      .secret();
              Eventually.await("the token has expired", TIMEOUT, () -> isGone(bridge, "short"));
              yield ending;
            }
            case "unknown" -> "jpm_" + "A".repeat(43);
            default -> AccessCommand.Authenticate.of(secret).orElseThrow().digest();
          };
      try (var peer = Peer.tcp(bridge.port())) {
        peer.write(Peer.concat(Peer.credential(shown), Peer.frame(request())));
        assertThat(peer.readToTheEnd()).isZero();
      }
      assertThat(bridge.log.all())
          .singleElement()
          .asString()
          .contains("refused: " + reason)
          .doesNotContain(shown);
      assertThat(seen).hasValue(0);
    }
  }

  /// Returns a counter of the messages that arrive at `address`.
  private static AtomicInteger countMessages(BridgeHarness bridge, String address) {
    var seen = new AtomicInteger();
    BridgeHarness.await(
        bridge.vertx.eventBus().consumer(address, _ -> seen.incrementAndGet()).completion());
    return seen;
  }

  private static boolean isGone(BridgeHarness bridge, String name) {
    return bridge.tokenCommand(new AccessCommand.ListTokens())
            instanceof AccessReply.Tokens(var tokens)
        && tokens.stream().noneMatch(token -> token.name().equals(name));
  }

  @Test
  void requestsSentTogetherWithTheTokenAreServed() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      echoCallers(bridge);
      String secret = bridge.token("ci", Role.READ);
      try (var peer = Peer.tcp(bridge.port())) {
        peer.write(
            Peer.concat(Peer.credential(secret), Peer.frame(request()), Peer.frame(request())));
        assertThat(peer.read().getString("type")).isEqualTo("message");
        assertThat(peer.read().getString("type")).isEqualTo("message");
      }
    }
  }

  @Test
  void onlyConnectionsOfTheOldSecretEndWithTheGracePeriod() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      echoCallers(bridge);
      String old = bridge.token("ci", Role.ADMIN);
      var rotate = new AccessCommand.Rotate("ci", Duration.ofSeconds(2), Optional.empty());
      try (var before = Peer.tcp(bridge.port(), old)) {
        String secret = ((AccessReply.Created) bridge.tokenCommand(rotate)).secret();
        callerSeen(before, request());
        try (var after = Peer.tcp(bridge.port(), secret)) {
          callerSeen(after, request());
          assertThat(before.read().getString("message")).isEqualTo("the token is no longer valid");
          assertThat(before.readToTheEnd()).isZero();
          callerSeen(after, request());
        }
      }
    }
  }

  @Test
  void onlyConnectionsOfARevokedTokenEnd() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      echoCallers(bridge);
      String ci = bridge.token("ci", Role.ADMIN);
      try (var one = Peer.tcp(bridge.port(), ci);
          var two = Peer.tcp(bridge.port(), ci);
          var other = Peer.tcp(bridge.port(), bridge.token("other", Role.READ));
          var owner = bridge.authenticated()) {
        for (Peer peer : List.of(one, two, other, owner)) {
          callerSeen(peer, request());
        }
        bridge.tokenCommand(new AccessCommand.Revoke("ci"));
        for (Peer peer : List.of(one, two)) {
          assertThat(peer.read().getString("message")).isEqualTo("the token is no longer valid");
          assertThat(peer.readToTheEnd()).isZero();
        }
        callerSeen(other, request());
        callerSeen(owner, request());
      }
    }
  }

  static Stream<Arguments> sends() {
    return Stream.of(
        Arguments.of(Role.READ, "", Addresses.CONSOLE, false),
        Arguments.of(Role.OPERATE, "", Addresses.CONSOLE, false),
        Arguments.of(Role.ADMIN, "web", Addresses.CONSOLE, false),
        Arguments.of(Role.ADMIN, "", Addresses.CONSOLE, true),
        Arguments.of(Role.READ, "", Addresses.COMMAND, true),
        Arguments.of(Role.READ, "web", Addresses.COMMAND, true),
        Arguments.of(Role.OPERATE, "", "in.count", false),
        Arguments.of(Role.ADMIN, "", Addresses.ACCESS_COMMAND, false),
        Arguments.of(Role.ADMIN, "", Addresses.GOD_COMMAND, false),
        Arguments.of(Role.ADMIN, "", Addresses.AUDIT, false));
  }

  @ParameterizedTest(name = "{0} of {1} to {2}: {3}")
  @MethodSource("sends")
  void consoleIsOnlyForAdminsOfAllApps(Role role, String app, String address, boolean allowed)
      throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      echoCallers(bridge);
      AtomicInteger seen = countMessages(bridge, "in.count");
      String[] apps = app.isEmpty() ? new String[0] : new String[] {app};
      try (var peer = Peer.tcp(bridge.port(), bridge.token("ci", role, apps))) {
        peer.write(Peer.send(address, "1", new JsonObject()));
        JsonObject reply = peer.read();
        assertThat(reply.getString("type")).isEqualTo(allowed ? "message" : "err");
        peer.write(Peer.publish(address, new JsonObject()));
        if (!allowed) {
          assertThat(reply.getString("message")).isEqualTo("access_denied");
          assertThat(peer.read().getString("message")).isEqualTo("access_denied");
        }
        peer.write(new JsonObject().put("type", "ping"));
        assertThat(peer.read().getString("type")).isEqualTo("pong");
      }
      assertThat(seen).hasValue(0);
    }
  }

  static Stream<Arguments> subscriptions() {
    return Stream.of(
        Arguments.of("web", Addresses.eventsOf("web"), true),
        Arguments.of("web", Addresses.linesOf("web"), true),
        Arguments.of("web", Addresses.messagesOf("web"), true),
        Arguments.of("web", Addresses.eventsOf("api"), false),
        Arguments.of("web", Addresses.linesOf("api"), false),
        Arguments.of("web", Addresses.messagesOf("api"), false),
        Arguments.of("web", Addresses.eventsOf("web.x"), false),
        Arguments.of("web", Addresses.EVENTS, false),
        Arguments.of("web", Addresses.USAGE, false),
        Arguments.of("web", Addresses.SETTINGS, false),
        Arguments.of("", Addresses.EVENTS, true),
        Arguments.of("", Addresses.USAGE, true),
        Arguments.of("", Addresses.eventsOf("api"), true),
        Arguments.of("", Addresses.linesOf("api"), true),
        Arguments.of("", Addresses.GOD_EVENTS, false),
        Arguments.of("", Addresses.TOKEN_REVOKED, false));
  }

  @ParameterizedTest(name = "{0} to {1}: {2}")
  @MethodSource("subscriptions")
  void tokenLimitedToAppsReceivesOnlyTheirMessages(String app, String address, boolean allowed)
      throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      String[] apps = app.isEmpty() ? new String[0] : new String[] {app};
      try (var peer = Peer.tcp(bridge.port(), bridge.token("ci", Role.READ, apps))) {
        peer.write(Peer.register(address));
        if (allowed) {
          peer.write(new JsonObject().put("type", "ping"));
          assertThat(peer.read().getString("type")).isEqualTo("pong");
        } else {
          assertThat(peer.read().getString("message")).isEqualTo("access_denied");
        }
        publish(bridge, address);
        peer.write(new JsonObject().put("type", "ping"));
        assertThat(peer.read().getString("type")).isEqualTo(allowed ? "message" : "pong");
      }
    }
  }

  /// Publishes a message for subscribers of `address`. Events of an app are published with all
  /// others, and the bridge selects them.
  private static void publish(BridgeHarness bridge, String address) {
    var body = new JsonObject().put("secret", 1).put("seq", 1);
    Addresses.appOfEvents(address).ifPresent(app -> body.put("app", app));
    String where = Addresses.appOfEvents(address).map(_ -> Addresses.EVENTS).orElse(address);
    bridge.vertx.eventBus().publish(where, body);
  }

  @Test
  void refusedRequestsAreAudited() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      List<AuditRecord> audited = new CopyOnWriteArrayList<>();
      BridgeHarness.await(
          bridge
              .vertx
              .eventBus()
              .<AuditRecord>consumer(Addresses.AUDIT, message -> audited.add(message.body()))
              .completion());
      try (var peer = Peer.tcp(bridge.port(), bridge.token("ci", Role.READ, "web"))) {
        peer.write(Peer.register(Addresses.USAGE));
        assertThat(peer.read().getString("problem")).contains("ci has access to only some of them");
      }
      Peer.tcp(bridge.port(), "jpm_" + "A".repeat(43)).readToTheEnd();
      Eventually.await("both refusals are audited", TIMEOUT, () -> audited.size() == 2);
      assertThat(audited.getFirst().who().name()).isEqualTo("ci");
      assertThat(audited.getFirst().verb()).isEqualTo("subscribe");
      assertThat(audited.getLast().verb()).isEqualTo("connect");
      assertThat(audited.getLast().result()).isEqualTo("refused: wrong token");
    }
  }

  @Test
  void peerCannotContinueTheExchangeOfAnotherPeer() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      var continued = new AtomicInteger();
      BridgeHarness.await(
          bridge
              .vertx
              .eventBus()
              .consumer(
                  Addresses.CONSOLE,
                  message ->
                      message
                          .replyAndRequest(new JsonObject())
                          .onSuccess(_ -> continued.incrementAndGet()))
              .completion());
      String admin = bridge.token("admin", Role.ADMIN);
      try (var one = Peer.tcp(bridge.port(), admin);
          var two = Peer.tcp(bridge.port(), admin);
          var low = Peer.tcp(bridge.port(), bridge.token("low", Role.READ))) {
        one.write(Peer.send(Addresses.CONSOLE, "1", new JsonObject()));
        String next = one.read().getString("replyAddress");
        for (Peer other : List.of(two, low)) {
          for (JsonObject attempt :
              List.of(
                  Peer.send(next, "2", new JsonObject()),
                  Peer.publish(next, new JsonObject()),
                  Peer.register(next))) {
            other.write(attempt);
            assertThat(other.read().getString("message")).isEqualTo("access_denied");
          }
        }
        assertThat(continued).hasValue(0);
        one.write(Peer.send(next, "3", new JsonObject()));
        Eventually.await(
            "the peer continues its own exchange", TIMEOUT, () -> continued.get() == 1);
      }
    }
  }

  @Test
  void bytesAfterAnInvalidTokenNeverReachTheBus() throws IOException {
    long seed = Long.getLong("jpm.seed", 20261122);
    var random = new SplittableRandom(seed);
    try (var bridge = BridgeHarness.settings(home).authTimeout(Duration.ofMillis(300)).start()) {
      AtomicInteger seen = countMessages(bridge, Addresses.COMMAND);
      String secret = bridge.token("ci", Role.ADMIN);
      for (int i = 0; i < 150; i++) {
        byte[] credential = mutated(random, secret);
        try (var peer = Peer.tcp(bridge.port())) {
          peer.write(Peer.concat(credential, Peer.frame(Peer.publish(Addresses.COMMAND, 1))));
          peer.readToTheEnd();
        } catch (IOException closed) {
          assertThat(closed).isNotInstanceOf(EOFException.class);
        }
      }
      assertThat(seen).as("seed %d", seed).hasValue(0);
      try (var peer = Peer.tcp(bridge.port(), secret)) {
        peer.write(new JsonObject().put("type", "ping"));
        assertThat(peer.read().getString("type")).isEqualTo("pong");
      }
    }
  }

  /// Returns a credential with one changed bit that is not valid.
  private static byte[] mutated(SplittableRandom random, String secret) {
    byte[] whole = Peer.credential(secret);
    byte[] changed = whole.clone();
    // The secret's last digit has two bits that Base64 ignores, but a digest does not.
    int at = random.nextInt(whole.length);
    changed[at] = (byte) (changed[at] ^ (1 << random.nextInt(7)));
    String text = new String(changed, 4, changed.length - 4, StandardCharsets.UTF_8);
    boolean means =
        at >= 4
            && text.contains("\"" + secret + "\"")
            && text.contains("\"auth\"")
            && text.contains("\"type\"")
            && text.contains("\"token\"");
    return means ? Peer.length(0) : changed;
  }

  @Test
  @Tag("slow")
  void disconnectedPeersLeaveNoMemoryInUse() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      echoCallers(bridge);
      String secret = bridge.token("ci", Role.READ);
      connectAndDisconnect(bridge, secret, 100);
      long before = usedMemory();
      connectAndDisconnect(bridge, secret, 600);
      Assertions.assertThat(usedMemory() - before).as("bytes").isLessThan(4L << 20);
      assertThat(Files.size(home.resolve("tokens.json"))).isLessThan(1000);
    }
  }

  private static void connectAndDisconnect(BridgeHarness bridge, String secret, int times)
      throws IOException {
    for (int i = 0; i < times; i++) {
      try (var peer = Peer.tcp(bridge.port(), i % 2 == 0 ? secret : "jpm_" + "A".repeat(43))) {
        if (i % 2 == 0) {
          peer.write(request());
          assertThat(peer.read().getString("type")).isEqualTo("message");
        } else {
          assertThat(peer.readToTheEnd()).isZero();
        }
      }
    }
  }

  private static long usedMemory() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
