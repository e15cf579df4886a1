package io.jpm.config.values;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Parses and formats byte sizes: a whole number with `K`, `M` or `G`, multiples of 1024 as in PM2.
public final class Sizes {
  /// The expected form, as the end of a sentence.
  public static final String EXPECTED = "use a whole number with K, M or G, such as 64K or 16M";

  private static final Pattern FORM = Pattern.compile("([0-9]{1,12})([KMG]?)");

  private Sizes() {}

  /// Returns the number of bytes for `text` (`64K`, `16M`, `1G`; `512` is bytes); empty if it is
  /// not a size.
  public static OptionalLong parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    long unit =
        switch (matcher.group(2)) {
          case "K" -> 1L << 10;
          case "M" -> 1L << 20;
          case "G" -> 1L << 30;
          default -> 1L;
        };
    long count = Long.parseLong(matcher.group(1));
    return count > Long.MAX_VALUE / unit ? OptionalLong.empty() : OptionalLong.of(count * unit);
  }

  /// Formats `bytes` in the largest unit that represents the number exactly: `16M`, `1000`.
  public static String format(long bytes) {
    if (bytes != 0 && bytes % (1L << 30) == 0) {
      return (bytes >> 30) + "G";
    }
    if (bytes != 0 && bytes % (1L << 20) == 0) {
      return (bytes >> 20) + "M";
    }
    return bytes != 0 && bytes % (1L << 10) == 0 ? (bytes >> 10) + "K" : Long.toString(bytes);
  }
}
