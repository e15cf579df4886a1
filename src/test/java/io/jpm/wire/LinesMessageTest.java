package io.jpm.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.wire.LinesMessage.Line;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinesMessageTest {
  private static final Instant AT = Instant.parse("2026-11-21T11:36:32.120Z");

  @Test
  void jsonEqualsTheDocumentation() {
    var message =
        new LinesMessage(
            "web",
            17,
            3,
            List.of(
                new Line(0, "out", AT.plusNanos(999), "listening on 8080", false, false),
                new Line(1, "err", AT, "mid\0dle \"€\"", true, true)));
    assertThat(message.toJson().encode())
        .isEqualTo(
            """
            {"v":1,"app":"web","first":17,"gap":3,"lines":[\
            {"id":0,"stream":"out","at":"2026-11-21T11:36:32.120Z","text":"listening on 8080"},\
            {"id":1,"stream":"err","at":"2026-11-21T11:36:32.120Z","text":"mid\\u0000dle \\"€\\"",\
            "partial":true,"rest":true}]}\
            """);
    assertThat(message.next()).isEqualTo(19);
  }

  @Test
  void roundTrip() {
    var message =
        new LinesMessage("web", 17, 3, List.of(new Line(1, "err", AT, "text", true, false)));
    assertThat(LinesMessage.fromJson(new JsonObject(message.toJson().encode()))).isEqualTo(message);
    var gap = LinesMessage.missing("web", 21, 2);
    assertThat(LinesMessage.fromJson(new JsonObject(gap.toJson().encode()))).isEqualTo(gap);
    assertThat(gap.next()).isEqualTo(21);
  }

  @Test
  void invalidMessageIsRefused() {
    assertThatThrownBy(() -> LinesMessage.fromJson(new JsonObject().put("lines", "none")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[lines]");
    assertThatThrownBy(
            () -> LinesMessage.fromJson(new JsonObject("{\"lines\":[{\"at\":\"today\"}]}")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
