package io.jpm.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes what [Json] reads: maps with texts as keys, lists and other iterables, texts, numbers,
/// booleans and null.
final class JsonText {
  private final StringBuilder out = new StringBuilder();

  private JsonText() {}

  /// @throws IllegalArgumentException for a value that JSON has no form for
  static String of(@Nullable Object value) {
    JsonText text = new JsonText();
    text.write(value);
    return text.out.toString();
  }

  private void write(@Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case String text -> out.append(Json.quote(text));
      case Boolean truth -> out.append(truth);
      case Number number -> number(number);
      case Map<?, ?> map -> object(map);
      case Iterable<?> items -> array(items);
      default ->
          throw new IllegalArgumentException(
              "JSON has no form for %s: a map, list, text, number, boolean or null expected"
                  .formatted(value.getClass().getName()));
    }
  }

  private void number(Number number) {
    if (!Double.isFinite(number.doubleValue())) {
      throw new IllegalArgumentException("JSON has no form for the number " + number);
    }
    out.append(number);
  }

  private void object(Map<?, ?> map) {
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> member : map.entrySet()) {
      if (!(member.getKey() instanceof String name)) {
        throw new IllegalArgumentException("a key of JSON is a text, not " + member.getKey());
      }
      out.append(separator).append(Json.quote(name)).append(':');
      write(member.getValue());
      separator = ",";
    }
    out.append('}');
  }

  private void array(Iterable<?> items) {
    out.append('[');
    String separator = "";
    for (Object item : items) {
      out.append(separator);
      write(item);
      separator = ",";
    }
    out.append(']');
  }
}
