package io.jpm.wire;

import io.vertx.core.json.JsonObject;

/// One answer of the daemon to a console client. All but [Code] and [Last] are followed by another,
/// for which the client asks by replying.
///
/// As JSON an object with exactly one key: `{"out":text}`, `{"err":text}`, `{"wait":true}`,
/// `{"code":number}`; the last of a text may have its code beside it: `{"out":text,"code":number}`.
/// The text of a command that can be resumed has a mark before it: `{"mark":word,"out":text}`.
public sealed interface ConsoleChunk {
  /// Text for standard output, to be printed as it is.
  ///
  /// @param text valid Unicode, not empty
  record Out(String text) implements ConsoleChunk {}

  /// Text for standard error, to be printed as it is.
  ///
  /// @param text valid Unicode, not empty
  record Err(String text) implements ConsoleChunk {}

  /// Nothing to print yet; sent so that neither side takes the other for dead.
  record Wait() implements ConsoleChunk {}

  /// The end.
  ///
  /// @param code the client's exit code
  record Code(int code) implements ConsoleChunk {}

  /// The last text and the end in one, for clients that have asked for it
  /// ([ConsoleRequest#joinsLast]): a round trip less.
  ///
  /// @param error whether the text is for standard error
  /// @param text as in [Out]
  /// @param code the client's exit code
  record Last(boolean error, String text, int code) implements ConsoleChunk {}

  /// Text of a command that a client may resume after the daemon's death, for clients that have
  /// asked for it ([ConsoleRequest#marks]).
  ///
  /// @param text the text, or nothing new
  /// @param mark where the command goes on behind this text ([ConsoleRequest#resume]): letters,
  ///   digits, `-` and `_` only
  record Marked(ConsoleChunk text, String mark) implements ConsoleChunk {
    /// Rejects a chunk that has no text of its own.
    public Marked {
      if (!(text instanceof Out || text instanceof Err || text instanceof Wait)) {
        throw new IllegalArgumentException("a mark belongs to a text");
      }
    }
  }

  /// The JSON form.
  default JsonObject toJson() {
    return switch (this) {
      case Marked(ConsoleChunk text, String mark) ->
          new JsonObject().put("mark", mark).mergeIn(text.toJson());
      case Out(String text) -> new JsonObject().put("out", text);
      case Err(String text) -> new JsonObject().put("err", text);
      case Wait() -> new JsonObject().put("wait", true);
      case Code(int code) -> new JsonObject().put("code", code);
      case Last(boolean error, String text, int code) ->
          new JsonObject().put(error ? "err" : "out", text).put("code", code);
    };
  }

  /// Reads the JSON form.
  ///
  /// @throws IllegalArgumentException when `json` is none
  static ConsoleChunk fromJson(JsonObject json) {
    if (json.size() == 1) {
      if (json.getValue("out") instanceof String text) {
        return new Out(text);
      }
      if (json.getValue("err") instanceof String text) {
        return new Err(text);
      }
      if (Boolean.TRUE.equals(json.getValue("wait"))) {
        return new Wait();
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
        return new Last(false, text, code);
      }
      if (json.getValue("err") instanceof String text) {
        return new Last(true, text, code);
      }
    }
    throw new IllegalArgumentException(
        "console chunk with the keys %s: one of out, err, wait, code expected"
            .formatted(json.fieldNames()));
  }
}
