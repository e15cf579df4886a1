package io.jpm.client;

import io.jpm.client.JpmException.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads the members of a JSON object by type. Unknown members are ignored, because newer daemons
/// may add some. A missing required member fails with `MALFORMED`.
final class JsonMembers {
  private final Map<String, @Nullable Object> all;

  private JsonMembers(Map<String, @Nullable Object> all) {
    this.all = all;
  }

  /// Returns a reader for the members of `value`.
  ///
  /// @throws JpmException `MALFORMED` if the value is not an object
  static JsonMembers of(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new JpmException(Code.MALFORMED, "expected an object, not " + shortened(value));
    }
    @SuppressWarnings("unchecked") // Json creates no other maps
    var members = (Map<String, @Nullable Object>) map;
    return new JsonMembers(members);
  }

  Map<String, @Nullable Object> all() {
    return all;
  }

  boolean has(String key) {
    return all.containsKey(key);
  }

  @Nullable Object value(String key) {
    return all.get(key);
  }

  String text(String key) {
    return optionalText(key).orElseThrow(() -> missing(key));
  }

  Optional<String> optionalText(String key) {
    return all.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  long number(String key) {
    return optionalNumber(key).orElseThrow(() -> missing(key));
  }

  int integer(String key) {
    return (int) number(key);
  }

  OptionalLong optionalNumber(String key) {
    return all.get(key) instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
  }

  OptionalInt optionalInteger(String key) {
    return all.get(key) instanceof Long number
        ? OptionalInt.of(number.intValue())
        : OptionalInt.empty();
  }

  double decimal(String key) {
    if (all.get(key) instanceof Number number) {
      return number.doubleValue();
    }
    throw missing(key);
  }

  boolean isTrue(String key) {
    return Boolean.TRUE.equals(all.get(key));
  }

  /// Returns a time that is encoded as the number of milliseconds since 1970.
  Instant time(String key) {
    return Instant.ofEpochMilli(number(key));
  }

  Optional<Instant> optionalTime(String key) {
    return all.get(key) instanceof Long millis
        ? Optional.of(Instant.ofEpochMilli(millis))
        : Optional.empty();
  }

  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (Object item : list(key)) {
      texts.add(String.valueOf(item));
    }
    return texts;
  }

  List<Integer> integers(String key) {
    List<Integer> integers = new ArrayList<>();
    for (Object item : list(key)) {
      if (item instanceof Long number) {
        integers.add(number.intValue());
      }
    }
    return integers;
  }

  <T> List<T> each(String key, Function<JsonMembers, T> read) {
    List<T> items = new ArrayList<>();
    for (Object item : list(key)) {
      items.add(read.apply(of(item)));
    }
    return items;
  }

  private List<?> list(String key) {
    return all.get(key) instanceof List<?> list ? list : List.of();
  }

  private JpmException missing(String key) {
    return new JpmException(
        Code.MALFORMED, "\"" + key + "\" is missing or invalid in " + shortened(all));
  }

  private static String shortened(@Nullable Object value) {
    String text = String.valueOf(value);
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
