package io.jpm.god.instance;

import io.jpm.model.process.InstanceId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Creates and parses process tags, by which a process and all its descendants are recognized:
/// `<home>:<id>-<incarnation>-<secret>:<generation>`.
///
/// - The incarnation is included because ids are reused, and processes of a deleted app may have
///   been left running on purpose.
/// - The secret is included because other users can guess the other parts.
///
/// An instance created by a daemon version without secrets keeps a tag without a secret for as long
/// as it is in the list. A tag with a secret never matches such an instance.
public final class Tags {
  private static final Pattern NUMBERS =
      Pattern.compile("([0-9]{1,9})-([0-9]{1,18})((?:-[0-9a-f]{32})?):([0-9]{1,18})");

  /// The parsed content of a tag, which identifies one generation of one instance.
  ///
  /// @param id the id of the instance
  /// @param incarnation when the instance was added to the list or created as a candidate, in
  ///   milliseconds since 1970
  /// @param secret the unpredictable part
  /// @param generation the generation of the instance
  public record InstanceTag(InstanceId id, long incarnation, TagSecret secret, long generation) {
    /// Orders by id, then from the oldest to the newest process.
    public static final Comparator<InstanceTag> ORDER =
        Comparator.comparing(InstanceTag::id)
            .thenComparingLong(InstanceTag::incarnation)
            .thenComparingLong(InstanceTag::generation)
            .thenComparing(instanceTag -> instanceTag.secret.hex());

    /// Returns the name of the incarnation, see [Tags#incarnationName].
    public String incarnationName() {
      return Tags.incarnationName(id, Instant.ofEpochMilli(incarnation));
    }

    /// Returns the prefix that the tags of all generations of the instance have in common.
    public String own(Path home) {
      return Tags.own(home, incarnationName(), secret);
    }

    /// Returns the complete tag.
    public String tag(Path home) {
      return own(home) + ":" + generation;
    }
  }

  private Tags() {}

  private static String own(Path home, String life, TagSecret secret) {
    return prefix(home) + life + (secret.isNone() ? "" : "-" + secret.hex());
  }

  /// Returns the name of an incarnation of an id. The name is never reused.
  public static String incarnationName(InstanceId id, Instant birth) {
    return id + "-" + birth.toEpochMilli();
  }

  /// Returns the prefix that the tags of all processes of `home` have in common.
  public static String prefix(Path home) {
    return home + ":";
  }

  /// Parses a tag. Returns empty if it is not a valid tag of `home`.
  public static Optional<InstanceTag> parse(Path home, String tag) {
    String prefix = prefix(home);
    if (!tag.startsWith(prefix)) {
      return Optional.empty();
    }
    Matcher numbers = NUMBERS.matcher(tag.substring(prefix.length()));
    return numbers.matches()
        ? Optional.of(
            new InstanceTag(
                new InstanceId(Integer.parseInt(numbers.group(1))),
                Long.parseLong(numbers.group(2)),
                new TagSecret(numbers.group(3).replaceFirst("^-", "")),
                Long.parseLong(numbers.group(4))))
        : Optional.empty();
  }
}
