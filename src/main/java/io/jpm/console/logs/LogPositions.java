package io.jpm.console.logs;

import io.jpm.bus.logs.LogPosition;
import io.jpm.console.cli.CommandFailure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/// The positions up to which a client has printed the logs that it follows. As a mark
/// ([io.jpm.wire.ConsoleChunk.Marked]) they outlive the daemon: the next one goes on behind them.
///
/// Owned by the session's context.
final class LogPositions {
  /// More than the positions of a thousand logs need.
  private static final int MOST_BYTES = 4 << 20;

  private final Instant began;
  private final Map<Path, LogPosition> all = new LinkedHashMap<>();

  /// @param began when the client began to follow: of logs without a position everything that was
  ///   written since then is new
  LogPositions(Instant began) {
    this.began = began;
  }

  Instant began() {
    return began;
  }

  Optional<LogPosition> of(Path log) {
    return Optional.ofNullable(all.get(log));
  }

  void moveTo(LogPosition position) {
    all.put(position.log(), position);
  }

  /// Gives the mark of the positions as they are now.
  Supplier<String> mark() {
    List<LogPosition> now = List.copyOf(all.values());
    return () -> encoded(began, now);
  }

  private static String encoded(Instant began, List<LogPosition> positions) {
    var logs = new JsonArray();
    positions.forEach(position -> logs.add(json(position)));
    String text = new JsonObject().put("began", began.toEpochMilli()).put("logs", logs).encode();
    var packed = new ByteArrayOutputStream();
    try (var out = new DeflaterOutputStream(packed)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException impossible) {
      throw new IllegalStateException("memory takes everything", impossible);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(packed.toByteArray());
  }

  /// Reads a mark back.
  ///
  /// @throws CommandFailure when it is none
  static LogPositions fromMark(String mark) {
    try (var in =
        new InflaterInputStream(new ByteArrayInputStream(Base64.getUrlDecoder().decode(mark)))) {
      byte[] text = in.readNBytes(MOST_BYTES);
      var json = new JsonObject(new String(text, StandardCharsets.UTF_8));
      var places = new LogPositions(Instant.ofEpochMilli(json.getLong("began")));
      json.getJsonArray("logs").forEach(position -> places.moveTo(position((JsonObject) position)));
      return places;
    } catch (IOException | RuntimeException malformed) {
      throw new CommandFailure("resume: not a mark of jpm logs: run the command again");
    }
  }

  private static JsonObject json(LogPosition position) {
    var json =
        new JsonObject()
            .put("log", position.log().toString())
            .put("offset", position.offset())
            .put("seen", position.seen());
    return switch (position.part()) {
      case LogPosition.Rotated(Instant at) -> json.put("rotated", at.toString());
      case LogPosition.Active(Instant after, String key) ->
          json.put("after", after.toString()).put("key", key);
    };
  }

  private static LogPosition position(JsonObject json) {
    LogPosition.Part part =
        json.containsKey("rotated")
            ? new LogPosition.Rotated(Instant.parse(json.getString("rotated")))
            : new LogPosition.Active(Instant.parse(json.getString("after")), json.getString("key"));
    return new LogPosition(
        Path.of(json.getString("log")), part, json.getLong("offset"), json.getLong("seen"));
  }
}
