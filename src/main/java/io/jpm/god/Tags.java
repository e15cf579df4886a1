package io.jpm.god;

import io.jpm.model.InstanceId;
import io.jpm.model.ProcessIdentity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The mark by which a process and all it forks are known again:
/// `<home>:<id>-<birth>:<generation>`. The birth of the instance is in it because ids are given
/// again, and a deleted app may have left processes behind on purpose.
final class Tags {
  private static final Pattern NUMBERS =
      Pattern.compile("([0-9]{1,9})-([0-9]{1,18}):([0-9]{1,18})");

  /// @param id the instance
  /// @param birth when it was added, or begun as another's successor, milliseconds since 1970
  /// @param generation which of its spawns
  record Mark(InstanceId id, long birth, long generation) {
    /// By id, then by age.
    static final Comparator<Mark> ORDER =
        Comparator.comparing(Mark::id)
            .thenComparingLong(Mark::birth)
            .thenComparingLong(Mark::generation);

    boolean isOf(Instance instance) {
      return id.equals(instance.id) && birth == instance.birth.toEpochMilli();
    }

    /// What names the instance.
    String life() {
      return Tags.life(id, Instant.ofEpochMilli(birth));
    }

    /// The whole tag.
    String tag(Path home) {
      return prefix(home) + life() + ":" + generation;
    }
  }

  private Tags() {}

  static String of(Path home, Instance instance, long generation) {
    return prefix(home) + life(instance.id, instance.birth) + ":" + generation;
  }

  /// What names an instance and is never used again.
  static String life(InstanceId id, Instant birth) {
    return id + "-" + birth.toEpochMilli();
  }

  /// The processes of one instance, by generation.
  ///
  /// @param tagged those of the home
  static NavigableMap<Long, ProcessIdentity> generations(
      Instance instance, Map<Mark, ProcessIdentity> tagged) {
    NavigableMap<Long, ProcessIdentity> mine = new TreeMap<>();
    tagged.forEach((mark, process) -> {
      if (mark.isOf(instance)) {
        mine.put(mark.generation(), process);
      }
    });
    return mine;
  }

  /// What the tags of all processes of `home` begin with.
  static String prefix(Path home) {
    return home + ":";
  }

  /// Reads a tag of `home` back; empty when it is another's.
  static Optional<Mark> parse(Path home, String tag) {
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
                Long.parseLong(numbers.group(3))))
        : Optional.empty();
  }
}
