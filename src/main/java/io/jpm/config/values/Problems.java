package io.jpm.config.values;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The problems and warnings of one reading, as they are found. Owned by that reading.
public final class Problems {
  private record Found(int line, Problem problem) {}

  private final List<Found> found = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private boolean hot;

  /// The file says that it is to be read again whenever it changes.
  public void hot() {
    hot = true;
  }

  public boolean isHot() {
    return hot;
  }

  public void problem(int line, String where, String what) {
    found.add(new Found(line, new Problem(where, what)));
  }

  public void warn(String warning) {
    warnings.add(Problem.printable(warning));
  }

  public int problemCount() {
    return found.size();
  }

  /// The problems in the order of their lines.
  public List<Problem> problems() {
    return found.stream().sorted(Comparator.comparingInt(Found::line)).map(Found::problem).toList();
  }

  public List<String> warnings() {
    return List.copyOf(warnings);
  }
}
