package io.jpm.config.values;

import io.jpm.model.FullLogPolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/// Parses the values of log limits. An app's `logs` and the daemon's settings use the same forms. A
/// limit of 0 means no limit.
public final class LogLimitParser {
  public static final String SIZE =
      "0 for no limit, or a size of 1K or more, such as \"50M\" or \"1G\"";
  public static final String TIME =
      "0 for no limit, or a duration of 1s or more with a unit, such as \"12h\" or \"7d\"";
  public static final String COUNT = "0 for no limit, or a whole number";
  public static final String WHEN_FULL = "\"drop_oldest\" or \"block\"";

  /// The minimum size at which a log file is rotated, in bytes. With a smaller size, files would be
  /// created faster than they can be deleted.
  private static final long SMALLEST_SIZE = 1L << 10;

  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private LogLimitParser() {}

  /// Parses a size: a number of bytes, or text with a unit.
  public static Optional<Long> size(ConfigNode configNode) {
    OptionalLong bytes = AttributeReader.whole(configNode);
    if (bytes.isEmpty() && configNode instanceof ConfigNode.Text text) {
      bytes = Sizes.parse(text.value());
    }
    return bytes.stream().filter(count -> count == 0 || count >= SMALLEST_SIZE).boxed().findFirst();
  }

  /// Parses a time with a unit, or 0.
  public static Optional<Duration> time(ConfigNode configNode) {
    if (AttributeReader.whole(configNode).orElse(1) == 0) {
      return Optional.of(Duration.ZERO);
    }
    return configNode instanceof ConfigNode.Text text
        ? Durations.parse(text.value())
            .filter(time -> time.isZero() || time.compareTo(SHORTEST) >= 0)
        : Optional.empty();
  }

  /// Parses a number of files, 0 or more.
  public static Optional<Integer> count(ConfigNode configNode) {
    OptionalLong count = AttributeReader.whole(configNode);
    return count.stream()
        .filter(files -> files >= 0 && files <= Integer.MAX_VALUE)
        .mapToObj(files -> (int) files)
        .findFirst();
  }

  /// Parses the policy for output that cannot be written to the disk.
  public static Optional<FullLogPolicy> whenFull(ConfigNode configNode) {
    return ConfigNode.scalarText(configNode)
        .flatMap(word ->
            Arrays.stream(FullLogPolicy.values())
                .filter(rule -> rule.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst());
  }

  public static Optional<Boolean> flag(ConfigNode configNode) {
    return configNode instanceof ConfigNode.Bool flag
        ? Optional.of(flag.value())
        : Optional.empty();
  }
}
