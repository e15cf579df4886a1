package io.jpm.console.text;

import io.vertx.core.json.JsonObject;
import java.util.Iterator;
import java.util.Map;

/// Formats nested JSON objects as a tree of lines: `├─ CPU Usage`, `│ └─ value: 3`.
public final class JsonTreeText {
  private JsonTreeText() {}

  /// Returns the lines, each terminated by a line feed; an empty string for an empty object.
  public static String draw(JsonObject object) {
    var text = new StringBuilder();
    draw(text, object, "");
    return text.toString();
  }

  private static void draw(StringBuilder text, JsonObject object, String margin) {
    Iterator<Map.Entry<String, Object>> entries = object.iterator();
    while (entries.hasNext()) {
      Map.Entry<String, Object> entry = entries.next();
      boolean last = !entries.hasNext();
      text.append(margin).append(last ? "└─ " : "├─ ");
      text.append(TerminalSanitizer.visible(entry.getKey()));
      if (entry.getValue() instanceof JsonObject inner) {
        text.append('\n');
        draw(text, inner, margin + (last ? "   " : "│  "));
      } else {
        text.append(": ").append(TerminalSanitizer.visible(String.valueOf(entry.getValue())));
        text.append('\n');
      }
    }
  }
}
