package io.jpm.god.journal;

import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/// Reads and writes JSON that contains its own checksum. The first key is `crc32c`, and the
/// checksum covers every byte after the comma that follows the value of this key. A text without
/// the key was written by an older version or was edited by a user who removed the key. Such a text
/// is accepted without a check.
public final class ChecksummedJson {
  private static final String KEY = "crc32c";
  private static final String BEFORE = "{\"" + KEY + "\":\"";
  private static final String AFTER = "\",";
  private static final int DIGITS = 8;
  private static final int LENGTH = BEFORE.length() + DIGITS + AFTER.length();

  private ChecksummedJson() {}

  /// Returns the text in UTF-8 with a checksum.
  ///
  /// @param json the text of a JSON object with at least one key
  static ByteBuffer write(String json) {
    byte[] rest = escaped(json.substring(1)).getBytes(StandardCharsets.UTF_8);
    String head = BEFORE + checksum(rest, 0) + AFTER;
    return ByteBuffer.allocate(LENGTH + rest.length)
        .put(head.getBytes(StandardCharsets.US_ASCII))
        .put(rest)
        .flip();
  }

  /// Returns the text in UTF-8 without adding a checksum.
  static ByteBuffer plain(String json) {
    return ByteBuffer.wrap(escaped(json).getBytes(StandardCharsets.UTF_8));
  }

  /// Reads the text of a file without checksums.
  ///
  /// @throws RuntimeException of any subtype if the text is not a JSON object
  static JsonObject readPlain(byte[] bytes) {
    return new JsonObject(decoded(bytes));
  }

  /// Reads a text with a checksum, or a text from which a user has removed the checksum.
  ///
  /// @throws RuntimeException of any subtype if the text is damaged
  public static JsonObject read(byte[] bytes) {
    String head = new String(bytes, 0, Math.min(LENGTH, bytes.length), StandardCharsets.ISO_8859_1);
    boolean checked = head.startsWith(BEFORE) && head.endsWith(AFTER);
    if (checked && !head.startsWith(checksum(bytes, LENGTH), BEFORE.length())) {
      throw new IllegalArgumentException("its checksum is wrong");
    }
    JsonObject json = new JsonObject(decoded(bytes));
    if (!checked && json.containsKey(KEY)) {
      // An editor has reformatted the text, so the checksum can no longer be verified.
      throw new IllegalArgumentException(
          "its checksum is not at the beginning; after editing the file, remove the key " + KEY);
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

  /// Replaces lone surrogates, which cannot be encoded in UTF-8, with escape sequences such as
  /// `\\uDC80`. They represent bytes that are not valid UTF-8.
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
