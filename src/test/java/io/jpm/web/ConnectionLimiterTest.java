package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.access.RefusalLog;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionLimiterTest {
  private final Vertx vertx = Vertx.vertx();
  private int port;

  @BeforeEach
  void begin() throws Exception {
    Router router = Router.router(vertx);
    var connectionLimiter =
        new ConnectionLimiter(
            vertx,
            4,
            Duration.ofMillis(300),
            Duration.ofSeconds(30),
            new RefusalLog(vertx, System.getLogger("jpm.web")));
    router.route().handler(connectionLimiter::requestStarted);
    router.route().handler(BodyHandler.create(false));
    router.route("/now").handler(context -> context.response().end("done"));
    router
        .route("/later")
        .handler(context -> vertx.setTimer(900, _ -> context.response().end("done")));
    port =
        vertx
            .createHttpServer(WebServer.options())
            .connectionHandler(connectionLimiter::connectionOpened)
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS)
            .actualPort();
  }

  @AfterEach
  void end() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
  }

  @Test
  void silentClientIsCutOff() throws Exception {
    try (var http = new Http(port)) {
      assertThat(http.isEnded()).isTrue();
    }
  }

  @Test
  void clientWithAnIncompleteHeadIsCutOff() throws Exception {
    try (var http = new Http(port)) {
      http.raw("GET /now HTTP/1.1\r\nHost: x\r\nX: ");
      assertThat(http.isEnded()).isTrue();
    }
  }

  @Test
  void clientWithAnIncompleteSecondHeadIsCutOff() throws Exception {
    try (var http = new Http(port)) {
      http.send(port, "GET /now", "");
      assertThat(http.reply().body()).isEqualTo("done");
      http.raw("GET /now HT");
      assertThat(http.isEnded()).isTrue();
    }
  }

  @Test
  void clientWithAnIncompleteBodyIsCutOff() throws Exception {
    try (var http = new Http(port)) {
      http.raw("POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na");
      assertThat(http.isEnded()).isTrue();
    }
  }

  @Test
  void answerCanTakeLongerThanTheRequest() throws Exception {
    assertThat(Http.get(port, "/later").body()).isEqualTo("done");
  }
}
