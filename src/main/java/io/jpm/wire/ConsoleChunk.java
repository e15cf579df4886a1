package io.jpm.wire;

import io.vertx.core.json.JsonObject;

/// One part of the daemon's reply to a console client. Each chunk except [Code] and [FinalText] is
/// followed by another one, which the client requests by replying.
///
/// The JSON form is an object with exactly one key: `{"out":text}`, `{"err":text}`, `{"wait":true}`
/// or `{"code":number}`. The last text may be combined with the exit code:
/// `{"out":text,"code":number}`. For a command that can be resumed, the text is accompanied by a
/// mark: `{"mark":word,"out":text}`.
public sealed interface ConsoleChunk {
  /// Text that the client prints unchanged to standard output.
  ///
  /// @param text valid, non-empty Unicode text
  record Out(String text) implements ConsoleChunk {}

  /// Text that the client prints unchanged to standard error.
  ///
  /// @param text valid, non-empty Unicode text
  record Err(String text) implements ConsoleChunk {}

  /// A keep-alive without text, which is sent so that neither side considers the other dead.
  record KeepAlive() implements ConsoleChunk {}

  /// The end of the reply.
  ///
  /// @param code the exit code of the client
  record Code(int code) implements ConsoleChunk {}

  /// The last text together with the exit code, which saves a round trip. Sent only to clients that
  /// support it ([ConsoleRequest#mergesFinalChunk]).
  ///
  /// @param error whether the text is for standard error
  /// @param text the text, as in [Out]
  /// @param code the exit code of the client
  record FinalText(boolean error, String text, int code) implements ConsoleChunk {}

  /// Text of a command that the client can resume after the daemon has died. Sent only to clients
  /// that support it ([ConsoleRequest#resumable]).
  ///
  /// @param text an [Out], [Err] or [KeepAlive]
  /// @param mark the position after this text, from which the command continues
  ///   ([ConsoleRequest#resume]); contains only letters, digits, `-` and `_`
  record Marked(ConsoleChunk text, String mark) implements ConsoleChunk {
    /// Validates the kind of `text`.
    ///
    /// @throws IllegalArgumentException if `text` is another kind of chunk
    public Marked {
      if (!(text instanceof Out || text instanceof Err || text instanceof KeepAlive)) {
        throw new IllegalArgumentException("only output and keep-alives can have a mark");
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
        "not a console chunk: it has the keys %s, but one of out, err, wait and code was expected"
            .formatted(json.fieldNames()));
  }
}
