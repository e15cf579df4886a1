package io.jpm.command;

import io.jpm.bus.access.AuditRecord;
import io.jpm.model.text.Sha256;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A line of the audit log with a hash. It is a JSON object whose last key is `hash`. The hash is
/// the SHA-256 of the previous line's hash, followed by the object without the key `hash`.
///
/// @param number the line's number in the chain, `n`, from 1
/// @param hash 64 hexadecimal digits
/// @param body the object without `hash`
record AuditLine(long number, String hash, JsonObject body) {
  /// The hash that precedes the first line of a chain.
  static final String BEGIN = "0".repeat(64);

  /// The maximum length of a line in bytes.
  static final int MOST_BYTES = 2048;

  /// The maximum length of a value in characters; longer values are truncated.
  static final int MOST_CHARACTERS = 256;

  /// The bytes reserved for `n`, `prev`, `hash` and `dropped`, which are added to the record.
  private static final int RESERVED_BYTES = 256;

  private static final int LEAST_CHARACTERS = 16;
  private static final Pattern FORM =
      Pattern.compile("(\\{.*),\"hash\":\"([0-9a-f]{64})\"\\}", Pattern.DOTALL);

  /// Converts a record to JSON. Long values are truncated and end in `…`, and a long list of apps
  /// is shortened, so that long names cannot fill the log.
  static JsonObject toJson(String at, AuditRecord auditRecord) {
    JsonObject json = toJson(at, auditRecord, MOST_CHARACTERS);
    for (int most = MOST_CHARACTERS / 2;
        most >= LEAST_CHARACTERS && bytes(json.encode()).length > MOST_BYTES - RESERVED_BYTES;
        most /= 2) {
      json = toJson(at, auditRecord, most);
    }
    return json;
  }

  private static JsonObject toJson(String at, AuditRecord auditRecord, int most) {
    List<String> apps = auditRecord.apps();
    int shown = Math.min(apps.size(), most / 4);
    var array = new JsonArray();
    apps.subList(0, shown).forEach(app -> array.add(cut(app, most)));
    if (shown < apps.size()) {
      array.add("… and %d more".formatted(apps.size() - shown));
    }
    return new JsonObject()
        .put("at", at)
        .put("who", cut(auditRecord.who().name(), most))
        .put("role", auditRecord.who().role().keyword())
        .put("from", cut(auditRecord.from(), most))
        .put("verb", cut(auditRecord.verb(), most))
        .put("apps", array)
        .put("result", cut(auditRecord.result(), most));
  }

  private static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 2)) ? most - 2 : most - 1;
    return text.substring(0, end) + "…";
  }

  /// Creates the line that follows the line with the hash `before`, including its line feed.
  ///
  /// @param before the hash of the previous line
  /// @param body the content, without `hash`
  static Written after(String before, JsonObject body) {
    String text = body.encode();
    String hash = hash(before, text);
    return new Written(
        hash, bytes("%s,\"hash\":\"%s\"}\n".formatted(text.substring(0, text.length() - 1), hash)));
  }

  /// A line to be appended to the file.
  ///
  /// @param hash the hash of this line
  /// @param bytes the whole line
  @SuppressWarnings("ArrayRecordComponent") // written once, never compared
  record Written(String hash, byte[] bytes) {}

  /// Returns the parsed line; empty if it has no hash, as in lines written by earlier versions.
  static Optional<AuditLine> read(String line) {
    Matcher form = FORM.matcher(line);
    if (!form.matches()) {
      return Optional.empty();
    }
    try {
      var body = new JsonObject(form.group(1) + "}");
      return body.getValue("n") instanceof Number number
          ? Optional.of(new AuditLine(number.longValue(), form.group(2), body))
          : Optional.empty();
    } catch (RuntimeException noJson) {
      return Optional.empty();
    }
  }

  /// Reports whether the line's hash is correct, given that the previous line has the hash
  /// `before`.
  static boolean hasValidHash(String line, String before) {
    Matcher form = FORM.matcher(line);
    return form.matches() && hash(before, form.group(1) + "}").equals(form.group(2));
  }

  /// Returns the hash that the previous line must have; null if this is not the first line of a
  /// file.
  @Nullable String before() {
    return body.getValue("prev") instanceof String hash ? hash : null;
  }

  /// Returns the problem that the daemon found in the file before it wrote this line; empty if
  /// there was none.
  Optional<String> gap() {
    return body.getValue("gap") instanceof Boolean gap && gap
        ? Optional.of(String.valueOf(body.getValue("result")))
        : Optional.empty();
  }

  private static String hash(String before, String text) {
    return Sha256.hex(before + text);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
