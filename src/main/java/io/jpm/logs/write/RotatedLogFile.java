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

/// A rotated log file.
///
/// @param log the path of the log file before the rotation
/// @param owner the user with whose rights the file is accessed
/// @param path the current path, compressed or not
/// @param at the rotation time
/// @param size the size on the disk, in bytes
record RotatedLogFile(Path log, RunAs owner, Path path, Instant at, long size) {
  static final Comparator<RotatedLogFile> OLDEST_FIRST =
      Comparator.comparing(RotatedLogFile::at)
          .thenComparing(rotatedLogFile -> rotatedLogFile.path().toString());

  /// Returns the rotated files of one log that exceed the limits on number or age.
  ///
  /// @param all the rotated files
  /// @param keep the number of files to keep; 0 for no limit
  /// @param maxAge the maximum age of a file; zero for no limit
  static List<RotatedLogFile> surplus(
      List<RotatedLogFile> all, int keep, Duration maxAge, Instant now) {
    List<RotatedLogFile> oldestFirst = all.stream().sorted(OLDEST_FIRST).toList();
    int tooMany = keep == 0 ? 0 : Math.max(0, oldestFirst.size() - keep);
    List<RotatedLogFile> out = new ArrayList<>(oldestFirst.subList(0, tooMany));
    if (maxAge.isPositive()) {
      oldestFirst.subList(tooMany, oldestFirst.size()).stream()
          .filter(rotatedLogFile -> rotatedLogFile.at().plus(maxAge).isBefore(now))
          .forEach(out::add);
    }
    return out;
  }

  /// Returns the files to delete so that the files of all apps together occupy at most `most`
  /// bytes. Files are selected one at a time: the oldest file of the app with the largest remaining
  /// usage. An app that uses no more than an equal share loses nothing.
  ///
  /// @param apps the usage of each app
  /// @param most the limit in bytes; 0 for no limit
  static List<RotatedLogFile> beyondShares(Collection<DiskUsage> apps, long most) {
    return most == 0 || apps.isEmpty() ? List.of() : largestFirst(apps, most, most / apps.size());
  }

  /// Returns all files in the order in which they are deleted while a disk is full. Each is the
  /// oldest file of the app with the largest remaining usage. Therefore an app that fills the disk
  /// loses its own files before other apps lose theirs.
  ///
  /// @param apps the usage of each app
  static List<RotatedLogFile> largestFirst(Collection<DiskUsage> apps) {
    return largestFirst(apps, -1, -1);
  }

  /// Selects files in the order of [#largestFirst(Collection)] until the total is at most `most` or
  /// no app exceeds `share`.
  ///
  /// @param most the maximum size of all files together
  /// @param share the size up to which an app loses nothing
  private static List<RotatedLogFile> largestFirst(
      Collection<DiskUsage> apps, long most, long share) {
    List<RotatedLogFile> out = new ArrayList<>();
    var largestFirst = new PriorityQueue<>(Comparator.comparingLong(Shrinking::bytes).reversed());
    apps.forEach(app -> largestFirst.add(new Shrinking(app)));
    long sum = largestFirst.stream().mapToLong(Shrinking::bytes).sum();
    Shrinking largest = largestFirst.poll();
    while (largest != null && sum > most && largest.bytes > share) {
      if (!largest.oldestFirst.isEmpty()) {
        RotatedLogFile oldest = largest.oldestFirst.removeFirst();
        out.add(oldest);
        sum -= oldest.size();
        largest.bytes -= oldest.size();
        largestFirst.add(largest);
      }
      largest = largestFirst.poll();
    }
    return out;
  }

  /// The disk usage of one app's log files.
  ///
  /// @param rotated the files that may be deleted
  /// @param active the size of the active files, in bytes
  record DiskUsage(List<RotatedLogFile> rotated, long active) {}

  /// The remaining usage of one app while files are selected for deletion.
  private static final class Shrinking {
    final Deque<RotatedLogFile> oldestFirst;
    long bytes;

    Shrinking(DiskUsage app) {
      oldestFirst = new ArrayDeque<>(app.rotated().stream().sorted(OLDEST_FIRST).toList());
      bytes = app.active() + app.rotated().stream().mapToLong(RotatedLogFile::size).sum();
    }

    long bytes() {
      return bytes;
    }
  }

  /// Returns the oldest files to delete so that all files together occupy at most `most` bytes.
  ///
  /// @param rotated the files that may be deleted
  /// @param active the size of the active files, in bytes
  /// @param most the limit in bytes; 0 for no limit
  static List<RotatedLogFile> excess(List<RotatedLogFile> rotated, long active, long most) {
    List<RotatedLogFile> out = new ArrayList<>();
    long sum = active + rotated.stream().mapToLong(RotatedLogFile::size).sum();
    for (RotatedLogFile oldest : rotated.stream().sorted(OLDEST_FIRST).toList()) {
      if (most == 0 || sum <= most) {
        break;
      }
      out.add(oldest);
      sum -= oldest.size();
    }
    return out;
  }
}
