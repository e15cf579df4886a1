package io.jpm.console.cli;

import io.jpm.model.AppSpec;
import java.util.ArrayList;
import java.util.List;

/// What the targets of a command name.
///
/// @param words selectors, for God
/// @param specs apps of process files, as the files have them now
public record ResolvedTargets(List<String> words, List<AppSpec> specs) {
  public static final ResolvedTargets NOTHING = new ResolvedTargets(List.of(), List.of());

  public ResolvedTargets {
    words = List.copyOf(words);
    specs = List.copyOf(specs);
  }

  public ResolvedTargets and(ResolvedTargets more) {
    return new ResolvedTargets(joined(words, more.words), joined(specs, more.specs));
  }

  /// Selectors of all of it: an app of a file goes by its name.
  public List<String> names() {
    return joined(words, specs.stream().map(spec -> spec.name().value()).toList());
  }

  public static <T> List<T> joined(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }
}
