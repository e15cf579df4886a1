package io.jpm.config.values;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Parses and formats byte sizes: an integer followed by `K`, `M` or `G`, which are multiples of
/// 1024 as in PM2.
public final class Sizes {
  /// A hint that describes the expected format, appended to error messages.
  public static final String EXPECTED = "use a whole number with K, M or G, such as 64K or 16M";

  private static final Pattern FORM = Pattern.compile("([0-9]{1,12})([KMG]?)");

  private Sizes() {}

  /// Returns the number of bytes that `text` denotes, such as `512`, `64K`, `16M` or `1G`; empty if
  /// it is not a size.
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
