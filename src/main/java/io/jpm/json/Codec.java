package io.jpm.json;

import java.util.Optional;
import java.util.function.Function;

/// Converts values of one type to JSON values and back.
///
/// @param <T> the type
public interface Codec<T> {
  /// Returns the JSON value; empty if the field is left out.
  Optional<Object> write(T value);

  /// Reads a value that [#write] has written.
  ///
  /// @param json the JSON value
  /// @throws RuntimeException if `json` is not such a value; the message says what was expected
  T read(Object json);

  /// Returns the value of a field that is left out; empty if the field is required.
  default Optional<T> absent() {
    return Optional.empty();
  }

  /// Returns a codec for values that are written as a JSON value of one class.
  ///
  /// @param json the class of the JSON value
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

  /// Returns a codec for numbers. JSON does not distinguish their types.
  static <T> Codec<T> ofNumber(Function<T, Number> write, Function<Number, T> read) {
    return of(Number.class, write, read);
  }

  /// Returns a codec for values that are written as text.
  static <T> Codec<T> ofText(Function<T, String> write, Function<String, T> read) {
    return of(String.class, write, read);
  }

  /// Returns this codec for a field that is left out when its value is `usual`.
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

  /// Returns this codec for a field that is always written. A field that an older writer left out
  /// is read as `usual`.
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
