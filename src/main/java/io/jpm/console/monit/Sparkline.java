package io.jpm.console.monit;

/// Draws a series of values as a one-line chart.
final class Sparkline {
  private static final String BLOCKS = "▁▂▃▄▅▆▇█";
  private static final String ASCII = "_.-=+*#@";

  private Sparkline() {}

  /// Draws the last values, one per column, right-aligned in `width` columns.
  ///
  /// @param values the values, oldest first, none of them negative
  /// @param least the minimum full-scale value, so that small values do not fill the chart
  static String of(double[] values, int width, double least, TerminalFeatures terminalFeatures) {
    int from = Math.max(0, values.length - width);
    double top = least;
    for (int i = from; i < values.length; i++) {
      top = Math.max(top, values[i]);
    }
    String steps = terminalFeatures.unicode() ? BLOCKS : ASCII;
    var text = new StringBuilder();
    text.repeat(' ', width - (values.length - from));
    for (int i = from; i < values.length; i++) {
      long step = top <= 0 ? 0 : Math.round(values[i] / top * (steps.length() - 1));
      text.append(steps.charAt(Math.clamp(step, 0, steps.length() - 1)));
    }
    return text.toString();
  }
}
