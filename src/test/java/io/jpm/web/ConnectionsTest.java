package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.access.RefusalLog;
import io.jpm.testing.Patience;
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
class ConnectionsTest {
  private final Vertx vertx = Vertx.vertx();
  private int port;

  @BeforeEach
  void begin() throws Exception {
    Router router = Router.router(vertx);
    var connections =
        new Connections(
            vertx,
            4,
            Duration.ofMillis(300),
            Duration.ofSeconds(30),
            new RefusalLog(vertx, System.getLogger("jpm.web")));
    router.route().handler(connections::began);
    router.route().handler(BodyHandler.create(false));
    router.route("/now").handler(context -> context.response().end("done"));
    router
        .route("/later")
        .handler(context -> vertx.setTimer(900, _ -> context.response().end("done")));
    port =
        vertx
            .createHttpServer(WebServer.options())
            .connectionHandler(connections::opened)
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .await(Patience.seconds(20), TimeUnit.SECONDS)
            .actualPort();
  }

  @AfterEach
  void end() throws Exception {
    vertx.close().await(Patience.seconds(20), TimeUnit.SECONDS);
  }

  @Test
  void whoSaysNothingIsCutOff() throws Exception {
    try (var http = new Http(port)) {
      assertThat(http.isEnded()).isTrue();
    }
  }

  @Test
  void whoDripsTheHeadIsCutOff() throws Exception {
    try (var http = new Http(port)) {
      http.raw("GET /now HTTP/1.1\r\nHost: x\r\nX: ");
      assertThat(http.isEnded()).isTrue();
    }
  }

  @Test
  void whoDripsTheSecondHeadIsCutOff() throws Exception {
    try (var http = new Http(port)) {
      http.send(port, "GET /now", "");
      assertThat(http.reply().body()).isEqualTo("done");
      http.raw("GET /now HT");
      assertThat(http.isEnded()).isTrue();
    }
  }

  @Test
  void whoDripsTheBodyIsCutOff() throws Exception {
    try (var http = new Http(port)) {
      http.raw("POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na");
      assertThat(http.isEnded()).isTrue();
    }
  }

  @Test
  void anAnswerMayTakeLonger() throws Exception {
    assertThat(Http.get(port, "/later").body()).isEqualTo("done");
  }
}
