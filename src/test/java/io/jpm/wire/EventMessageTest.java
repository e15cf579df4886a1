package io.jpm.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventMessageTest {
  private static final String EXIT =
      """
      {"v":1,"seq":17,"event":"exit","app":"web","id":0,"pid":412,"status":"launching",\
      "restarts":1,"reason":"exit 1 after 12 ms, restart 1/16","at":1795248000000,"exit_code":1}\
      """;

  @Test
  void jsonEqualsTheDocumentation() {
    EventMessage message = EventMessage.fromJson(new JsonObject(EXIT));
    assertThat(message)
        .isEqualTo(
            new EventMessage(
                17,
                "exit",
                "web",
                0,
                412,
                "launching",
                1,
                "exit 1 after 12 ms, restart 1/16",
                1_795_248_000_000L,
                OptionalInt.of(1),
                Optional.empty()));
    assertThat(message.toJson().encode()).isEqualTo(EXIT);
  }

  @Test
  void eventOfTheDaemonHasNoApp() {
    var json =
        new JsonObject(
            """
            {"v":1,"seq":18,"event":"heartbeat_missed","app":null,"pid":400,"reason":"late",
             "at":1795248000000}
            """);
    EventMessage message = EventMessage.fromJson(json);
    assertThat(message)
        .isEqualTo(EventMessage.ofDaemon(18, "heartbeat_missed", 400, "late", 1_795_248_000_000L));
    assertThat(message.isDaemonEvent()).isTrue();
    assertThat(message.toJson()).isEqualTo(json);
  }

  @Test
  void exitSignalIsNamedAndThereIsNoExitCode() {
    var json = new JsonObject(EXIT).put("exit_signal", "SIGKILL");
    json.remove("exit_code");
    EventMessage message = EventMessage.fromJson(json);
    assertThat(message.exitSignal()).hasValue("SIGKILL");
    assertThat(message.exitCode()).isEmpty();
    assertThat(message.toJson()).isEqualTo(json);
  }

  @Test
  void expectedExitIsMarkedAsExpected() {
    var json = new JsonObject(EXIT).put("expected", true);
    EventMessage message = EventMessage.fromJson(json);
    assertThat(message.expected()).isTrue();
    assertThat(message.withPid(412)).isEqualTo(message);
    assertThat(message.toJson()).isEqualTo(json);
    assertThat(EventMessage.fromJson(new JsonObject(EXIT)).expected()).isFalse();
  }

  @Test
  void unknownAndMissingKeysAreTolerated() {
    var json =
        new JsonObject()
            .put("v", 9)
            .put("seq", 3_000_000_000L)
            .put("event", "tomorrow")
            .put("app", "web")
            .put("new", new JsonObject().put("a", 1))
            .putNull("reason");
    EventMessage message = EventMessage.fromJson(json);
    assertThat(message.seq()).isEqualTo(3_000_000_000L);
    assertThat(message.event()).isEqualTo("tomorrow");
    assertThat(message.reason()).isEmpty();
    assertThat(message.at()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"seq\":0,\"event\":\"exit\",\"app\":\"web\"}",
        "{\"seq\":1,\"app\":\"web\"}",
        "{\"seq\":1,\"event\":\"exit\"}",
        "{\"seq\":\"1\",\"event\":\"exit\",\"app\":\"web\"}"
      })
  void incompleteEventIsRefused(String json) {
    assertThatThrownBy(() -> EventMessage.fromJson(new JsonObject(json)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("seq, event and app");
  }

  @Test
  void reasonWithInvalidCharactersCanBeEncoded() {
    EventMessage message =
        EventMessage.fromJson(new JsonObject(EXIT).put("reason", "/srv/\udcff\ud83d\ude80 é"));
    assertThat(message.reason()).isEqualTo("/srv/\ufffd\ud83d\ude80 é");
    assertThat(new JsonObject(message.toJson().toBuffer())).isEqualTo(message.toJson());
  }
}
