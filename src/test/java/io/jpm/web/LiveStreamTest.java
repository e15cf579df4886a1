package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.testing.Eventually;
import io.jpm.wire.EventMessage;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests the stream that a page of the dashboard uses, with fakes of the other verticles.
@Timeout(60)
class LiveStreamTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String PATH = "/api/v1/live/stream";

  @TempDir Path home;
  private final Map<Integer, JsonObject> instances = new ConcurrentSkipListMap<>();
  private final List<EventMessage> kept = new CopyOnWriteArrayList<>();
  private final AtomicInteger listQueries = new AtomicInteger();
  private WebDaemon daemon;
  private int port;

  @BeforeEach
  void begin() throws Exception {
    daemon = new WebDaemon(home);
    daemon.vertx.eventBus().<JsonObject>consumer(Addresses.COMMAND, this::answer);
    put(0, "web", "online");
    put(1, "api", "online");
    port = daemon.port();
  }

  @AfterEach
  void end() throws Exception {
    daemon.close();
  }

  private void put(int id, String app, String status) {
    instances.put(id, new JsonObject().put("id", id).put("app", app).put("status", status));
  }

  private void answer(Message<JsonObject> message) {
    var reply = new JsonObject().put("v", 1).put("ok", true);
    switch (message.body().getString("verb")) {
      case "list" -> {
        listQueries.incrementAndGet();
        var all = new JsonArray();
        instances.values().forEach(it -> all.add(it.copy()));
        message.reply(reply.put("instances", all));
      }
      case "events" -> {
        long after = message.body().getLong("after");
        var found = new JsonArray();
        kept.stream().filter(it -> it.seq() > after).forEach(it -> found.add(it.toJson()));
        message.reply(reply.put("events", found).put("forgotten", 0));
      }
      default -> message.fail(1, "nobody asks for that");
    }
  }

  private void publish(long seq, String app) {
    var event =
        new EventMessage(
            seq, "online", app, 0, 7, "online", 0, "", 1, OptionalInt.empty(), Optional.empty());
    kept.add(event);
    daemon.vertx.eventBus().publish(Addresses.EVENTS, event.toJson());
  }

  private Http stream(String query, String... headers) throws IOException {
    var http = new Http(port);
    http.send(port, "GET " + PATH + query, "", headers);
    assertThat(http.head().status()).isEqualTo(200);
    assertThat(http.chunk()).isEqualTo(": jpm\n\n");
    return http;
  }

  /// Returns the body of the next message of this kind; messages of other kinds are skipped.
  private static JsonObject next(Http http, String kind) throws IOException {
    for (String chunk = http.chunk(); !chunk.isEmpty(); chunk = http.chunk()) {
      if (chunk.contains("event: " + kind + "\n")) {
        return new JsonObject(chunk.substring(chunk.indexOf("data: ") + 6));
      }
    }
    throw new AssertionError("the stream ended without " + kind);
  }

  private static List<Integer> ids(JsonObject body) {
    return body.getJsonArray("instances").stream()
        .map(it -> ((JsonObject) it).getInteger("id"))
        .toList();
  }

  @Test
  void fullListIsSentFirstAndThenTheChanges() throws Exception {
    try (Http http = stream("", WebDaemon.OWNER)) {
      assertThat(ids(next(http, "instances"))).containsExactly(0, 1);
      put(1, "api", "stopped");
      put(2, "new", "launching");
      publish(1, "api");
      JsonObject changed = next(http, "changed");
      assertThat(ids(changed)).containsExactly(1, 2);
      assertThat(changed.getJsonArray("gone")).isEmpty();
      instances.remove(0);
      publish(2, "web");
      JsonObject gone = next(http, "changed");
      assertThat(ids(gone)).isEmpty();
      assertThat(gone.getJsonArray("gone")).containsExactly(0);
    }
  }

  @Test
  @Tag("slow")
  void changeWithoutAnEventIsSentToo() throws Exception {
    try (Http http = stream("", WebDaemon.OWNER)) {
      next(http, "instances");
      put(0, "web", "waiting restart");
      assertThat(ids(next(http, "changed"))).containsExactly(0);
    }
  }

  @Test
  void tokenLimitedToAppsSeesOnlyTheseApps() throws Exception {
    try (Http http = stream("?after=0", WebDaemon.OF_WEB)) {
      assertThat(ids(next(http, "instances"))).containsExactly(0);
      instances.remove(1);
      publish(1, "api");
      put(0, "web", "stopped");
      put(3, "api", "online");
      publish(2, "web");
      assertThat(next(http, "event").getLong("seq")).isEqualTo(2);
      JsonObject changed = next(http, "changed");
      assertThat(ids(changed)).containsExactly(0);
      assertThat(changed.getJsonArray("gone")).isEmpty();
    }
  }

  @Test
  void streamContainsUsageAndResumesTheEvents() throws Exception {
    kept.add(
        new EventMessage(
            7, "exit", "web", 0, 7, "online", 0, "", 1, OptionalInt.of(1), Optional.empty()));
    try (Http http = stream("?after=3", WebDaemon.OWNER, "Last-Event-ID: 6")) {
      assertThat(next(http, "event").getLong("seq")).isEqualTo(7);
      daemon
          .vertx
          .eventBus()
          .publish(Addresses.USAGE, new JsonObject("{\"v\":1,\"at\":1,\"instances\":[]}"));
      assertThat(next(http, "usage").getLong("at")).isEqualTo(1);
      publish(8, "web");
      assertThat(next(http, "event").getLong("seq")).isEqualTo(8);
    }
  }

  @Test
  void allPagesShareOneQueryAndWithoutPagesThereIsNone() throws Exception {
    try (Http one = stream("", WebDaemon.OWNER);
        Http two = stream("", WebDaemon.OF_WEB)) {
      next(one, "instances");
      next(two, "instances");
      int before = listQueries.get();
      put(0, "web", "stopped");
      for (int n = 1; n <= 50; n++) {
        publish(n, "web");
      }
      next(one, "changed");
      next(two, "changed");
      assertThat(listQueries.get() - before).isBetween(1, 5);
    }
    Eventually.await(
        "the list is no longer requested",
        TIMEOUT,
        () -> {
          int before = listQueries.get();
          publish(100 + before, "web");
          Thread.onSpinWait();
          return isQuietAfter(before);
        });
  }

  /// Reports whether no list was requested, although an event was published and more than a pause
  /// has passed.
  private boolean isQuietAfter(int before) {
    long end = System.nanoTime() + InstanceStreamer.PAUSE.multipliedBy(3).toNanos();
    Eventually.await(
        "the pause has passed",
        TIMEOUT,
        () -> System.nanoTime() > end || listQueries.get() > before);
    return listQueries.get() == before;
  }

  @Test
  void unauthenticatedAndInvalidRequestsAreRefused() throws Exception {
    assertThat(Http.get(port, PATH).status()).isEqualTo(401);
    assertThat(Http.get(port, PATH + "?after=x", WebDaemon.OWNER).status()).isEqualTo(400);
    assertThat(Http.get(port, PATH + "?app=web", WebDaemon.OWNER).status()).isEqualTo(400);
    assertThat(Http.get(port, PATH, WebDaemon.OWNER, "Last-Event-ID: x").status()).isEqualTo(400);
    String cookie = daemon.logIn(port);
    assertThat(Http.get(port, PATH, cookie).status()).as("refused to other pages").isEqualTo(403);
    try (Http http = stream("", cookie, "Sec-Fetch-Site: same-origin")) {
      assertThat(ids(next(http, "instances"))).containsExactly(0, 1);
    }
  }

  @Test
  void sessionListsTheRoutesThatTheRoleAllows() throws Exception {
    JsonArray owner = Http.get(port, "/api/v1/session", WebDaemon.OWNER).json().getJsonArray("may");
    assertThat(owner).contains("restart", "delete", "apply", "start_apps");
    JsonArray reader =
        Http.get(port, "/api/v1/session", WebDaemon.READER).json().getJsonArray("may");
    assertThat(reader).contains("list", "live_stream").doesNotContain("restart", "plan", "delete");
    JsonArray operator =
        Http.get(port, "/api/v1/session", WebDaemon.OF_WEB).json().getJsonArray("may");
    assertThat(operator).contains("restart", "scale").doesNotContain("delete", "start_apps");
  }
}
