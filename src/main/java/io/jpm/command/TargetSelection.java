package io.jpm.command;

import io.jpm.bus.god.InstanceView;
import io.jpm.model.AppName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The result of resolving the selectors of a request to instances that the principal may see.
/// Selectors are tried in PM2's order: `all`; `/regex/` on names (RE2); the name of an app; the
/// path of its script; a namespace; an id; a glob on names. Instances that the principal may not
/// see are ignored and never change the meaning of a selector.
sealed interface TargetSelection {
  /// The maximum number of selectors in a request.
  int MAX_WORDS = 1000;

  /// The maximum number of literal selectors that are resolved on the event loop.
  int FEW_WORDS = 20;

  /// Every selector matches. Contains the selected instances, each once, sorted by id.
  record Found(List<InstanceView> instances) implements TargetSelection {
    public Found {
      instances = List.copyOf(instances);
    }
  }

  /// At least one selector matches no instance.
  record Missing(List<String> words) implements TargetSelection {
    public Missing {
      words = List.copyOf(words);
    }
  }

  /// A selector is malformed.
  record Invalid(String problem) implements TargetSelection {}

  /// Resolves selectors.
  ///
  /// @param words one or more selectors
  /// @param visible the instances that the principal may see
  static TargetSelection of(List<String> words, Collection<InstanceView> visible) {
    if (words.size() > MAX_WORDS) {
      return new Invalid(
          "targets: %d selectors, but at most %d are allowed".formatted(words.size(), MAX_WORDS));
    }
    Set<InstanceView> found = new LinkedHashSet<>();
    List<String> missing = new ArrayList<>();
    for (String word : words) {
      try {
        List<InstanceView> some = meaning(word, visible);
        found.addAll(some);
        if (some.isEmpty()) {
          missing.add(word);
        }
      } catch (NamePattern.InvalidPatternException invalidPatternException) {
        return new Invalid(String.valueOf(invalidPatternException.getMessage()));
      }
    }
    return missing.isEmpty()
        ? new Found(visible.stream().filter(found::contains).toList())
        : new Missing(missing);
  }

  /// Returns selectors that make God select exactly these instances, whatever other instances
  /// exist: the name of an app if all its instances are chosen, otherwise ids in the unambiguous
  /// form `#ID`.
  ///
  /// @param all every existing instance
  static List<String> words(List<InstanceView> chosen, Collection<InstanceView> all) {
    Map<AppName, Long> sizes =
        all.stream().collect(Collectors.groupingBy(it -> it.spec().name(), Collectors.counting()));
    Map<AppName, List<InstanceView>> byApp = new LinkedHashMap<>();
    chosen.forEach(it -> byApp.computeIfAbsent(it.spec().name(), _ -> new ArrayList<>()).add(it));
    List<String> words = new ArrayList<>();
    byApp.forEach((app, instances) -> {
      if (sizes.getOrDefault(app, 0L) == instances.size()) {
        words.add(app.value());
      } else {
        instances.forEach(instance -> words.add(word(instance)));
      }
    });
    return words;
  }

  /// Returns a selector that matches only this instance.
  static String word(InstanceView instance) {
    return "#" + instance.id();
  }

  /// Reports whether resolving these selectors would take too long on an event loop.
  static boolean isLong(List<String> words) {
    return words.size() > FEW_WORDS || NamePattern.isAmong(words);
  }

  private static List<InstanceView> meaning(String word, Collection<InstanceView> visible)
      throws NamePattern.InvalidPatternException {
    if (word.equals(AppName.ALL)) {
      return List.copyOf(visible);
    }
    if (NamePattern.isExpression(word)) {
      return matching(NamePattern.of(word), visible);
    }
    Optional<Integer> number = id(word);
    List<Predicate<InstanceView>> meanings =
        List.of(
            it -> word(it).equals(word),
            it -> it.spec().name().value().equals(word),
            it -> it.spec().command().script().toString().equals(word),
            it -> it.spec().namespace().equals(word),
            it -> number.filter(id -> id == it.id().value()).isPresent());
    List<InstanceView> literal =
        meanings.stream()
            .map(meaning -> visible.stream().filter(meaning).toList())
            .filter(found -> !found.isEmpty())
            .findFirst()
            .orElse(List.of());
    return literal.isEmpty() && NamePattern.isGlob(word)
        ? matching(NamePattern.of(word), visible)
        : literal;
  }

  /// Returns the instances of the apps whose names match. Each name is matched only once, although
  /// the instances of an app share it.
  private static List<InstanceView> matching(
      NamePattern pattern, Collection<InstanceView> visible) {
    Map<AppName, Boolean> known = new HashMap<>();
    return visible.stream()
        .filter(
            it -> known.computeIfAbsent(it.spec().name(), name -> pattern.matches(name.value())))
        .toList();
  }

  private static Optional<Integer> id(String word) {
    return word.matches("[0-9]{1,9}") ? Optional.of(Integer.parseInt(word)) : Optional.empty();
  }
}
