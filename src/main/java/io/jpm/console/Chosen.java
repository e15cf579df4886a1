package io.jpm.console;

import io.jpm.model.AppSpec;
import java.util.ArrayList;
import java.util.List;

/// What the targets of a command name.
///
/// @param words selectors, for God
/// @param specs apps of process files, as the files have them now
record Chosen(List<String> words, List<AppSpec> specs) {
  static final Chosen NOTHING = new Chosen(List.of(), List.of());

  Chosen {
    words = List.copyOf(words);
    specs = List.copyOf(specs);
  }

  Chosen and(Chosen more) {
    return new Chosen(joined(words, more.words), joined(specs, more.specs));
  }

  /// Selectors of all of it: an app of a file goes by its name.
  List<String> names() {
    return joined(words, specs.stream().map(spec -> spec.name().value()).toList());
  }

  static <T> List<T> joined(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }
}
