package io.jpm.config.values;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Collects the problems and warnings that are found while one input is read.
public final class Problems {
  private record Found(int line, Problem problem) {}

  private final List<Found> found = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private boolean watchRequested;

  /// Records that the file sets `hot: true`, which applies it whenever it changes.
  public void hot() {
    watchRequested = true;
  }

  public boolean isHot() {
    return watchRequested;
  }

  /// Records a problem.
  ///
  /// @param line the line by which problems are sorted; 0 sorts first
  /// @param where the location, see [Problem#location]
  /// @param what the message, see [Problem#message]
  public void problem(int line, String where, String what) {
    found.add(new Found(line, new Problem(where, what)));
  }

  public void warn(String warning) {
    warnings.add(Problem.printable(warning));
  }

  public int problemCount() {
    return found.size();
  }

  /// Returns the problems in the order of their lines.
  public List<Problem> problems() {
    return found.stream().sorted(Comparator.comparingInt(Found::line)).map(Found::problem).toList();
  }

  public List<String> warnings() {
    return List.copyOf(warnings);
  }
}
