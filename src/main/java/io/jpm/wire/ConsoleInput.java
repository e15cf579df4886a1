package io.jpm.wire;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/// What a client that draws a full screen says when it asks for the next picture. As JSON
/// `{"keys":"…","cols":80,"rows":24}`; what is missing was not typed or has not changed. Other
/// clients ask with an empty object.
///
/// @param keys what was typed since the last time, a byte string (each character one byte)
/// @param cols the terminal's width; 0: as before
/// @param rows its height; 0: as before
public record ConsoleInput(String keys, int cols, int rows) {
  /// Nothing was typed.
  public static final ConsoleInput NONE = new ConsoleInput("", 0, 0);

  private static final int LARGEST_SIDE = 10_000;

  /// Reads the JSON form; of what is none, nothing is taken.
  public static ConsoleInput read(@Nullable Object body) {
    return body instanceof JsonObject json
        ? new ConsoleInput(
            json.getValue("keys") instanceof String keys ? keys : "",
            side(json, "cols"),
            side(json, "rows"))
        : NONE;
  }

  /// The JSON form.
  public JsonObject toJson() {
    return new JsonObject().put("keys", keys).put("cols", cols).put("rows", rows);
  }

  private static int side(JsonObject json, String key) {
    return json.getValue(key) instanceof Integer size && size > 0 && size <= LARGEST_SIDE
        ? size
        : 0;
  }
}
