package io.jpm.console.cli;

import io.jpm.model.AppSpec;
import java.util.ArrayList;
import java.util.List;

/// The targets of a command, divided into selectors and apps from process files.
///
/// @param words the selectors, which God resolves
/// @param specs the apps from process files, as the files currently define them
public record ResolvedTargets(List<String> words, List<AppSpec> specs) {
  public static final ResolvedTargets NOTHING = new ResolvedTargets(List.of(), List.of());

  public ResolvedTargets {
    words = List.copyOf(words);
    specs = List.copyOf(specs);
  }

  public ResolvedTargets and(ResolvedTargets more) {
    return new ResolvedTargets(joined(words, more.words), joined(specs, more.specs));
  }

  /// Returns selectors for all targets. Apps from process files are selected by name.
  public List<String> names() {
    return joined(words, specs.stream().map(spec -> spec.name().value()).toList());
  }

  /// Returns the concatenation of two lists.
  public static <T> List<T> joined(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }
}
