package io.jpm.config;

import io.jpm.model.AppSpec;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A spec as JSON that contains only the values that differ from an app with nothing but a name and
/// a command.
final class SpecDifference {
  private SpecDifference() {}

  static JsonObject of(AppSpec spec) {
    AppSpec plain = AppSpec.builder(spec.name(), spec.command(), spec.cwd()).build();
    JsonObject picture = new JsonObject();
    picture.put("name", spec.name().value());
    picture.put("command", toJson(spec.command()));
    picture.put("cwd", spec.cwd().toString());
    if (difference(spec, plain) instanceof JsonObject rest) {
      picture.mergeIn(rest);
    }
    return picture;
  }

  private static @Nullable Object difference(@Nullable Object value, @Nullable Object plain) {
    if (value == null || plain == null || !value.getClass().equals(plain.getClass())) {
      return toJson(value);
    }
    if (!(value instanceof Record)) {
      return toJson(value);
    }
    JsonObject object = new JsonObject();
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      Object own = componentValue(component, value);
      Object other = componentValue(component, plain);
      if (!Objects.equals(own, other)) {
        object.put(component.getName(), difference(own, other));
      }
    }
    return object;
  }

  private static @Nullable Object toJson(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Optional<?> optional -> toJson(optional.orElse(null));
      case OptionalInt number -> number.isPresent() ? number.getAsInt() : null;
      case OptionalLong number -> number.isPresent() ? number.getAsLong() : null;
      case Duration time -> time.toMillis() + "ms";
      case Map<?, ?> map -> object(map);
      case java.util.Set<?> set ->
          new JsonArray(
              set.stream().map(SpecDifference::toJson).map(String::valueOf).sorted().toList());
      case Collection<?> list -> array(list);
      case Record data -> record(data);
      case Number number -> number;
      case Boolean flag -> flag;
      default -> value.toString();
    };
  }

  private static JsonObject object(Map<?, ?> map) {
    Map<String, @Nullable Object> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put(String.valueOf(key), toJson(value)));
    JsonObject object = new JsonObject();
    sorted.forEach(object::put);
    return object;
  }

  private static JsonArray array(Collection<?> list) {
    JsonArray array = new JsonArray();
    list.forEach(item -> array.add(toJson(item)));
    return array;
  }

  private static Object record(Record data) {
    RecordComponent[] components = data.getClass().getRecordComponents();
    Class<?> around = data.getClass().getEnclosingClass();
    JsonObject object = new JsonObject();
    if (around != null && around.isInterface()) {
      object.put("is", data.getClass().getSimpleName());
    }
    for (RecordComponent component : components) {
      object.put(component.getName(), toJson(componentValue(component, data)));
    }
    return object;
  }

  private static @Nullable Object componentValue(RecordComponent component, Object of) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a part of a record cannot be read", e);
    }
  }
}
