package io.jpm.wire;

import io.jpm.model.text.SurrogateEscape;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A command line from the thin client: the arguments, and the client's working directory,
/// environment and terminal.
///
/// The JSON form is `{"v":1,"argv":[…],"cwd":"…","env":["K=V",…],"tty":{…}}`. The client does not
/// know the encoding of its bytes. In JSON, `argv`, `cwd` and `env` are therefore byte strings, in
/// which each character represents one byte. In this record, they are decoded with
/// [SurrogateEscape].
///
/// @param argv the arguments after `jpm`
/// @param cwd the client's working directory
/// @param environment the client's environment
/// @param tty the client's terminal
/// @param stdin the client's standard input; empty unless an argument `-` refers to it; base64 in
///   JSON
/// @param mergesFinalChunk whether the client supports [ConsoleChunk.FinalText]; `last` in JSON
/// @param resumable whether the client supports [ConsoleChunk.Marked] and can resume a follow
///   command, such as `logs`, after the daemon has died; `marks` in JSON
/// @param resume the mark of the last chunk that the client printed before the daemon died, after
///   which the command continues; `resume` in JSON
/// @param resendable whether the client resends a command that changes something to the next daemon
///   with the same key, even after it has printed a part of the reply; `again` in JSON
/// @param key the idempotency key, which is shared only by retries of this request; empty if the
///   client does not retry a command that may have been executed
public record ConsoleRequest(
    List<String> argv,
    String cwd,
    Map<String, String> environment,
    Tty tty,
    Optional<byte[]> stdin,
    boolean mergesFinalChunk,
    boolean resumable,
    boolean resendable,
    Optional<String> resume,
    Optional<String> key) {
  /// The maximum length of an idempotency key, in characters.
  private static final int LONGEST_KEY = 100;

  /// The version of the protocol that this daemon supports.
  public static final int VERSION = 1;

  public ConsoleRequest {
    argv = List.copyOf(argv);
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /// Creates a request without standard input, for a client that does not support
  /// [ConsoleChunk.FinalText].
  public ConsoleRequest(List<String> argv, String cwd, Map<String, String> environment, Tty tty) {
    this(argv, cwd, environment, tty, Optional.empty(), false);
  }

  /// Creates a request from a client that neither resumes nor retries commands.
  public ConsoleRequest(
      List<String> argv,
      String cwd,
      Map<String, String> environment,
      Tty tty,
      Optional<byte[]> stdin,
      boolean joinsLast) {
    this(
        argv,
        cwd,
        environment,
        tty,
        stdin,
        joinsLast,
        false,
        false,
        Optional.empty(),
        Optional.empty());
  }

  /// The client's terminal.
  ///
  /// @param cols the width; 0 if unknown
  /// @param rows the height; 0 if unknown
  /// @param color whether the output may be colored
  /// @param out whether standard output is a terminal
  /// @param err whether standard error is a terminal
  public record Tty(int cols, int rows, boolean color, boolean out, boolean err) {
    /// The value for a client without a terminal.
    public static final Tty NONE = new Tty(0, 0, false, false, false);

    /// Returns a copy without colors.
    public Tty withoutColor() {
      return new Tty(cols, rows, false, out, err);
    }
  }

  /// The result of parsing a request.
  public sealed interface ParseResult {
    /// The request is valid.
    record Understood(ConsoleRequest request) implements ParseResult {}

    /// The request is invalid.
    ///
    /// @param reason a message for the user
    record Refused(String reason) implements ParseResult {}
  }

  /// Reports whether the client has stopped waiting for the reply to the request `body`. This is
  /// the case if the time in its key `until`, in milliseconds since 1970, has passed. A daemon that
  /// resumes after being suspended must not start such a command, because the client may have sent
  /// it again.
  public static boolean isExpired(@Nullable Object body, Instant now) {
    return body instanceof JsonObject json
        && json.getValue("until") instanceof Number until
        && now.toEpochMilli() > until.longValue();
  }

  /// Parses the JSON form.
  public static ParseResult read(@Nullable Object body) {
    if (!(body instanceof JsonObject json)) {
      return new ParseResult.Refused("a console request must be a JSON object");
    }
    if (!(json.getValue("v") instanceof Integer version) || version != VERSION) {
      return new ParseResult.Refused(
          "the client uses version %s of the protocol, but the daemon uses version %d: use the jpm command that was installed with the daemon"
              .formatted(json.getValue("v"), VERSION));
    }
    try {
      return new ParseResult.Understood(
          new ConsoleRequest(
              texts(json, "argv"),
              text(json, "cwd"),
              environment(texts(json, "env")),
              tty(json.getValue("tty")),
              stdin(json.getValue("stdin")),
              Boolean.TRUE.equals(json.getValue("last")),
              Boolean.TRUE.equals(json.getValue("marks")),
              Boolean.TRUE.equals(json.getValue("again")),
              resume(json.getValue("resume")),
              key(json.getValue("key"))));
    } catch (IllegalArgumentException e) {
      return new ParseResult.Refused(String.valueOf(e.getMessage()));
    }
  }

  /// Returns the JSON form.
  public JsonObject toJson() {
    JsonArray variables = new JsonArray();
    environment.forEach((key, value) -> variables.add(byteString(key + "=" + value)));
    JsonArray words = new JsonArray();
    argv.forEach(word -> words.add(byteString(word)));
    JsonObject json = new JsonObject();
    if (mergesFinalChunk) {
      json.put("last", true);
    }
    key.ifPresent(text -> json.put("key", text));
    if (resumable) {
      json.put("marks", true);
    }
    if (resendable) {
      json.put("again", true);
    }
    resume.ifPresent(mark -> json.put("resume", mark));
    stdin.ifPresent(bytes -> json.put("stdin", Base64.getEncoder().encodeToString(bytes)));
    return json.put("v", VERSION)
        .put("argv", words)
        .put("cwd", byteString(cwd))
        .put("env", variables)
        .put(
            "tty",
            new JsonObject()
                .put("cols", tty.cols)
                .put("rows", tty.rows)
                .put("color", tty.color)
                .put("out", tty.out)
                .put("err", tty.err));
  }

  private static Optional<String> resume(@Nullable Object value) {
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof String mark)) {
      throw new IllegalArgumentException("resume: expected a string");
    }
    return Optional.of(mark);
  }

  private static Optional<String> key(@Nullable Object value) {
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof String text) || text.isBlank() || text.length() > LONGEST_KEY) {
      throw new IllegalArgumentException(
          "key: expected a string of 1 to %d characters".formatted(LONGEST_KEY));
    }
    return Optional.of(text);
  }

  private static Optional<byte[]> stdin(@Nullable Object value) {
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof String text)) {
      throw new IllegalArgumentException("stdin: expected base64");
    }
    return Optional.of(Base64.getDecoder().decode(text));
  }

  private static Tty tty(@Nullable Object value) {
    if (value == null) {
      return Tty.NONE;
    }
    if (!(value instanceof JsonObject json)) {
      throw new IllegalArgumentException("tty: expected an object");
    }
    return new Tty(
        size(json, "cols"),
        size(json, "rows"),
        Boolean.TRUE.equals(json.getValue("color")),
        Boolean.TRUE.equals(json.getValue("out")),
        Boolean.TRUE.equals(json.getValue("err")));
  }

  /// Returns the size; an invalid size is treated as unknown.
  private static int size(JsonObject json, String key) {
    return json.getValue(key) instanceof Integer size && size > 0 ? size : 0;
  }

  /// Parses the environment. Entries without `=` are not variables (`environ(7)`) and are ignored,
  /// as in every shell.
  private static Map<String, String> environment(List<String> entries) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (String entry : entries) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        environment.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    return environment;
  }

  private static List<String> texts(JsonObject json, String key) {
    if (!(json.getValue(key) instanceof JsonArray array)) {
      throw new IllegalArgumentException(key + ": expected a list of strings");
    }
    List<String> texts = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      texts.add(fromByteString(array.getValue(i), key + "[" + i + "]"));
    }
    return texts;
  }

  private static String text(JsonObject json, String key) {
    return fromByteString(json.getValue(key), key);
  }

  private static String fromByteString(@Nullable Object value, String where) {
    if (!(value instanceof String text)) {
      throw new IllegalArgumentException(where + ": expected a string");
    }
    if (text.chars().anyMatch(c -> c > 0xFF)) {
      throw new IllegalArgumentException(
          where + ": a byte string must have no character above U+00FF");
    }
    return SurrogateEscape.fromBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String byteString(String text) {
    return new String(SurrogateEscape.toBytes(text), StandardCharsets.ISO_8859_1);
  }
}
