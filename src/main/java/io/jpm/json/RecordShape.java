package io.jpm.json;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;

/// Splits a record, including its nested records, into values and rebuilds the record from them.
///
/// @param constructor the canonical constructor
/// @param accessors the accessors of the components
/// @param places for each component, the index of its value in the flat array, or −1 if the
///   component is a nested record
/// @param inner for each component, its shape if the component is a nested record, otherwise `null`
record RecordShape(
    Constructor<?> constructor,
    List<Method> accessors,
    List<Integer> places,
    List<RecordShape> inner) {
  /// Returns the type of the component at `path`.
  ///
  /// @throws IllegalArgumentException if there is no such component
  static Type typeAt(Class<?> record, String path) {
    int dot = path.indexOf('.');
    String name = dot < 0 ? path : path.substring(0, dot);
    RecordComponent component =
        Arrays.stream(record.getRecordComponents())
            .filter(it -> it.getName().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(record + " has no component " + path));
    return dot < 0
        ? component.getGenericType()
        : typeAt(component.getType(), path.substring(dot + 1));
  }

  /// Returns the shape of `record` in which the components at `paths` are the values.
  ///
  /// @throws IllegalArgumentException if `paths` does not cover all components
  static RecordShape of(Class<?> record, List<String> paths) {
    return of(record, "", paths);
  }

  private static RecordShape of(Class<?> record, String before, List<String> paths) {
    RecordComponent[] components = record.getRecordComponents();
    if (components == null) {
      throw new IllegalArgumentException(
          before.substring(0, before.length() - 1) + " is not described by any field");
    }
    var accessors = new Method[components.length];
    var types = new Class<?>[components.length];
    var places = new Integer[components.length];
    var inner = new RecordShape[components.length];
    for (int i = 0; i < components.length; i++) {
      accessors[i] = components[i].getAccessor();
      accessors[i].setAccessible(true);
      types[i] = components[i].getType();
      String path = before + components[i].getName();
      places[i] = paths.indexOf(path);
      if (places[i] < 0) {
        inner[i] = of(types[i], path + ".", paths);
      }
    }
    try {
      Constructor<?> constructor = record.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return new RecordShape(
          constructor, List.of(accessors), List.of(places), Arrays.asList(inner));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(record + " has no canonical constructor", e);
    }
  }

  /// Stores the values of `record` in the array `values`, each at its index.
  void split(Object record, Object[] values) {
    for (int i = 0; i < accessors.size(); i++) {
      Object part = part(accessors.get(i), record);
      int place = places.get(i);
      if (place < 0) {
        inner.get(i).split(part, values);
      } else {
        values[place] = part;
      }
    }
  }

  private static Object part(Method accessor, Object record) {
    try {
      return accessor.invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(accessor.toString(), e);
    }
  }

  /// Builds the record from `values`.
  ///
  /// @throws RuntimeException the exception of the record's constructor, if it rejects the values
  Object joined(Object[] values) {
    var arguments = new Object[accessors.size()];
    for (int i = 0; i < arguments.length; i++) {
      int place = places.get(i);
      arguments[i] = place < 0 ? inner.get(i).joined(values) : values[place];
    }
    try {
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof RuntimeException refused
          ? refused
          : new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(constructor.toString(), e);
    }
  }
}
