package io.jpm.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The problems and warnings of one reading, as they are found. Owned by that reading.
final class Findings {
  private record Found(int line, Problem problem) {}

  private final List<Found> found = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private boolean hot;

  /// The file says that it is to be read again whenever it changes.
  void hot() {
    hot = true;
  }

  boolean isHot() {
    return hot;
  }

  void problem(int line, String where, String what) {
    found.add(new Found(line, new Problem(where, what)));
  }

  void warn(String warning) {
    warnings.add(Problem.printable(warning));
  }

  int problemCount() {
    return found.size();
  }

  /// The problems in the order of their lines.
  List<Problem> problems() {
    return found.stream().sorted(Comparator.comparingInt(Found::line)).map(Found::problem).toList();
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }
}
