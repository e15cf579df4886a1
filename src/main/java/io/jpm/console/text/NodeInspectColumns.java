package io.jpm.console.text;

import java.util.ArrayList;
import java.util.List;

/// Arranges the elements of long arrays in columns, approximately in a square, as Node's
/// `util.inspect` does.
final class NodeInspectColumns {
  /// The maximum size of an array that is not arranged in columns.
  private static final int FEW = 6;

  private static final int SEPARATOR = 2;
  private static final int MOST_COLUMNS = 15;
  private static final int COLUMNS_OF_COMPACT = 12;

  /// The ratio of the height of a character to its width.
  private static final double HEIGHT = 2.5;

  private NodeInspectColumns() {}

  /// Returns the lines, each with several entries. Returns `entries` unchanged if columns would not
  /// save lines.
  ///
  /// @param numbers whether all entries are numbers, which are right-aligned
  /// @param width the width of a line
  /// @param indent the indentation of the array
  static List<String> group(List<String> entries, boolean numbers, int width, int indent) {
    int longest = entries.stream().mapToInt(String::length).max().orElse(0) + SEPARATOR;
    int total = entries.stream().mapToInt(entry -> entry.length() + SEPARATOR).sum();
    boolean alike = (double) total / longest > 5 || longest - SEPARATOR <= FEW;
    if (entries.size() <= FEW || longest * 3 + indent >= width || !alike) {
      return entries;
    }
    int columns = columns(entries.size(), total, longest, width - indent);
    if (columns <= 1) {
      return entries;
    }
    int[] widths = new int[columns];
    for (int i = 0; i < entries.size(); i++) {
      int at = i % columns;
      widths[at] = Math.max(widths[at], entries.get(i).length() + SEPARATOR);
    }
    List<String> lines = new ArrayList<>();
    for (int from = 0; from < entries.size(); from += columns) {
      int to = Math.min(from + columns, entries.size());
      lines.add(line(entries.subList(from, to), widths, numbers));
    }
    return lines;
  }

  private static int columns(int count, int total, int longest, int room) {
    double bias = Math.sqrt(longest - (double) total / count);
    double biased = Math.max(longest - 3 - bias, 1);
    long square = Math.round(Math.sqrt(HEIGHT * biased * count) / biased);
    return (int)
        Math.min(Math.min(square, room / longest), Math.min(COLUMNS_OF_COMPACT, MOST_COLUMNS));
  }

  private static String line(List<String> entries, int[] widths, boolean numbers) {
    var line = new StringBuilder();
    for (int i = 0; i < entries.size(); i++) {
      boolean last = i == entries.size() - 1;
      String entry = entries.get(i) + (last ? "" : ", ");
      int gap = Math.max(0, widths[i] - (last ? SEPARATOR : 0) - entry.length());
      if (numbers) {
        line.repeat(' ', gap).append(entry);
      } else {
        line.append(entry).repeat(' ', last ? 0 : gap);
      }
    }
    return line.toString();
  }
}
