package io.jpm.wire;

import io.vertx.core.json.JsonObject;

/// A part of the daemon's answer to a console client. All but [Code] and [FinalText] are followed
/// by another, which the client requests by replying.
///
/// As JSON, an object with exactly one key: `{"out":text}`, `{"err":text}`, `{"wait":true}` or
/// `{"code":number}`. The last text may be combined with the exit code:
/// `{"out":text,"code":number}`. The text of a command that can be resumed is preceded by a mark:
/// `{"mark":word,"out":text}`.
public sealed interface ConsoleChunk {
  /// Text that the client prints unchanged to standard output.
  ///
  /// @param text valid Unicode, not empty
  record Out(String text) implements ConsoleChunk {}

  /// Text that the client prints unchanged to standard error.
  ///
  /// @param text valid Unicode, not empty
  record Err(String text) implements ConsoleChunk {}

  /// A keep-alive without text, so that neither side considers the other dead.
  record KeepAlive() implements ConsoleChunk {}

  /// The end of the answer.
  ///
  /// @param code the client's exit code
  record Code(int code) implements ConsoleChunk {}

  /// The last text together with the exit code, which saves a round trip. Only for clients that
  /// support it ([ConsoleRequest#mergesFinalChunk]).
  ///
  /// @param error whether the text is for standard error
  /// @param text as in [Out]
  /// @param code the client's exit code
  record FinalText(boolean error, String text, int code) implements ConsoleChunk {}

  /// Text of a command that the client can resume after the daemon has died. Only for clients that
  /// support it ([ConsoleRequest#resumable]).
  ///
  /// @param text an [Out], [Err] or [KeepAlive]
  /// @param mark the position after this text at which the command continues
  ///   ([ConsoleRequest#resume]): letters, digits, `-` and `_` only
  record Marked(ConsoleChunk text, String mark) implements ConsoleChunk {
    /// @throws IllegalArgumentException if `text` is another kind of chunk
    public Marked {
      if (!(text instanceof Out || text instanceof Err || text instanceof KeepAlive)) {
        throw new IllegalArgumentException("a mark belongs to a text");
      }
    }
  }

  /// Returns the JSON form.
  default JsonObject toJson() {
    return switch (this) {
      case Marked(ConsoleChunk text, String mark) ->
          new JsonObject().put("mark", mark).mergeIn(text.toJson());
      case Out(String text) -> new JsonObject().put("out", text);
      case Err(String text) -> new JsonObject().put("err", text);
      case KeepAlive() -> new JsonObject().put("wait", true);
      case Code(int code) -> new JsonObject().put("code", code);
      case FinalText(boolean error, String text, int code) ->
          new JsonObject().put(error ? "err" : "out", text).put("code", code);
    };
  }

  /// Parses the JSON form.
  ///
  /// @throws IllegalArgumentException if `json` is not a valid chunk
  static ConsoleChunk fromJson(JsonObject json) {
    if (json.size() == 1) {
      if (json.getValue("out") instanceof String text) {
        return new Out(text);
      }
      if (json.getValue("err") instanceof String text) {
        return new Err(text);
      }
      if (Boolean.TRUE.equals(json.getValue("wait"))) {
        return new KeepAlive();
      }
      if (json.getValue("code") instanceof Integer code) {
        return new Code(code);
      }
    }
    if (json.size() == 2 && json.getValue("mark") instanceof String mark) {
      JsonObject text = json.copy();
      text.remove("mark");
      return new Marked(fromJson(text), mark);
    }
    if (json.size() == 2 && json.getValue("code") instanceof Integer code) {
      if (json.getValue("out") instanceof String text) {
        return new FinalText(false, text, code);
      }
      if (json.getValue("err") instanceof String text) {
        return new FinalText(true, text, code);
      }
    }
    throw new IllegalArgumentException(
        "console chunk with the keys %s: one of out, err, wait, code expected"
            .formatted(json.fieldNames()));
  }
}
