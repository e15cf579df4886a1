package io.jpm.bridge;

import io.jpm.access.TokenVerticle;
import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.access.AccessCommand;
import io.jpm.bus.access.AccessReply;
import io.jpm.model.access.Role;
import io.jpm.testing.LogLines;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A bridge with its own Vert.x and home, and its log.
final class BridgeHarness implements AutoCloseable {
  static final String TOKEN = "0123456789abcdef".repeat(4);
  static final String WRONG_TOKEN = "f".repeat(64);
  static final Duration TIMEOUT = Duration.ofSeconds(20);

  final Vertx vertx = Vertx.vertx();
  final LogLines log = new LogLines("jpm.bridge");
  final BridgeSettings settings;
  volatile PeerCredentials owners = PeerCredentials.UNKNOWN;
  private boolean withTokens;

  private BridgeHarness(BridgeSettings settings) {
    this.settings = settings;
    BusCodec.install(vertx);
  }

  static Settings settings(Path home) {
    return new Settings(home);
  }

  static BridgeHarness start(Path home) {
    return settings(home).start();
  }

  String deploy() {
    return await(
        vertx.deployVerticle(
            new BridgeVerticle(settings, System::nanoTime, port -> owners.ownersPorts(port))));
  }

  int port() throws IOException {
    return Integer.parseInt(Files.readString(settings.portFile()).strip());
  }

  Peer authenticated() throws IOException {
    return Peer.tcp(port(), TOKEN);
  }

  /// Returns the secret of a new token. The first call deploys the token verticle.
  String token(String name, Role role, String... apps) {
    var create = new AccessCommand.Create(name, role, Set.of(apps), Optional.empty());
    return ((AccessReply.Created) tokenCommand(create)).secret();
  }

  AccessReply tokenCommand(AccessCommand command) {
    if (!withTokens) {
      withTokens = true;
      Path file = settings.socket().resolveSibling("tokens.json");
      await(vertx.deployVerticle(new TokenVerticle(file, InstantSource.system())));
    }
    return await(vertx.eventBus().<AccessReply>request(Addresses.ACCESS_COMMAND, command)).body();
  }

  static <T> T await(Future<T> future) {
    try {
      return future.await(TestDeadline.scaledSeconds(TIMEOUT.toSeconds()), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError("not within " + TIMEOUT, late);
    }
  }

  @Override
  public void close() {
    await(vertx.close());
    log.close();
  }

  /// Settings with defaults, of which a test changes what it needs.
  static final class Settings {
    private final Path home;
    int port = 0;
    Duration authTimeout = Duration.ofSeconds(10);
    Duration slowPeerTimeout = Duration.ofSeconds(10);
    int maxConnections = BridgeSettings.DEFAULT_MAX_CONNECTIONS;
    int maxUnauthenticated = BridgeSettings.DEFAULT_MAX_UNAUTHENTICATED;

    Settings(Path home) {
      this.home = home;
    }

    BridgeSettings.Limits limits = BridgeSettings.Limits.DEFAULT;
    Optional<TlsListenerSettings> remote = Optional.empty();

    Settings limits(int subscriptions, int requestsPerSecond) {
      limits = new BridgeSettings.Limits(subscriptions, requestsPerSecond);
      return this;
    }

    Settings remote(TlsListenerSettings value) {
      remote = Optional.of(value);
      return this;
    }

    Settings port(int value) {
      port = value;
      return this;
    }

    Settings authTimeout(Duration value) {
      authTimeout = value;
      return this;
    }

    Settings slowPeerTimeout(Duration value) {
      slowPeerTimeout = value;
      return this;
    }

    Settings maxConnections(int value) {
      maxConnections = value;
      return this;
    }

    Settings maxUnauthenticated(int value) {
      maxUnauthenticated = value;
      return this;
    }

    BridgeSettings build() {
      return new BridgeSettings(
          home.resolve("bridge.sock"),
          home.resolve("bridge.port"),
          "127.0.0.1",
          port,
          TOKEN,
          authTimeout,
          BridgeSettings.DEFAULT_MAX_FRAME_BYTES,
          slowPeerTimeout,
          maxConnections,
          maxUnauthenticated,
          limits,
          remote,
          List.of("in.echo", "in.count", "in.stream", Addresses.COMMAND, Addresses.CONSOLE),
          List.of(),
          List.of("out.events", Addresses.USAGE, Addresses.EVENTS, Addresses.SETTINGS),
          List.of(
              "out\\.events\\.[a-z]+",
              "jpm\\.lines\\.[a-z]+",
              Addresses.EVENTS_OF_ANY_APP,
              Addresses.MESSAGES_OF_ANY_APP));
    }

    BridgeHarness start() {
      BridgeHarness harness = new BridgeHarness(build());
      harness.deploy();
      return harness;
    }

    BridgeHarness notStarted() {
      return new BridgeHarness(build());
    }
  }
}
