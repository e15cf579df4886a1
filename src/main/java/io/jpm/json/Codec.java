package io.jpm.json;

import java.util.Optional;
import java.util.function.Function;

/// Converts values of one type to JSON values and back.
///
/// @param <T> the type of the values
public interface Codec<T> {
  /// Returns the JSON value; empty if the field must be omitted.
  Optional<Object> write(T value);

  /// Converts a JSON value that was produced by [#write] back to a value of type `T`.
  ///
  /// @param json the JSON value
  /// @throws RuntimeException if `json` cannot be converted; the message states the expected value
  T read(Object json);

  /// Returns the value of an omitted field; empty if the field is required.
  default Optional<T> absent() {
    return Optional.empty();
  }

  /// Returns a codec for values that are always represented by JSON values of the same class.
  ///
  /// @param json the class of the JSON values
  static <J, T> Codec<T> of(Class<J> json, Function<T, J> write, Function<J, T> read) {
    return new Codec<>() {
      @Override
      public Optional<Object> write(T value) {
        return Optional.of(write.apply(value));
      }

      @Override
      public T read(Object value) {
        if (!json.isInstance(value)) {
          throw new IllegalArgumentException(
              "expected " + json.getSimpleName() + ", found " + value);
        }
        return read.apply(json.cast(value));
      }
    };
  }

  /// Returns a codec for values that are written as numbers of any type. JSON does not distinguish
  /// between number types.
  static <T> Codec<T> ofNumber(Function<T, Number> write, Function<Number, T> read) {
    return of(Number.class, write, read);
  }

  /// Returns a codec for values that are written as text.
  static <T> Codec<T> ofText(Function<T, String> write, Function<String, T> read) {
    return of(String.class, write, read);
  }

  /// Returns a codec that omits the field if its value is `usual`, and otherwise works like this
  /// codec.
  default Codec<T> unless(T usual) {
    return new Codec<>() {
      @Override
      public Optional<Object> write(T value) {
        return value.equals(usual) ? Optional.empty() : Codec.this.write(value);
      }

      @Override
      public T read(Object json) {
        return Codec.this.read(json);
      }

      @Override
      public Optional<T> absent() {
        return Optional.of(usual);
      }
    };
  }

  /// Returns a codec that always writes the field. If an older version omitted the field, it is
  /// read as `usual`.
  default Codec<T> or(T usual) {
    return new Codec<>() {
      @Override
      public Optional<Object> write(T value) {
        return Codec.this.write(value);
      }

      @Override
      public T read(Object json) {
        return Codec.this.read(json);
      }

      @Override
      public Optional<T> absent() {
        return Optional.of(usual);
      }
    };
  }
}
