package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.console.Events;
import io.jpm.console.Golden;
import io.jpm.wire.EventMessage;
import io.vertx.core.json.JsonObject;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventTextTest {
  private static final List<EventMessage> EVENTS =
      List.of(
          Events.of(7, "start", "web", 2, 0, "launching", "started by command"),
          Events.of(8, "online", "web", 2, 412, "online", "started by command"),
          Events.of(
              9,
              "exit",
              "web",
              2,
              412,
              "waiting restart",
              "exit 1 after 12 ms, restart 3/16 in 800 ms"),
          Events.of(10, "errored", "日本", 11, 0, "errored", "/x is not executable"),
          Events.of(11, "stopping", "web", 2, 4_194_303, "stopping", "stop by command"),
          Events.of(12, "stop", "web", 2, 0, "stopped", "stopped by command"),
          Events.of(13, "delete", "web", 2, 0, "stopped", ""),
          Events.of(14, "tomorrow's kind", "web", 2, 0, "new", "who knows"),
          Events.of(15, "reload", "web", 2, 415, "online", "ready after 312 ms, pid 412 drains"),
          Events.of(16, "reload_failed", "web", 3, 413, "online", "exit 1 after 12 ms"));

  @Test
  void eventsEqualTheGoldenFile() {
    Golden.check("events", new EventText(ZoneOffset.UTC, false).lines(EVENTS));
  }

  @Test
  void daemonIsShownAsJpm() {
    EventMessage missed = EventMessage.ofDaemon(1, "heartbeat_missed", 400, "late", 0);
    assertThat(new EventText(ZoneOffset.UTC, true).lines(List.of(missed)))
        .isEqualTo(
            "1970-01-01 00:00:00  jpm  pid 400  %s late\n"
                .formatted(Paint.YELLOW.on("heartbeat_missed", true)));
  }

  @Test
  void coloredEventsEqualTheGoldenFile() {
    Golden.check("events-colors", new EventText(ZoneOffset.UTC, true).lines(EVENTS));
  }

  @Test
  void timeIsInTheZoneOfTheReader() {
    assertThat(new EventText(ZoneId.of("Asia/Tokyo"), false).lines(EVENTS.subList(0, 1)))
        .isEqualTo("2026-03-04 19:00:07  web:2  start    started by command\n");
  }

  @Test
  void hostileTextCannotSteerTheTerminal() {
    EventMessage evil =
        Events.of(1, "ex\u001b[2Jit", "we\u009bb", 0, 0, "errored", "a\nb\u001b]0;x\u0007\u0085");
    String text = new EventText(ZoneOffset.UTC, false).lines(List.of(evil));
    assertThat(text)
        .isEqualTo("2026-03-04 10:00:01  we\\x9bb:0  ex\\x1b[2Jit a\\nb\\x1b]0;x\\x07\\x85\n");
    String json = EventText.json(List.of(evil));
    assertThat(json.strip().chars()).noneMatch(Character::isISOControl);
    assertThat(EventMessage.fromJson(new JsonObject(json))).isEqualTo(evil);
  }

  @Test
  void jsonEqualsTheWireFormat() {
    assertThat(EventText.json(EVENTS).lines().map(JsonObject::new))
        .isEqualTo(EVENTS.stream().map(EventMessage::toJson).toList());
  }
}
