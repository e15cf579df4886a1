package io.jpm.json;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Converts values of one type to fields of a JSON object and back. When it is used as a [Codec],
/// it writes a separate object. When it is inlined, it adds its fields to the enclosing object.
///
/// @param <T> the type of the values
public interface Fields<T> extends Codec<T> {
  /// Adds the fields of `value` to `object`.
  void put(T value, Map<String, Object> object);

  /// Reads the fields that [#put] has added and ignores all others.
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

  /// Returns fields for a value that may be absent.
  ///
  /// @param key a field that is always present if there is a value; without it, the value is read
  ///   as absent
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
