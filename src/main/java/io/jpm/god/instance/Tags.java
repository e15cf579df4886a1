package io.jpm.god.instance;

import io.jpm.model.run.InstanceId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The mark by which a process and all it forks are known again:
/// `<home>:<id>-<birth>-<secret>:<generation>`. The birth of the instance is in it because ids are
/// given again, and a deleted app may have left processes behind on purpose. The secret is in it
/// because anybody can guess the rest; it is part of nothing else. An instance that a daemon
/// without secrets has made keeps a tag without one for as long as it is in the list, and no tag
/// with one is taken for its own.
public final class Tags {
  private static final Pattern NUMBERS =
      Pattern.compile("([0-9]{1,9})-([0-9]{1,18})((?:-[0-9a-f]{32})?):([0-9]{1,18})");

  /// What a tag says: one spawn of one instance.
  ///
  /// @param id the instance
  /// @param birth when it was added, or begun as another's successor, milliseconds since 1970
  /// @param secret what nobody can guess
  /// @param generation which of its spawns
  public record Mark(InstanceId id, long birth, TagSecret secret, long generation) {
    /// By id, then by age.
    public static final Comparator<Mark> ORDER =
        Comparator.comparing(Mark::id)
            .thenComparingLong(Mark::birth)
            .thenComparingLong(Mark::generation)
            .thenComparing(mark -> mark.secret.hex());

    /// What names the instance.
    public String life() {
      return Tags.life(id, Instant.ofEpochMilli(birth));
    }

    /// What the tags of all generations of the instance begin with.
    public String own(Path home) {
      return Tags.own(home, life(), secret);
    }

    /// The whole tag.
    public String tag(Path home) {
      return own(home) + ":" + generation;
    }
  }

  private Tags() {}

  private static String own(Path home, String life, TagSecret secret) {
    return prefix(home) + life + (secret.isNone() ? "" : "-" + secret.hex());
  }

  /// What names an instance and is never used again.
  public static String life(InstanceId id, Instant birth) {
    return id + "-" + birth.toEpochMilli();
  }

  /// What the tags of all processes of `home` begin with.
  public static String prefix(Path home) {
    return home + ":";
  }

  /// Reads a tag of `home` back; empty when it is another's.
  public static Optional<Mark> parse(Path home, String tag) {
    String prefix = prefix(home);
    if (!tag.startsWith(prefix)) {
      return Optional.empty();
    }
    Matcher numbers = NUMBERS.matcher(tag.substring(prefix.length()));
    return numbers.matches()
        ? Optional.of(
            new Mark(
                new InstanceId(Integer.parseInt(numbers.group(1))),
                Long.parseLong(numbers.group(2)),
                new TagSecret(numbers.group(3).replaceFirst("^-", "")),
                Long.parseLong(numbers.group(4))))
        : Optional.empty();
  }
}
