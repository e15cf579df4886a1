package io.jpm.logs.write;

import io.jpm.model.RunAs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/// One rotated file.
///
/// @param log the log file it was
/// @param owner with whose rights it is touched
/// @param path where it is, packed or not
/// @param at when it was rotated
/// @param size bytes that it takes of the disk
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

  /// What has to go so that the files of all apps together do not take more than `most`: the oldest
  /// of whoever takes the most, and of nobody who takes no more than an equal share.
  ///
  /// @param apps what each app has
  /// @param most bytes; 0: no limit
  static List<Rotated> beyondShares(Collection<Taken> apps, long most) {
    return most == 0 || apps.isEmpty() ? List.of() : largestFirst(apps, most, most / apps.size());
  }

  /// All files in the order in which they go while a disk is full: each time the oldest of whoever
  /// takes the most by then. So an app that fills the disk loses its own before those of others.
  ///
  /// @param apps what each app has
  static List<Rotated> largestFirst(Collection<Taken> apps) {
    return largestFirst(apps, -1, -1);
  }

  /// @param most what all together may take
  /// @param share what each may take
  private static List<Rotated> largestFirst(Collection<Taken> apps, long most, long share) {
    List<Rotated> out = new ArrayList<>();
    var largestFirst = new PriorityQueue<>(Comparator.comparingLong(Shrinking::bytes).reversed());
    apps.forEach(app -> largestFirst.add(new Shrinking(app)));
    long sum = largestFirst.stream().mapToLong(Shrinking::bytes).sum();
    Shrinking largest = largestFirst.poll();
    while (largest != null && sum > most && largest.bytes > share) {
      if (!largest.oldestFirst.isEmpty()) {
        Rotated oldest = largest.oldestFirst.removeFirst();
        out.add(oldest);
        sum -= oldest.size();
        largest.bytes -= oldest.size();
        largestFirst.add(largest);
      }
      largest = largestFirst.poll();
    }
    return out;
  }

  /// What the log files of one app take.
  ///
  /// @param rotated what may go
  /// @param active bytes of the files that are written to
  record Taken(List<Rotated> rotated, long active) {}

  /// The same while it becomes less.
  private static final class Shrinking {
    final Deque<Rotated> oldestFirst;
    long bytes;

    Shrinking(Taken app) {
      oldestFirst = new ArrayDeque<>(app.rotated().stream().sorted(OLDEST_FIRST).toList());
      bytes = app.active() + app.rotated().stream().mapToLong(Rotated::size).sum();
    }

    long bytes() {
      return bytes;
    }
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
