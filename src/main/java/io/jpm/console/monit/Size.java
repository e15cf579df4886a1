package io.jpm.console.monit;

/// The size of the terminal.
///
/// @param cols columns, 1 or more
/// @param rows lines, 1 or more
public record Size(int cols, int rows) {
  /// The minimum size for apps and logs.
  public static final Size LEAST = new Size(40, 10);

  /// Reports whether the screen fits.
  public boolean isEnough() {
    return cols >= LEAST.cols && rows >= LEAST.rows;
  }

  @Override
  public String toString() {
    return cols + "x" + rows;
  }
}
