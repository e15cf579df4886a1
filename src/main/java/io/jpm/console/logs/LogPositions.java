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

/// The positions up to which a client has printed the logs that it follows. The client receives
/// them as a resume mark ([io.jpm.wire.ConsoleChunk.Marked]). If the daemon dies, the next daemon
/// continues from these positions.
///
/// Confined to the session's context.
final class LogPositions {
  /// The maximum size of a decoded mark. It suffices for the positions of more than 1000 logs.
  private static final int MOST_BYTES = 4 << 20;

  private final Instant began;
  private final Map<Path, LogPosition> all = new LinkedHashMap<>();

  /// @param began the time at which the client started to follow; logs without a position are
  ///   printed from this time on
  LogPositions(Instant began) {
    this.began = began;
  }

  Instant startedAt() {
    return began;
  }

  Optional<LogPosition> of(Path log) {
    return Optional.ofNullable(all.get(log));
  }

  void advance(LogPosition position) {
    all.put(position.log(), position);
  }

  /// Returns a supplier that encodes the current positions as a resume mark.
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
      throw new IllegalStateException("writing to memory failed", impossible);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(packed.toByteArray());
  }

  /// Decodes a resume mark.
  ///
  /// @throws CommandFailure if the mark is not valid
  static LogPositions fromMark(String mark) {
    try (var in =
        new InflaterInputStream(new ByteArrayInputStream(Base64.getUrlDecoder().decode(mark)))) {
      byte[] text = in.readNBytes(MOST_BYTES);
      var json = new JsonObject(new String(text, StandardCharsets.UTF_8));
      var places = new LogPositions(Instant.ofEpochMilli(json.getLong("began")));
      json.getJsonArray("logs")
          .forEach(position -> places.advance(position((JsonObject) position)));
      return places;
    } catch (IOException | RuntimeException malformed) {
      throw new CommandFailure(
          "cannot resume jpm logs, because the position is not valid: run the command again");
    }
  }

  private static JsonObject json(LogPosition position) {
    var json =
        new JsonObject()
            .put("log", position.log().toString())
            .put("offset", position.offset())
            .put("seen", position.scannedTo());
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
