package io.jpm.logs.write;

import io.jpm.model.RunAs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// One rotated file.
///
/// @param log the log file it was
/// @param owner with whose rights it is touched
/// @param path where it is, packed or not
/// @param at when it was rotated
/// @param size bytes on the disk
record Rotated(Path log, RunAs owner, Path path, Instant at, long size) {
  static final Comparator<Rotated> OLDEST_FIRST =
      Comparator.comparing(Rotated::at).thenComparing(rotated -> rotated.path().toString());

  /// Which of the rotated files of one log file are too many or too old.
  ///
  /// @param all the rotated files
  /// @param keep how many may stay; 0: any number
  /// @param maxAge how old they may be; zero: any age
  static List<Rotated> surplus(List<Rotated> all, int keep, Duration maxAge, Instant now) {
    List<Rotated> oldestFirst = all.stream().sorted(OLDEST_FIRST).toList();
    int tooMany = keep == 0 ? 0 : Math.max(0, oldestFirst.size() - keep);
    List<Rotated> out = new ArrayList<>(oldestFirst.subList(0, tooMany));
    if (maxAge.isPositive()) {
      oldestFirst.subList(tooMany, oldestFirst.size()).stream()
          .filter(rotated -> rotated.at().plus(maxAge).isBefore(now))
          .forEach(out::add);
    }
    return out;
  }

  /// The oldest ones that have to go so that all files together do not take more than `most`.
  ///
  /// @param rotated what may go
  /// @param active bytes of the files that are written to
  /// @param most bytes; 0: no limit
  static List<Rotated> excess(List<Rotated> rotated, long active, long most) {
    List<Rotated> out = new ArrayList<>();
    long sum = active + rotated.stream().mapToLong(Rotated::size).sum();
    for (Rotated oldest : rotated.stream().sorted(OLDEST_FIRST).toList()) {
      if (most == 0 || sum <= most) {
        break;
      }
      out.add(oldest);
      sum -= oldest.size();
    }
    return out;
  }
}
