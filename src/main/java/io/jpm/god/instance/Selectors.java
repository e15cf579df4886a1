package io.jpm.god.instance;

import io.jpm.model.AppName;
import io.jpm.model.run.InstanceId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Resolves a target that a user has typed, in PM2's order: `all`; `/regex/` on names; the name of
/// an app; the path of its script; a namespace; an id. A name that consists of digits takes
/// precedence over an id; `#3` always means the id 3.
final class Selectors {
  /// Upper bound on matching steps. A reasonable expression needs far fewer for a name of 100
  /// characters.
  private static final int MOST_STEPS = 100_000;

  private Selectors() {}

  /// The result of resolving a target.
  sealed interface Meaning {
    /// The selected instances; may be empty.
    record Found(List<Instance> instances) implements Meaning {}

    /// The target itself is invalid.
    record Wrong(String problem) implements Meaning {}
  }

  static Meaning of(String word, Collection<Instance> all) {
    if (word.equals(AppName.ALL)) {
      return new Meaning.Found(List.copyOf(all));
    }
    if (word.length() > 2 && word.startsWith("/") && word.endsWith("/")) {
      return matching(word, all);
    }
    if (word.startsWith("#") && id(word.substring(1)).isPresent()) {
      return new Meaning.Found(ofId(word.substring(1), all));
    }
    List<Instance> named =
        first(
            all,
            List.of(
                instance -> instance.spec.name().value().equals(word),
                instance -> instance.spec.command().script().toString().equals(word),
                instance -> instance.spec.namespace().equals(word),
                instance -> id(word).filter(instance.id::equals).isPresent()));
    return new Meaning.Found(named);
  }

  private static List<Instance> ofId(String digits, Collection<Instance> all) {
    return all.stream()
        .filter(instance -> id(digits).filter(instance.id::equals).isPresent())
        .toList();
  }

  private static List<Instance> first(
      Collection<Instance> all, List<Predicate<Instance>> meanings) {
    for (Predicate<Instance> meaning : meanings) {
      List<Instance> found = all.stream().filter(meaning).toList();
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private static Meaning matching(String word, Collection<Instance> all) {
    try {
      Pattern pattern = Pattern.compile(word.substring(1, word.length() - 1));
      return new Meaning.Found(
          all.stream()
              .filter(instance -> pattern.matcher(new Limited(instance.spec.name().value())).find())
              .toList());
    } catch (PatternSyntaxException e) {
      return new Meaning.Wrong(
          "%s is not a regular expression: %s".formatted(word, e.getDescription()));
    } catch (TooManySteps e) {
      return new Meaning.Wrong(word + " takes too long to match: simplify it");
    }
  }

  private static Optional<InstanceId> id(String word) {
    return word.matches("[0-9]{1,9}")
        ? Optional.of(new InstanceId(Integer.parseInt(word)))
        : Optional.empty();
  }

  private static final class TooManySteps extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /// A text that aborts a match with excessive backtracking.
  private static final class Limited implements CharSequence {
    private final String text;
    private int steps;

    Limited(String text) {
      this.text = text;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      steps++;
      if (steps > MOST_STEPS) {
        throw new TooManySteps();
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
