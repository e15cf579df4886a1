package io.jpm.console.monit;

/// How large the terminal is.
///
/// @param cols columns, 1 or more
/// @param rows lines, 1 or more
public record Size(int cols, int rows) {
  /// The smallest on which apps and logs have room.
  public static final Size LEAST = new Size(40, 10);

  /// Whether there is room for the screen.
  public boolean isEnough() {
    return cols >= LEAST.cols && rows >= LEAST.rows;
  }

  @Override
  public String toString() {
    return cols + "x" + rows;
  }
}
