package io.jpm.console.monit;

/// The size of the terminal.
///
/// @param cols the number of columns, at least 1
/// @param rows the number of lines, at least 1
public record Size(int cols, int rows) {
  /// The minimum size at which the screen can show apps and logs.
  public static final Size LEAST = new Size(40, 10);

  /// Reports whether the terminal is large enough.
  public boolean isEnough() {
    return cols >= LEAST.cols && rows >= LEAST.rows;
  }

  @Override
  public String toString() {
    return cols + "x" + rows;
  }
}
