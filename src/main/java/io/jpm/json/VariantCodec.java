package io.jpm.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Converts the variants of a sealed interface to JSON objects and back. Each variant is recognized
/// by a field that no other variant contains.
///
/// @param <T> the sealed interface
public final class VariantCodec<T> implements Fields<T> {
  private record Variant<V>(Class<V> type, String key, Fields<V> fields) {}

  private final List<Variant<? extends T>> variants = new ArrayList<>();

  /// Adds the variant `type`, which is recognized by the field `key`.
  public <V extends T> VariantCodec<T> or(Class<V> type, String key, Fields<V> fields) {
    variants.add(new Variant<>(type, key, fields));
    return this;
  }

  /// Adds the variant `value`, which has no data and is written as `key: true`.
  public <V extends T> VariantCodec<T> or(Class<V> type, String key, V value) {
    return or(
        type,
        key,
        new Fields<>() {
          @Override
          public void put(V one, Map<String, Object> object) {
            object.put(key, true);
          }

          @Override
          public V take(Map<String, Object> object) {
            return value;
          }
        });
  }

  @Override
  public void put(T value, Map<String, Object> object) {
    for (Variant<? extends T> variant : variants) {
      if (put(variant, value, object)) {
        return;
      }
    }
    throw new IllegalArgumentException("no codec for " + value.getClass());
  }

  private static <V> boolean put(Variant<V> variant, Object value, Map<String, Object> object) {
    if (!variant.type.isInstance(value)) {
      return false;
    }
    variant.fields.put(variant.type.cast(value), object);
    return true;
  }

  @Override
  public T take(Map<String, Object> object) {
    for (Variant<? extends T> variant : variants) {
      if (object.containsKey(variant.key)) {
        return variant.fields.take(object);
      }
    }
    throw new IllegalArgumentException(
        "expected one of the keys %s, found %s"
            .formatted(variants.stream().map(Variant::key).toList(), object.keySet()));
  }
}
