package io.jpm.console.monit;

/// Divides the screen into areas. From top to bottom, these are one line for the system, one line
/// for column titles, the apps, the details, a title, the log, and one line for keys. On a wide
/// screen, the details are beside the apps.
///
/// @param size the size of the screen
/// @param beside whether the details are beside the apps
/// @param listWidth the width of the list, in columns
/// @param listRows the number of lines of the list, without its title
/// @param detailRows the number of lines of the details
/// @param logRows the number of lines of the log, without its title
public record ScreenLayout(
    Size size, boolean beside, int listWidth, int listRows, int detailRows, int logRows) {
  private static final int WIDE = 130;
  private static final int DETAILS_WIDTH = 50;
  private static final int DETAILS_BELOW = 4;
  private static final int DETAILS_BESIDE = 12;
  private static final int BARS = 4;
  private static final int LEAST_LOG = 2;

  /// Returns the layout for a list with `apps` rows.
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
