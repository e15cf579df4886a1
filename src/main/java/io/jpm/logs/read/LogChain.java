package io.jpm.logs.read;

import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogPosition.Active;
import io.jpm.bus.logs.LogPosition.Rotated;
import io.jpm.logs.files.LogNames;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The files of one log, oldest first: those that were rotated, then the one that is written to.
///
/// @param log the log file's path
/// @param files those that are there
record LogChain(Path log, List<LogFile> files) {
  LogChain {
    files = List.copyOf(files);
  }

  private static final int MOST_LISTINGS = 5;

  /// A place in it.
  ///
  /// @param index which file; the number of files: behind the last
  /// @param offset bytes from that file's beginning
  record Place(int index, long offset) {}

  /// The chains of some logs. Each folder is looked into once.
  ///
  /// @param daemons which of the logs is the daemon's own
  static List<LogChain> of(List<Path> logs, Path daemons, LogFileAccess access) {
    // Before the folders: a file that is rotated between the two is then seen twice, not missed.
    List<Optional<LogFile>> active =
        logs.stream().map(log -> LogFile.active(log, Instant.EPOCH)).toList();
    Map<Path, List<String>> folders = new HashMap<>();
    List<LogChain> chains = new ArrayList<>();
    for (int i = 0; i < logs.size(); i++) {
      Path log = logs.get(i);
      List<String> names =
          folders.computeIfAbsent(
              log.resolveSibling(""), folder -> names(folder.toAbsolutePath(), access));
      Collection<LogFile> rotated =
          log.equals(daemons) ? numbered(log, names) : byMoment(log, names).values();
      chains.add(of(log, rotated, active.get(i)));
    }
    return chains;
  }

  /// A large folder is read in several steps, and what is renamed between two of them may be in
  /// neither: it counts when it is read twice alike.
  private static List<String> names(Path folder, LogFileAccess access) {
    List<String> names = access.list(folder);
    for (int i = 1; i < MOST_LISTINGS; i++) {
      List<String> again = access.list(folder);
      if (Set.copyOf(again).equals(Set.copyOf(names))) {
        break;
      }
      names = again;
    }
    return names;
  }

  private static LogChain of(Path log, Collection<LogFile> rotated, Optional<LogFile> active) {
    List<LogFile> files = new ArrayList<>(rotated);
    files.sort(Comparator.comparing(LogFile::rotatedAt));
    Instant newest = files.isEmpty() ? Instant.EPOCH : files.getLast().rotatedAt();
    active
        .filter(file -> files.stream().noneMatch(other -> other.key().equals(file.key())))
        .ifPresent(file -> files.add(file.after(newest)));
    return new LogChain(log, files);
  }

  /// While a file is being packed both forms are there for a moment: they count once.
  private static Map<Instant, LogFile> byMoment(Path log, List<String> names) {
    Map<Instant, LogFile> found = new HashMap<>();
    for (String name : names) {
      Path path = log.resolveSibling(name);
      LogNames.momentOf(log, name)
          .flatMap(at -> rotated(path, at))
          .ifPresent(file ->
              found.merge(file.rotatedAt(), file, (one, other) -> one.packed() ? other : one));
    }
    return found;
  }

  /// The packed form may have taken its place since the folder was looked into.
  private static Optional<LogFile> rotated(Path path, Instant at) {
    return LogFile.rotated(path, at)
        .or(() ->
            LogNames.isPacked(path)
                ? Optional.empty()
                : LogFile.rotated(LogNames.packed(path), at));
  }

  /// The daemon's own log is rotated to `jpm.log.1`, `jpm.log.2`.
  private static List<LogFile> numbered(Path log, List<String> names) {
    String begin = log.getFileName() + ".";
    return names.stream()
        .filter(name -> name.startsWith(begin) && name.substring(begin.length()).matches("[0-9]+"))
        .map(name -> LogFile.rotatedWhenLastWritten(log.resolveSibling(name)))
        .flatMap(Optional::stream)
        .toList();
  }

  /// Where a position is now.
  Place find(LogPosition position) {
    return switch (position.part()) {
      case Rotated(Instant at) -> {
        int index = firstAfter(at.minusMillis(1));
        boolean there = index < files.size() && files.get(index).rotatedAt().equals(at);
        yield new Place(index, there ? position.offset() : 0);
      }
      case Active(Instant after, String key) -> find(firstAfter(after), key, position.offset());
    };
  }

  /// The file that followed the one before it; it may have been rotated meanwhile, and packed, by
  /// which it became another file. The key alone says little: the file system gives those of
  /// removed files to new ones.
  private Place find(int first, String key, long offset) {
    if (first == files.size() || key.isEmpty()) {
      return new Place(first, 0);
    }
    LogFile file = files.get(first);
    boolean same = file.packed() || (file.key().equals(key) && file.bytes() >= offset);
    return new Place(first, same ? offset : 0);
  }

  private int firstAfter(Instant moment) {
    int index = 0;
    while (index < files.size() && !files.get(index).rotatedAt().isAfter(moment)) {
      index++;
    }
    return index;
  }

  /// The name of a place that outlasts rotation.
  LogPosition position(Place place, long seen) {
    if (files.isEmpty()) {
      return LogPosition.nowhere(log);
    }
    if (place.index() >= files.size()) {
      return new LogPosition(log, files.getLast().part(), files.getLast().end());
    }
    return new LogPosition(
        log, files.get(place.index()).part(), place.offset(), Math.max(place.offset(), seen));
  }

  LogPosition position(Place place) {
    return position(place, place.offset());
  }
}
