package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Principal;
import io.jpm.testing.Eventually;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FeedTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String TOKEN = "Authorization: Bearer right";

  private final Vertx vertx = Vertx.vertx();
  private final AtomicBoolean over = new AtomicBoolean();
  private int port;

  @BeforeEach
  void begin() throws Exception {
    Router router = Router.router(vertx);
    router.route().handler(this::flood);
    port =
        vertx
            .createHttpServer(WebServer.options())
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .await(20, TimeUnit.SECONDS)
            .actualPort();
  }

  @AfterEach
  void end() throws Exception {
    vertx.close().await(20, TimeUnit.SECONDS);
  }

  /// Sends as much as the client takes, for ever.
  private void flood(RoutingContext context) {
    var doorman =
        new Doorman(
            secret -> Future.succeededFuture(Optional.of(Principal.OWNER)),
            new Sessions(System::nanoTime),
            1);
    new Access(Principal.OWNER, false, "127.0.0.1").keepIn(context);
    var feed = new Feed(vertx, context, doorman, Duration.ofMillis(100));
    feed.whenOver(() -> over.set(true));
    fill(feed);
  }

  private static void fill(Feed feed) {
    while (!feed.isBehind()) {
      feed.send("much", 0, new JsonObject().put("text", "x".repeat(10_000)));
    }
    feed.whenRead(() -> fill(feed));
  }

  @Test
  void whoReadsNothingIsCutOff() throws Exception {
    try (var http = new Http(port)) {
      http.send(port, "GET /", "", TOKEN);
      Eventually.await("it is cut off", LIMIT, over::get);
    }
  }

  @Test
  void whoGoesOnReadingIsNot() throws Exception {
    try (var http = new Http(port)) {
      http.send(port, "GET /", "", TOKEN);
      assertThat(http.head().status()).isEqualTo(200);
      long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (System.nanoTime() - end < 0) {
        assertThat(http.chunk()).isNotEmpty();
      }
      assertThat(over).isFalse();
    }
  }
}
