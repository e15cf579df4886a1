package io.jpm.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Encodes values as JSON: maps with string keys, iterables, strings, numbers, booleans and null.
final class JsonWriter {
  private final StringBuilder out = new StringBuilder();

  private JsonWriter() {}

  /// Returns the JSON text for `value`.
  ///
  /// @throws IllegalArgumentException for a value that JSON cannot represent
  static String encode(@Nullable Object value) {
    JsonWriter text = new JsonWriter();
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
              "%s cannot be written as JSON: expected a map, list, string, number, boolean or null"
                  .formatted(value.getClass().getName()));
    }
  }

  private void number(Number number) {
    if (!Double.isFinite(number.doubleValue())) {
      throw new IllegalArgumentException("the number " + number + " cannot be written as JSON");
    }
    out.append(number);
  }

  private void object(Map<?, ?> map) {
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> member : map.entrySet()) {
      if (!(member.getKey() instanceof String name)) {
        throw new IllegalArgumentException("a JSON key must be a string, not " + member.getKey());
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
