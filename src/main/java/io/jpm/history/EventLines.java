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

/// Events as lines of a file. Whatever is no event — torn, damaged, written by somebody else — is
/// passed over.
final class EventLines {
  /// No segment of ours is larger; of another's file the rest is not looked at.
  private static final int MOST_BYTES = 4 << 20;

  private static final String BEGIN = "{\"v\":1,\"seq\":";

  private EventLines() {}

  static byte[] encode(EventMessage event) {
    return (event.toJson().encode() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  static Optional<EventMessage> decode(String line) {
    try {
      EventMessage event = EventMessage.fromJson(new JsonObject(line));
      return event.seq() < Segment.END_OF_NUMBERS ? Optional.of(event) : Optional.empty();
    } catch (DecodeException | IllegalArgumentException | ClassCastException damaged) {
      return Optional.empty();
    }
  }

  /// Whether `line`, when it is an event at all, may have a number above `seq`. Cheap: reading on
  /// in a long history should not parse what it passes over.
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

  /// The whole lines of a file, each ended by a line feed: what a daemon was writing when it was
  /// killed, or is writing now, is none yet.
  static List<String> in(Path file) throws IOException {
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

  /// The last event of a file.
  static Optional<EventMessage> last(Path file) throws IOException {
    return in(file).reversed().stream()
        .map(EventLines::decode)
        .flatMap(Optional::stream)
        .findFirst();
  }
}
