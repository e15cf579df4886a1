package io.jpm.console.text;

import java.util.ArrayList;
import java.util.List;

/// A table drawn with box-drawing characters. If the table is wider than the screen, it drops the
/// least important columns first and then truncates the flexible columns.
final class Grid {
  private final List<Column> columns;
  private final List<List<Cell>> rows;

  /// The layout of a column.
  ///
  /// @param header the title; the table has no header row if all titles are empty
  /// @param minimum the minimum width, in terminal columns
  /// @param rank columns with a higher rank are dropped first; rank 0 is never dropped
  /// @param flexible whether the text in this column may be truncated
  record Column(String header, int minimum, int rank, boolean flexible) {}

  private static final int NARROWEST_FLEXIBLE = 4;

  /// @param rows the rows, each with one cell per column
  Grid(List<Column> columns, List<List<Cell>> rows) {
    this.columns = columns;
    this.rows = rows;
  }

  /// Returns the table, each line terminated by a line feed.
  String draw(TextStyle textStyle) {
    int[] widths = naturalWidths();
    List<Integer> shown = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      shown.add(i);
    }
    if (textStyle.width() > 0) {
      dropColumns(shown, widths, textStyle.width());
      shrinkFlexible(shown, widths, textStyle.width());
    }
    StringBuilder text = new StringBuilder();
    line(text, shown, widths, "┌┬┐");
    if (columns.stream().anyMatch(column -> !column.header.isEmpty())) {
      List<Cell> header =
          columns.stream().map(column -> new Cell(column.header, Paint.HEADER)).toList();
      row(text, header, shown, widths, textStyle);
      if (!rows.isEmpty()) {
        line(text, shown, widths, "├┼┤");
      }
    }
    for (List<Cell> cells : rows) {
      row(text, cells, shown, widths, textStyle);
    }
    line(text, shown, widths, "└┴┘");
    return text.toString();
  }

  private int[] naturalWidths() {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      Column column = columns.get(i);
      widths[i] = Math.max(column.minimum, TextWidth.of(column.header));
      for (List<Cell> cells : rows) {
        widths[i] = Math.max(widths[i], TextWidth.of(cells.get(i).text()));
      }
    }
    return widths;
  }

  /// Drops columns until the table fits with its flexible columns at their comfortable width.
  private void dropColumns(List<Integer> shown, int[] widths, int limit) {
    while (total(shown, widths) - slack(shown, widths) > limit) {
      Integer worst = null;
      for (Integer i : shown) {
        if (columns.get(i).rank > (worst == null ? 0 : columns.get(worst).rank)) {
          worst = i;
        }
      }
      if (worst == null) {
        return;
      }
      shown.remove(/* value, not index */ (Object) worst);
    }
  }

  private int slack(List<Integer> shown, int[] widths) {
    return shown.stream()
        .filter(i -> columns.get(i).flexible)
        .mapToInt(i -> Math.max(0, widths[i] - comfortable(i)))
        .sum();
  }

  /// Returns the comfortable width of a flexible column. The column is narrowed further only after
  /// all optional columns have been dropped.
  private int comfortable(int i) {
    return Math.max(columns.get(i).minimum, 2 * NARROWEST_FLEXIBLE);
  }

  private void shrinkFlexible(List<Integer> shown, int[] widths, int limit) {
    for (Integer i : shown) {
      int excess = total(shown, widths) - limit;
      if (excess > 0 && columns.get(i).flexible) {
        widths[i] = Math.max(Math.min(widths[i], NARROWEST_FLEXIBLE), widths[i] - excess);
      }
    }
  }

  private static int total(List<Integer> shown, int[] widths) {
    return shown.stream().mapToInt(i -> widths[i] + 3).sum() + 1;
  }

  private static void line(StringBuilder text, List<Integer> shown, int[] widths, String corners) {
    for (int at = 0; at < shown.size(); at++) {
      text.append(corners.charAt(at == 0 ? 0 : 1)).repeat('─', widths[shown.get(at)] + 2);
    }
    text.append(corners.charAt(2)).append('\n');
  }

  private static void row(
      StringBuilder text,
      List<Cell> cells,
      List<Integer> shown,
      int[] widths,
      TextStyle textStyle) {
    for (Integer i : shown) {
      String fitted = TextWidth.fit(cells.get(i).text(), widths[i]);
      text.append("│ ").append(cells.get(i).paint().on(fitted, textStyle.colors()));
      text.repeat(' ', widths[i] - TextWidth.of(fitted) + 1);
    }
    text.append("│\n");
  }
}
