package io.jpm.god.journal;

import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/// Reads and writes JSON that contains a checksum of itself: its first key is `crc32c`, and the
/// checksum covers every byte after the comma that follows this key. A text without the key was
/// written by an older version, or a user has removed the key after editing; it is accepted
/// unchecked.
public final class ChecksummedJson {
  private static final String KEY = "crc32c";
  private static final String BEFORE = "{\"" + KEY + "\":\"";
  private static final String AFTER = "\",";
  private static final int DIGITS = 8;
  private static final int LENGTH = BEFORE.length() + DIGITS + AFTER.length();

  private ChecksummedJson() {}

  /// @param json the text of an object with at least one key
  static ByteBuffer write(String json) {
    byte[] rest = escaped(json.substring(1)).getBytes(StandardCharsets.UTF_8);
    String head = BEFORE + checksum(rest, 0) + AFTER;
    return ByteBuffer.allocate(LENGTH + rest.length)
        .put(head.getBytes(StandardCharsets.US_ASCII))
        .put(rest)
        .flip();
  }

  /// Returns the same text without a checksum.
  static ByteBuffer plain(String json) {
    return ByteBuffer.wrap(escaped(json).getBytes(StandardCharsets.UTF_8));
  }

  /// Reads a text of a file without checksums.
  ///
  /// @throws RuntimeException of any type if it is not a JSON object
  static JsonObject readPlain(byte[] bytes) {
    return new JsonObject(decoded(bytes));
  }

  /// Reads a text with its checksum, or one without that was edited by hand.
  ///
  /// @throws RuntimeException of any type if the text is damaged
  public static JsonObject read(byte[] bytes) {
    String head = new String(bytes, 0, Math.min(LENGTH, bytes.length), StandardCharsets.ISO_8859_1);
    boolean checked = head.startsWith(BEFORE) && head.endsWith(AFTER);
    if (checked && !head.startsWith(checksum(bytes, LENGTH), BEFORE.length())) {
      throw new IllegalArgumentException("its checksum is wrong");
    }
    JsonObject json = new JsonObject(decoded(bytes));
    if (!checked && json.containsKey(KEY)) {
      // An editor has reformatted the text, so that the checksum can no longer be verified.
      throw new IllegalArgumentException(
          "its checksum is not at the beginning: remove the key " + KEY + " after editing");
    }
    return json;
  }

  private static String checksum(byte[] bytes, int from) {
    var sum = new CRC32C();
    sum.update(bytes, from, bytes.length - from);
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }

  private static String decoded(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException damaged) {
      throw new IllegalArgumentException("it is not UTF-8", damaged);
    }
  }

  /// Bytes that are not UTF-8 are represented as lone surrogates, which cannot be encoded in UTF-8.
  /// They are escaped as `\\uDC80`.
  private static String escaped(String json) {
    StringBuilder text = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < json.length()
              && Character.isLowSurrogate(json.charAt(i + 1));
      if (pair) {
        text.append(c).append(json.charAt(++i));
      } else if (Character.isSurrogate(c)) {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
