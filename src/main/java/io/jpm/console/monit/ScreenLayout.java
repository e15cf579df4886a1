package io.jpm.console.monit;

/// Assigns the lines of the screen. From top to bottom: one line for the system, one with column
/// titles, apps, details, a title and the log, and a line for keys. On a wide screen the details
/// are beside the apps.
///
/// @param size of the screen
/// @param beside whether the details are beside the apps
/// @param listWidth columns of the list
/// @param listRows lines of the list, without its title
/// @param detailRows lines of the details
/// @param logRows lines of the log, without its title
public record ScreenLayout(
    Size size, boolean beside, int listWidth, int listRows, int detailRows, int logRows) {
  private static final int WIDE = 130;
  private static final int DETAILS_WIDTH = 50;
  private static final int DETAILS_BELOW = 4;
  private static final int DETAILS_BESIDE = 12;
  private static final int BARS = 4;
  private static final int LEAST_LOG = 2;

  /// Returns the layout for `apps` list rows.
  public static ScreenLayout of(Size size, int apps) {
    int height = size.rows() - BARS;
    if (size.cols() >= WIDE) {
      int list = Math.clamp(Math.max(apps, DETAILS_BESIDE), 1, Math.max(1, height / 2));
      return new ScreenLayout(
          size, true, size.cols() - DETAILS_WIDTH - 1, list, list + 1, height - list);
    }
    int details = height >= 3 * DETAILS_BELOW ? DETAILS_BELOW : height >= 10 ? 2 : 0;
    int list = Math.clamp(apps, 1, Math.max(1, (height - details) / 2));
    return new ScreenLayout(
        size, false, size.cols(), list, details, Math.max(LEAST_LOG, height - details - list));
  }

  int detailWidth() {
    return beside ? DETAILS_WIDTH : size.cols();
  }
}
