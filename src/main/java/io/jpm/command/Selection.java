package io.jpm.command;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.jpm.bus.InstanceView;
import io.jpm.model.AppName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What the words of a request name among the instances that who asks may see, in PM2's order:
/// `all`; `/regex/` on names (RE2); an app by name; one by the path of its script; a namespace; an
/// id. Others than those do not exist for it: no word means anything else because of them.
sealed interface Selection {
  /// These, each once, by id.
  record Found(List<InstanceView> instances) implements Selection {
    public Found {
      instances = List.copyOf(instances);
    }
  }

  /// Some words name nothing.
  record Missing(List<String> words) implements Selection {
    public Missing {
      words = List.copyOf(words);
    }
  }

  /// A word itself is wrong.
  record Wrong(String problem) implements Selection {}

  /// Finds what words name.
  ///
  /// @param words one or more
  /// @param visible what who asks may see
  static Selection of(List<String> words, Collection<InstanceView> visible) {
    Set<InstanceView> found = new LinkedHashSet<>();
    List<String> missing = new ArrayList<>();
    for (String word : words) {
      try {
        List<InstanceView> some = meaning(word, visible);
        found.addAll(some);
        if (some.isEmpty()) {
          missing.add(word);
        }
      } catch (PatternSyntaxException broken) {
        return new Wrong(
            "targets: %s is no regular expression: %s".formatted(word, broken.getDescription()));
      }
    }
    return missing.isEmpty()
        ? new Found(visible.stream().filter(found::contains).toList())
        : new Missing(missing);
  }

  /// The words that name exactly these instances to God, whatever else there is: the names of apps
  /// that are meant as a whole, else ids that can be nothing else.
  ///
  /// @param all every instance there is
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

  /// The word that names this instance alone.
  static String word(InstanceView instance) {
    return "#" + instance.id();
  }

  private static List<InstanceView> meaning(String word, Collection<InstanceView> visible) {
    if (word.equals(AppName.ALL)) {
      return List.copyOf(visible);
    }
    if (word.length() > 2 && word.startsWith("/") && word.endsWith("/")) {
      Pattern pattern = Pattern.compile(word.substring(1, word.length() - 1));
      return visible.stream()
          .filter(it -> pattern.matcher(it.spec().name().value()).find())
          .toList();
    }
    List<Predicate<InstanceView>> meanings =
        List.of(
            it -> word(it).equals(word),
            it -> it.spec().name().value().equals(word),
            it -> it.spec().command().script().toString().equals(word),
            it -> it.spec().namespace().equals(word),
            it -> id(word).filter(number -> number == it.id().value()).isPresent());
    return meanings.stream()
        .map(meaning -> visible.stream().filter(meaning).toList())
        .filter(found -> !found.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  private static Optional<Integer> id(String word) {
    return word.matches("[0-9]{1,9}") ? Optional.of(Integer.parseInt(word)) : Optional.empty();
  }
}
