package io.jpm.logs.read;

import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogPosition.Active;
import io.jpm.bus.logs.LogPosition.Rotated;
import io.jpm.logs.files.LogFileNames;
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

/// The files of one log, oldest first: the rotated files, then the active one.
///
/// @param log the path of the active file
/// @param files the files that exist
record LogChain(Path log, List<LogFile> files) {
  LogChain {
    files = List.copyOf(files);
  }

  private static final int MOST_LISTINGS = 5;

  /// A position in the chain.
  ///
  /// @param index the index of the file; the number of files if the position is after the last file
  /// @param offset the offset in the uncompressed content of the file
  record ChainPosition(int index, long offset) {}

  /// Returns the chains of several logs. Lists each directory only once.
  ///
  /// @param daemons the path of the daemon's own log
  static List<LogChain> of(List<Path> logs, Path daemons, LogFileAccess access) {
    // The active files are listed before the directories, so that a file that is rotated in between
    // is seen twice instead of being missed.
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

  /// Lists a directory repeatedly until two successive listings are equal. A single listing is not
  /// sufficient: a large directory is read in several steps, and a file that is renamed in the
  /// meantime may be missing under both names.
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

  /// Returns the rotated files by rotation time. While a file is being compressed, both forms exist
  /// for a moment; they count as one file.
  private static Map<Instant, LogFile> byMoment(Path log, List<String> names) {
    Map<Instant, LogFile> found = new HashMap<>();
    for (String name : names) {
      Path path = log.resolveSibling(name);
      LogFileNames.rotationTime(log, name)
          .flatMap(at -> rotated(path, at))
          .ifPresent(file ->
              found.merge(
                  file.rotatedAt(), file, (one, other) -> one.isCompressed() ? other : one));
    }
    return found;
  }

  /// Returns a rotated file, or its compressed form if that has replaced the file since the
  /// directory was listed.
  private static Optional<LogFile> rotated(Path path, Instant at) {
    return LogFile.rotated(path, at)
        .or(() ->
            LogFileNames.isCompressed(path)
                ? Optional.empty()
                : LogFile.rotated(LogFileNames.compressed(path), at));
  }

  /// Returns the rotated files of the daemon's own log, which are named `jpm.log.1`, `jpm.log.2`
  /// and so on.
  private static List<LogFile> numbered(Path log, List<String> names) {
    String begin = log.getFileName() + ".";
    return names.stream()
        .filter(name -> name.startsWith(begin) && name.substring(begin.length()).matches("[0-9]+"))
        .map(name -> LogFile.rotatedWhenLastWritten(log.resolveSibling(name)))
        .flatMap(Optional::stream)
        .toList();
  }

  /// Converts a position to its current place in the chain, which rotation may have changed.
  ChainPosition resolve(LogPosition position) {
    return switch (position.part()) {
      case Rotated(Instant at) -> {
        int index = firstAfter(at.minusMillis(1));
        boolean there = index < files.size() && files.get(index).rotatedAt().equals(at);
        yield new ChainPosition(index, there ? position.offset() : 0);
      }
      case Active(Instant after, String key) -> resolve(firstAfter(after), key, position.offset());
    };
  }

  /// Resolves a position in a file that was active when the position was created. That file now has
  /// the index `first`. It may have been rotated and compressed since, and compression gives it a
  /// different key. An equal key alone does not prove that the file is the same, because the file
  /// system reuses the keys of deleted files.
  private ChainPosition resolve(int first, String key, long offset) {
    if (first == files.size() || key.isEmpty()) {
      return new ChainPosition(first, 0);
    }
    LogFile file = files.get(first);
    boolean same = file.isCompressed() || (file.key().equals(key) && file.bytes() >= offset);
    return new ChainPosition(first, same ? offset : 0);
  }

  private int firstAfter(Instant moment) {
    int index = 0;
    while (index < files.size() && !files.get(index).rotatedAt().isAfter(moment)) {
      index++;
    }
    return index;
  }

  /// Returns a position that remains valid after rotation.
  ///
  /// @param seen the offset up to which the file has been scanned for line ends
  LogPosition position(ChainPosition chainPosition, long seen) {
    if (files.isEmpty()) {
      return LogPosition.startOf(log);
    }
    if (chainPosition.index() >= files.size()) {
      return new LogPosition(log, files.getLast().part(), files.getLast().end());
    }
    return new LogPosition(
        log,
        files.get(chainPosition.index()).part(),
        chainPosition.offset(),
        Math.max(chainPosition.offset(), seen));
  }

  LogPosition position(ChainPosition chainPosition) {
    return position(chainPosition, chainPosition.offset());
  }
}
