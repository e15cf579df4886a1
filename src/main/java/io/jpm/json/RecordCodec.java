package io.jpm.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// Converts a record to a JSON object and back, according to a one-line description:
///
/// ```java
/// RecordCodec.of(Cluster.class, codecs, "enabled balance drain=drain_timeout port")
/// ```
///
/// - The words name the components, in the order in which they are written.
/// - The text after `=` is the name of the JSON field. Without it, the field is named after the
///   component, in snake case.
/// - A dot selects a component of a nested record, which becomes a field of the same object:
///   `window.time=restart_window`.
/// - A star inlines the fields of a component whose codec is a [Fields].
/// - Every component must either be named or be [#fixed].
///
/// Not thread-safe while it is being configured. After that, any thread may use it.
///
/// @param <R> the type of the record
public final class RecordCodec<R> implements Fields<R> {
  /// One field, as declared by a word of the description.
  private static final class Field {
    private final String path;
    private final String key;
    private final boolean inlined;
    private Codec<Object> codec;

    private Field(String path, String key, boolean inlined, Codec<Object> codec) {
      this.path = path;
      this.key = key;
      this.inlined = inlined;
      this.codec = codec;
    }
  }

  private static final Pattern SPACE = Pattern.compile("\\s+");

  private final Class<R> type;
  private final List<Field> fields = new ArrayList<>();
  private final Map<String, Object> fixed = new LinkedHashMap<>();
  private Optional<RecordShape> shape = Optional.empty();

  private RecordCodec(Class<R> type) {
    this.type = type;
  }

  /// Returns a codec for `type` according to the description `words`.
  ///
  /// @param codecs provides the codecs of the components
  /// @throws IllegalArgumentException if a word does not name a component, or a component has no
  ///   codec
  public static <R extends Record> RecordCodec<R> of(Class<R> type, Codecs codecs, String words) {
    var codec = new RecordCodec<R>(type);
    SPACE.splitAsStream(words.strip()).forEach(word -> codec.add(word, codecs));
    return codec;
  }

  private void add(String word, Codecs known) {
    boolean inlined = word.startsWith("*");
    String bare = inlined ? word.substring(1) : word;
    int equals = bare.indexOf('=');
    String path = equals < 0 ? bare : bare.substring(0, equals);
    String name = path.substring(path.lastIndexOf('.') + 1);
    String key = equals < 0 ? snakeCase(name) : bare.substring(equals + 1);
    fields.add(new Field(path, key, inlined, known.of(RecordShape.typeAt(type, path))));
  }

  private static String snakeCase(String name) {
    return name.replaceAll("(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  /// Replaces the codec of the component at `path` with the result of `change`.
  @SuppressWarnings("unchecked")
  public <T> RecordCodec<R> field(String path, UnaryOperator<Codec<T>> change) {
    Field field =
        fields.stream()
            .filter(it -> it.path.equals(path))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("the description contains no field " + path));
    field.codec = (Codec<Object>) (Codec<?>) change.apply((Codec<T>) (Codec<?>) field.codec);
    return this;
  }

  /// Omits the fields at `paths` if their value is `usual`.
  public RecordCodec<R> unless(Object usual, String... paths) {
    for (String path : paths) {
      field(path, codec -> codec.unless(usual));
    }
    return this;
  }

  /// Always writes the fields at `paths`. A field that an older version omitted is read as `usual`.
  public RecordCodec<R> or(Object usual, String... paths) {
    for (String path : paths) {
      field(path, codec -> codec.or(usual));
    }
    return this;
  }

  /// Excludes the component at `path` from the JSON object. When a record is read, the component is
  /// always `value`.
  public RecordCodec<R> fixed(String path, Object value) {
    fixed.put(path, value);
    return this;
  }

  /// Returns the shape, which is created on first use, when all components are known.
  private RecordShape shape() {
    if (shape.isEmpty()) {
      List<String> paths = new ArrayList<>(fields.stream().map(it -> it.path).toList());
      paths.addAll(fixed.keySet());
      shape = Optional.of(RecordShape.of(type, paths));
    }
    return shape.get();
  }

  @Override
  public void put(R value, Map<String, Object> object) {
    var parts = new Object[fields.size() + fixed.size()];
    shape().split(value, parts);
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      if (field.inlined && field.codec instanceof Fields<Object> inner) {
        inner.put(parts[i], object);
      } else {
        field.codec.write(parts[i]).ifPresent(json -> object.put(field.key, json));
      }
    }
  }

  @Override
  public R take(Map<String, Object> object) {
    var parts = new Object[fields.size() + fixed.size()];
    int at = 0;
    for (Field field : fields) {
      parts[at++] = part(field, object);
    }
    for (Object value : fixed.values()) {
      parts[at++] = value;
    }
    return type.cast(shape().joined(parts));
  }

  private static Object part(Field field, Map<String, Object> object) {
    if (field.inlined && field.codec instanceof Fields<Object> inner) {
      return inner.take(object);
    }
    Object json = object.get(field.key);
    try {
      return json == null
          ? field.codec.absent().orElseThrow(() -> new IllegalArgumentException("is missing"))
          : field.codec.read(json);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(field.key + ": " + e.getMessage(), e);
    }
  }
}
