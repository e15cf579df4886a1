package io.jpm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.SystemUsage;
import io.jpm.model.process.TreeUsage;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compares `docs/bridge.schema.json` with the code from which it is generated. With
/// `-Djpm.golden.write=true`, the test writes the file.
class BridgeSchemaTest {
  private static final Path FILE = Path.of("docs/bridge.schema.json");

  @Test
  void fileEqualsTheGeneratedSchema() throws IOException {
    String schema = BridgeSchema.create().encodePrettily() + "\n";
    if (Boolean.getBoolean("jpm.golden.write")) {
      Files.writeString(FILE, schema);
    }
    assertThat(schema).isEqualTo(Files.readString(FILE));
  }

  @Test
  void publicationsMatchTheSchema() {
    var at = Instant.parse("2026-11-21T11:36:32.120Z");
    var exit =
        new EventMessage(
            17,
            "exit",
            "web",
            0,
            412,
            "launching",
            1,
            "exit 1",
            5,
            OptionalInt.of(1),
            Optional.empty());
    assertThat(BridgeSchema.accepts("event", exit.toJson())).isTrue();
    var stall = EventMessage.ofDaemon(18, "stall", 4, "2 s", 6);
    assertThat(BridgeSchema.accepts("event", stall.toJson())).isTrue();
    var gap = new EventStreamNotice.Gap(4711, 120).toJson();
    assertThat(BridgeSchema.accepts("gap", gap)).isTrue();
    assertThat(BridgeSchema.accepts("event", gap)).isFalse();
    var reset = new EventStreamNotice.Reset(4711, 12).toJson();
    assertThat(BridgeSchema.accepts("reset", reset)).isTrue();
    assertThat(BridgeSchema.accepts("gap", reset)).isFalse();
    var lines =
        new LinesMessage(
            "web", 1, 0, List.of(new LinesMessage.Line(0, "out", at, "x", true, true, 7)));
    assertThat(BridgeSchema.accepts("lines", lines.toJson())).isTrue();
    assertThat(BridgeSchema.accepts("lines", lines.toJson().put("first", "one"))).isFalse();
    var settings =
        new SettingsMessage(
            List.of(new SettingsMessage.Change("bridge.port", "0", "9000", false)), List.of());
    assertThat(BridgeSchema.accepts("settings", settings.toJson())).isTrue();
    var tree = new TreeUsage(3, 54, 14, List.of(), TreeUsage.Files.UNKNOWN, OptionalLong.empty());
    var usage =
        new UsageMessage(
            1,
            Optional.<SystemUsage>empty(),
            0.5,
            List.of(new UsageMessage.InstanceUsage("web", 0, 7, 1.5, tree)));
    assertThat(BridgeSchema.accepts("usage", usage.toJson())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"v\":2,\"verb\":\"ping\"}",
        "{\"v\":1,\"verb\":\"dance\"}",
        "{\"v\":1,\"verb\":\"ping\",\"targets\":[\"a\"]}",
        "{\"v\":1,\"verb\":\"stop\"}",
        "{\"v\":1,\"verb\":\"stop\",\"targets\":[]}",
        "{\"v\":1,\"verb\":\"stop\",\"targets\":\"web\"}",
        "{\"v\":1,\"verb\":\"scale\",\"target\":\"web\"}",
        "{\"v\":1,\"verb\":\"scale\",\"target\":\"web\",\"to\":1,\"by\":1}",
        "{\"v\":1,\"verb\":\"start\",\"apps\":[{}]}",
        "{\"v\":1,\"verb\":\"start\",\"targets\":[\"a\"],\"apps\":[{}],\"cwd\":\"/\"}"
      })
  void invalidRequestsDoNotMatchTheSchema(String body) {
    assertThat(BridgeSchema.accepts("request", new JsonObject(body))).isFalse();
  }
}
