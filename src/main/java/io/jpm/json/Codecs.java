package io.jpm.json;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// Finds the codec for a type. There are built-in codecs for:
///
/// - strings, numbers and booleans
/// - paths, URIs and time zones, as strings
/// - durations (in milliseconds) and instants (in milliseconds since 1970)
/// - enums (by name)
/// - optional values (omitted when empty)
/// - lists, sets and maps. Sets and maps are written in sorted order, so that equal values produce
///   equal JSON.
///
/// A collection that an older version omitted is read as empty.
public final class Codecs {
  private final Map<Type, Codec<?>> codecs = new HashMap<>();

  /// Creates a registry that contains the codecs for JDK types.
  public Codecs() {
    Codec<Integer> integers = Codec.ofNumber(it -> it, Number::intValue);
    Codec<Long> longs = Codec.ofNumber(it -> it, Number::longValue);
    Codec<Double> doubles = Codec.ofNumber(it -> it, Number::doubleValue);
    Codec<Boolean> booleans = Codec.of(Boolean.class, it -> it, it -> it);
    with(String.class, Codec.ofText(it -> it, it -> it));
    with(int.class, integers).with(Integer.class, integers);
    with(long.class, longs).with(Long.class, longs);
    with(double.class, doubles).with(Double.class, doubles);
    with(boolean.class, booleans).with(Boolean.class, booleans);
    with(
        Duration.class,
        Codec.ofNumber(Duration::toMillis, it -> Duration.ofMillis(it.longValue())));
    with(
        Instant.class,
        Codec.ofNumber(Instant::toEpochMilli, it -> Instant.ofEpochMilli(it.longValue())));
    with(Path.class, Codec.ofText(Path::toString, Path::of));
    with(URI.class, Codec.ofText(URI::toString, URI::create));
    with(ZoneId.class, Codec.ofText(ZoneId::getId, ZoneId::of));
    with(
        OptionalInt.class,
        optional(
            integers,
            it -> it.isPresent() ? Optional.of(it.getAsInt()) : Optional.empty(),
            it -> it.map(OptionalInt::of).orElse(OptionalInt.empty())));
    with(
        OptionalLong.class,
        optional(
            longs,
            it -> it.isPresent() ? Optional.of(it.getAsLong()) : Optional.empty(),
            it -> it.map(OptionalLong::of).orElse(OptionalLong.empty())));
    with(
        OptionalDouble.class,
        optional(
            doubles,
            it -> it.isPresent() ? Optional.of(it.getAsDouble()) : Optional.empty(),
            it -> it.map(OptionalDouble::of).orElse(OptionalDouble.empty())));
  }

  /// Adds or replaces the codec for `type`.
  public <T> Codecs with(Class<T> type, Codec<T> codec) {
    codecs.put(type, codec);
    return this;
  }

  /// Returns the codec for `type`.
  ///
  /// @throws IllegalArgumentException if there is no codec for `type`
  @SuppressWarnings("unchecked")
  public Codec<Object> of(Type type) {
    Codec<?> known = codecs.get(type);
    if (known == null) {
      known = made(type);
      codecs.put(type, known);
    }
    return (Codec<Object>) known;
  }

  private Codec<?> made(Type type) {
    if (type instanceof Class<?> plain && plain.isEnum()) {
      return enums(plain);
    }
    if (type instanceof ParameterizedType generic) {
      Type[] of = generic.getActualTypeArguments();
      if (generic.getRawType() == Optional.class) {
        return optional(of(of[0]), (Optional<Object> it) -> it, it -> it);
      }
      if (generic.getRawType() == List.class) {
        return list(of(of[0]));
      }
      if (generic.getRawType() == Set.class) {
        return set(of(of[0]));
      }
      if (generic.getRawType() == Map.class) {
        return map(of(of[0]), of(of[1]));
      }
    }
    throw new IllegalArgumentException("no codec for " + type);
  }

  private static Codec<Object> enums(Class<?> type) {
    return Codec.ofText(
        value -> ((Enum<?>) value).name(),
        name -> {
          for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
              return constant;
            }
          }
          throw new IllegalArgumentException(
              "unknown " + type.getSimpleName() + " \"" + name + "\"");
        });
  }

  private static <T, O> Codec<O> optional(
      Codec<T> inner,
      java.util.function.Function<O, Optional<T>> open,
      java.util.function.Function<Optional<T>, O> close) {
    return new Codec<>() {
      @Override
      public Optional<Object> write(O value) {
        return open.apply(value).flatMap(inner::write);
      }

      @Override
      public O read(Object json) {
        return close.apply(Optional.of(inner.read(json)));
      }

      @Override
      public Optional<O> absent() {
        return Optional.of(close.apply(Optional.empty()));
      }
    };
  }

  private static List<Object> items(Collection<?> values, Codec<Object> item) {
    return values.stream().map(item::write).flatMap(Optional::stream).toList();
  }

  private static List<Object> values(Object json, Codec<Object> item) {
    if (!(json instanceof List<?> items)) {
      throw new IllegalArgumentException("expected a list, found " + json);
    }
    List<Object> values = new ArrayList<>();
    items.forEach(it -> values.add(item.read(it)));
    return values;
  }

  private static Codec<List<Object>> list(Codec<Object> item) {
    return new Codec<List<Object>>() {
      @Override
      public Optional<Object> write(List<Object> value) {
        return Optional.of(items(value, item));
      }

      @Override
      public List<Object> read(Object json) {
        return List.copyOf(values(json, item));
      }
    }.or(List.of());
  }

  private static Codec<Set<Object>> set(Codec<Object> item) {
    return new Codec<Set<Object>>() {
      @Override
      public Optional<Object> write(Set<Object> value) {
        return Optional.of(items(value, item).stream().sorted(Codecs::compare).toList());
      }

      @Override
      public Set<Object> read(Object json) {
        return Set.copyOf(values(json, item));
      }
    }.or(Set.of());
  }

  private static int compare(Object one, Object other) {
    return one instanceof Number a && other instanceof Number b
        ? Long.compare(a.longValue(), b.longValue())
        : one.toString().compareTo(other.toString());
  }

  private static Codec<Map<Object, Object>> map(Codec<Object> key, Codec<Object> value) {
    return new Codec<Map<Object, Object>>() {
      @Override
      public Optional<Object> write(Map<Object, Object> map) {
        Map<String, Object> object = new LinkedHashMap<>();
        map.entrySet().stream()
            .map(it -> Map.entry(key.write(it.getKey()).orElseThrow().toString(), it.getValue()))
            .sorted(Comparator.comparing(Map.Entry::getKey))
            .forEach(it -> object.put(it.getKey(), value.write(it.getValue()).orElseThrow()));
        return Optional.of(object);
      }

      @Override
      public Map<Object, Object> read(Object json) {
        if (!(json instanceof Map<?, ?> object)) {
          throw new IllegalArgumentException("expected an object, found " + json);
        }
        Map<Object, Object> map = new HashMap<>();
        object.forEach((name, it) -> map.put(key.read(name), value.read(it)));
        return map;
      }
    }.or(Map.of());
  }
}
