package io.jpm.logs.write;

import io.jpm.model.text.TimePattern;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;

/// Encodes a log line as a JSON object with the keys of PM2. Bytes that are not valid UTF-8 become
/// U+FFFD. A piece of a line is marked with `"partial":true`.
final class JsonLineEncoder implements LineLayout.LineEncoder {
  private static final byte[] HEAD = ascii("{\"message\":\"");
  private static final byte[] PARTIAL = ascii(",\"partial\":true}\n");
  private static final byte[] WHOLE = ascii("}\n");
  private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

  private final Optional<TimePattern> pattern;
  private final byte[] about;
  private byte[] tail = {};
  private long millis = Long.MIN_VALUE;

  /// @param pattern the format of the time; empty for ISO 8601
  /// @param error whether the stream is standard error
  /// @param id the id of the instance
  /// @param app the app's name
  JsonLineEncoder(Optional<TimePattern> pattern, boolean error, String id, String app) {
    this.pattern = pattern;
    ByteBuffer name = ByteBuffer.allocate(app.length() * 18 + 128);
    name.put(ascii("\",\"type\":\"" + (error ? "err" : "out") + "\",\"process_id\":" + id));
    name.put(ascii(",\"app_name\":\""));
    byte[] text = app.getBytes(StandardCharsets.UTF_8);
    escaped(text, 0, text.length, name);
    name.put((byte) '"').flip();
    this.about = new byte[name.remaining()];
    name.get(about);
  }

  @Override
  public void setTime(Instant at) {
    if (at.toEpochMilli() != millis) {
      millis = at.toEpochMilli();
      String time =
          pattern
              .map(it -> it.format(at, ZoneId.systemDefault()))
              .orElseGet(() -> iso(at.truncatedTo(ChronoUnit.MILLIS)));
      byte[] text = time.getBytes(StandardCharsets.UTF_8);
      ByteBuffer rest = ByteBuffer.allocate(text.length * 6 + about.length + 32);
      rest.put(ascii("\",\"timestamp\":\""));
      escaped(text, 0, text.length, rest);
      rest.put(about).flip();
      tail = new byte[rest.remaining()];
      rest.get(tail);
    }
  }

  /// Returns the time in ISO 8601 format, always with milliseconds, as in JavaScript.
  private static String iso(Instant at) {
    String text = at.toString();
    return text.contains(".") ? text : text.replace("Z", ".000Z");
  }

  @Override
  public int maxBytes(int length) {
    return HEAD.length + 6 * length + tail.length + PARTIAL.length;
  }

  @Override
  public void encode(byte[] text, int from, int to, boolean whole, ByteBuffer out) {
    boolean crLf = whole && to > from && text[to - 1] == '\r';
    out.put(HEAD);
    escaped(text, from, crLf ? to - 1 : to, out);
    out.put(tail).put(whole ? WHOLE : PARTIAL);
  }

  private static void escaped(byte[] text, int from, int to, ByteBuffer out) {
    int at = from;
    while (at < to) {
      int plain = at;
      while (plain < to && isPlain(text[plain])) {
        plain++;
      }
      out.put(text, at, plain - at);
      at = plain;
      if (at < to && text[at] >= 0) {
        ascii(text[at], out);
        at++;
      } else if (at < to) {
        int size = characterBytes(text, at, to);
        if (size == 0) {
          out.put(REPLACEMENT);
          at++;
        } else {
          out.put(text, at, size);
          at += size;
        }
      }
    }
  }

  /// Reports whether a byte needs no escape in JSON: printable ASCII except quote and backslash.
  private static boolean isPlain(byte b) {
    return b >= 0x20 && b != '"' && b != '\\' && b != 0x7F;
  }

  private static void ascii(int b, ByteBuffer out) {
    switch (b) {
      case '"', '\\' -> out.put((byte) '\\').put((byte) b);
      case '\n' -> out.put((byte) '\\').put((byte) 'n');
      case '\r' -> out.put((byte) '\\').put((byte) 'r');
      case '\t' -> out.put((byte) '\\').put((byte) 't');
      default -> out.put(ascii("\\u00" + HexFormat.of().toHexDigits((byte) b)));
    }
  }

  /// Returns the length of the UTF-8 character at `i` (RFC 3629); 0 if it is not valid.
  private static int characterBytes(byte[] text, int i, int length) {
    int first = text[i] & 0xFF;
    int size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || i + size > length) {
      return 0;
    }
    for (int k = 1; k < size; k++) {
      if ((text[i + k] & 0xC0) != 0x80) {
        return 0;
      }
    }
    int second = text[i + 1] & 0xFF;
    boolean valid =
        switch (first) {
          case 0xE0 -> second >= 0xA0; // overlong form
          case 0xED -> second < 0xA0; // a surrogate
          case 0xF0 -> second >= 0x90;
          case 0xF4 -> second < 0x90; // above U+10FFFF
          default -> true;
        };
    return valid ? size : 0;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
