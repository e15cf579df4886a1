package io.jpm.spec;

import io.jpm.model.AppSpec;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/// Copies attributes from one spec to another. Attributes are located by the component paths of
/// [SpecField], so no attribute needs code of its own.
public final class SpecParts {
  private SpecParts() {}

  /// Returns a copy of `into` in which the attributes `keys` have the values of `from`.
  ///
  /// @param keys names of attributes as in [SpecField#key]
  public static AppSpec merge(Set<String> keys, AppSpec from, AppSpec into) {
    AppSpec result = into;
    for (SpecField field : SpecField.ALL) {
      if (keys.contains(field.key())) {
        List<String> way = List.of(field.component().split("\\.", -1));
        result = (AppSpec) with(result, way.iterator(), from);
      }
    }
    return result;
  }

  /// Returns a copy of `record` in which the component at the path `way` is replaced by the one in
  /// `from`, a record of the same class.
  private static Object with(Object record, Iterator<String> way, Object from) {
    String name = way.next();
    RecordComponent[] components = record.getClass().getRecordComponents();
    Object[] values = new Object[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        RecordComponent component = components[i];
        Object mine = component.getAccessor().invoke(record);
        if (component.getName().equals(name)) {
          Object theirs = component.getAccessor().invoke(from);
          values[i] = way.hasNext() ? with(mine, way, theirs) : theirs;
        } else {
          values[i] = mine;
        }
      }
      Constructor<?> constructor =
          record
              .getClass()
              .getDeclaredConstructor(
                  Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no component " + name + " in " + record.getClass(), e);
    }
  }
}
