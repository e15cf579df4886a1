package io.jpm.config.values;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the known name that is most similar to a misspelled name.
public final class NearestName {
  private NearestName() {}

  /// Returns the candidate with the fewest differing letters. At most one difference is accepted
  /// for a name of up to 4 letters, two for up to 8 letters, and three for longer names. If several
  /// candidates are equally close, the first one is returned.
  public static Optional<String> to(String typed, Collection<String> candidates) {
    if (typed.length() > 60) {
      return Optional.empty();
    }
    int allowed = typed.length() <= 4 ? 1 : typed.length() <= 8 ? 2 : 3;
    String name = plain(typed);
    return candidates.stream()
        .map(candidate -> new Ranked(candidate, distance(name, plain(candidate))))
        .filter(ranked -> ranked.distance() <= allowed)
        .min(Comparator.comparingInt(Ranked::distance))
        .map(Ranked::name);
  }

  private record Ranked(String name, int distance) {}

  /// Removes hyphens and underscores and ignores case, which makes `max_restarts`, `maxRestarts`
  /// and `max-restarts` equal.
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }

  /// Returns the Levenshtein distance, where a swap of two adjacent letters counts as one
  /// difference (optimal string alignment).
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int wrong = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + wrong);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
