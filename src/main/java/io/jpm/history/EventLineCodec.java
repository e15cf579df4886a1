package io.jpm.history;

import io.jpm.wire.EventMessage;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Encodes events as lines of a file and decodes them. Lines that are not events (incomplete,
/// damaged, or written by another program) are skipped.
final class EventLineCodec {
  /// The maximum number of bytes read from a file. jpm never writes larger segments. If a file is
  /// larger anyway, the excess is ignored.
  private static final int MOST_BYTES = 4 << 20;

  private static final String BEGIN = "{\"v\":1,\"seq\":";

  private EventLineCodec() {}

  static byte[] encode(EventMessage event) {
    return (event.toJson().encode() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  static Optional<EventMessage> decode(String line) {
    try {
      EventMessage event = EventMessage.fromJson(new JsonObject(line));
      return event.seq() < EventSegment.END_OF_NUMBERS ? Optional.of(event) : Optional.empty();
    } catch (DecodeException | IllegalArgumentException | ClassCastException damaged) {
      return Optional.empty();
    }
  }

  /// Reports whether `line` may be an event with a number above `seq`; returns true if in doubt.
  /// This check is cheap, so a reader of a long history does not have to parse the lines that it
  /// skips.
  static boolean mayBeAfter(String line, long seq) {
    int end = line.indexOf(',', BEGIN.length());
    if (!line.startsWith(BEGIN) || end < 0 || end - BEGIN.length() > 16) {
      return true;
    }
    try {
      return Long.parseLong(line, BEGIN.length(), end, 10) > seq;
    } catch (NumberFormatException damaged) {
      return true;
    }
  }

  /// Returns the complete lines of a file, that is, those terminated by a line feed. A line that a
  /// daemon is still writing, or was writing when it was killed, is incomplete.
  static List<String> readLines(Path file) throws IOException {
    String text;
    try (InputStream stream = Files.newInputStream(file)) {
      text = new String(stream.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
    }
    List<String> lines = new ArrayList<>();
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      lines.add(text.substring(from, end));
      from = end + 1;
    }
    return lines;
  }

  /// Returns the last event in a file.
  static Optional<EventMessage> last(Path file) throws IOException {
    return readLines(file).reversed().stream()
        .map(EventLineCodec::decode)
        .flatMap(Optional::stream)
        .findFirst();
  }
}
