package io.jpm.json;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Converts values of one type to fields of a JSON object and back. Used as a [Codec], it writes an
/// object of its own. Inlined, it adds its fields to the enclosing object.
///
/// @param <T> the type
public interface Fields<T> extends Codec<T> {
  /// Adds the fields of `value` to `object`.
  void put(T value, Map<String, Object> object);

  /// Reads the fields that [#put] added and ignores others.
  T take(Map<String, Object> object);

  @Override
  default Optional<Object> write(T value) {
    Map<String, Object> object = new LinkedHashMap<>();
    put(value, object);
    return Optional.of(object);
  }

  @Override
  @SuppressWarnings("unchecked")
  default T read(Object json) {
    if (!(json instanceof Map<?, ?> object)) {
      throw new IllegalArgumentException("expected an object, found " + json);
    }
    return take((Map<String, Object>) object);
  }

  /// Returns the fields of a value that may be absent.
  ///
  /// @param key a field that every value has; without it the value is read as absent
  static <V> Fields<Optional<V>> optional(String key, Fields<V> fields) {
    return new Fields<>() {
      @Override
      public void put(Optional<V> value, Map<String, Object> object) {
        value.ifPresent(it -> fields.put(it, object));
      }

      @Override
      public Optional<V> take(Map<String, Object> object) {
        return object.containsKey(key) ? Optional.of(fields.take(object)) : Optional.empty();
      }
    };
  }
}
