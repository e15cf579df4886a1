package io.jpm.god.instance;

import io.jpm.model.AppName;
import io.jpm.model.process.InstanceId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Resolves a target that a user has typed. The meanings are tried in PM2's order: `all`;
/// `/regex/`, matched against names; the name of an app; the path of its script; a namespace; an
/// id. A name that consists of digits therefore takes precedence over an id. `#3` always means the
/// id 3.
final class Selectors {
  /// Upper bound on matching steps. A reasonable expression needs far fewer for a name of 100
  /// characters.
  private static final int MOST_STEPS = 100_000;

  private Selectors() {}

  /// The result of resolving a target.
  sealed interface TargetResolution {
    /// The selected instances, of which there may be none.
    record Found(List<SupervisedInstance> instances) implements TargetResolution {}

    /// The target is invalid, for example a malformed regular expression.
    record Invalid(String problem) implements TargetResolution {}
  }

  static TargetResolution resolve(String word, Collection<SupervisedInstance> all) {
    if (word.equals(AppName.ALL)) {
      return new TargetResolution.Found(List.copyOf(all));
    }
    if (word.length() > 2 && word.startsWith("/") && word.endsWith("/")) {
      return matching(word, all);
    }
    if (word.startsWith("#") && id(word.substring(1)).isPresent()) {
      return new TargetResolution.Found(ofId(word.substring(1), all));
    }
    List<SupervisedInstance> named =
        first(
            all,
            List.of(
                supervisedInstance -> supervisedInstance.spec.name().value().equals(word),
                supervisedInstance ->
                    supervisedInstance.spec.command().script().toString().equals(word),
                supervisedInstance -> supervisedInstance.spec.namespace().equals(word),
                supervisedInstance -> id(word).filter(supervisedInstance.id::equals).isPresent()));
    return new TargetResolution.Found(named);
  }

  private static List<SupervisedInstance> ofId(String digits, Collection<SupervisedInstance> all) {
    return all.stream()
        .filter(supervisedInstance -> id(digits).filter(supervisedInstance.id::equals).isPresent())
        .toList();
  }

  private static List<SupervisedInstance> first(
      Collection<SupervisedInstance> all, List<Predicate<SupervisedInstance>> meanings) {
    for (Predicate<SupervisedInstance> meaning : meanings) {
      List<SupervisedInstance> found = all.stream().filter(meaning).toList();
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private static TargetResolution matching(String word, Collection<SupervisedInstance> all) {
    try {
      Pattern pattern = Pattern.compile(word.substring(1, word.length() - 1));
      return new TargetResolution.Found(
          all.stream()
              .filter(supervisedInstance ->
                  pattern.matcher(new Limited(supervisedInstance.spec.name().value())).find())
              .toList());
    } catch (PatternSyntaxException e) {
      return new TargetResolution.Invalid(
          "%s is not a regular expression: %s".formatted(word, e.getDescription()));
    } catch (TooManySteps e) {
      return new TargetResolution.Invalid(
          word + " takes too long to match: simplify the expression");
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

  /// A character sequence that limits the number of accesses, to abort a match with excessive
  /// backtracking.
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
