package io.jpm.wire;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/// The input that a full-screen client sends when it requests the next screen. The JSON form is
/// `{"keys":"…","cols":80,"rows":24}`; a missing key means no input or no change. Other clients
/// send an empty object.
///
/// @param keys the input typed since the previous request, as a byte string (each character
///   represents one byte)
/// @param cols the width of the terminal; 0 if unchanged
/// @param rows the height of the terminal; 0 if unchanged
public record ConsoleInput(String keys, int cols, int rows) {
  /// The value for no input and an unchanged terminal size.
  public static final ConsoleInput NONE = new ConsoleInput("", 0, 0);

  private static final int LARGEST_SIDE = 10_000;

  /// Parses the JSON form; invalid values are ignored.
  public static ConsoleInput read(@Nullable Object body) {
    return body instanceof JsonObject json
        ? new ConsoleInput(
            json.getValue("keys") instanceof String keys ? keys : "",
            side(json, "cols"),
            side(json, "rows"))
        : NONE;
  }

  /// Returns the JSON form.
  public JsonObject toJson() {
    return new JsonObject().put("keys", keys).put("cols", cols).put("rows", rows);
  }

  private static int side(JsonObject json, String key) {
    return json.getValue(key) instanceof Integer size && size > 0 && size <= LARGEST_SIDE
        ? size
        : 0;
  }
}
