package io.jpm.logs.write;

import io.jpm.logs.files.LogFileNames;
import io.jpm.model.RunAs;
import io.jpm.os.LogFileSystem;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Finds and deletes rotated files: those of the log files in use, and those that deleted apps have
/// left in the home's log directory.
///
/// @param home the daemon's home directory
/// @param disk access to files
record RotatedLogFiles(Path home, LogFileSystem disk) {
  private static final Logger LOG = System.getLogger("jpm.logs");

  /// Returns the rotated files of each log file, in no particular order. Lists each directory only
  /// once.
  ///
  /// @param targets the log files in use
  Map<Path, List<RotatedLogFile>> find(Collection<LogFileWriter> targets) {
    return find(targets, Map.of(home.resolve("logs"), RunAs.DAEMON));
  }

  /// Returns the rotated files of each log file, without those of deleted apps.
  Map<Path, List<RotatedLogFile>> findInUse(Collection<LogFileWriter> targets) {
    return find(targets, Map.of());
  }

  private Map<Path, List<RotatedLogFile>> find(
      Collection<LogFileWriter> targets, Map<Path, RunAs> more) {
    Map<Path, RunAs> folders = new LinkedHashMap<>(more);
    Map<Path, RunAs> owners = new LinkedHashMap<>();
    Path own = home.resolve("logs");
    for (LogFileWriter target : targets) {
      Path folder = target.path().getParent();
      if (folder != null && target.isRegular()) {
        folders.putIfAbsent(folder, target.owner());
        owners.put(target.path(), target.owner());
      }
    }
    Map<Path, List<RotatedLogFile>> found = new LinkedHashMap<>();
    folders.forEach((folder, owner) -> {
      for (LogFileSystem.Entry entry :
          list(folder, owner, it -> LogFileNames.parse(it).isPresent())) {
        LogFileNames.parse(entry.name())
            .ifPresent(name -> {
              Path log = folder.resolve(name.log());
              RunAs whose = folder.equals(own) ? RunAs.DAEMON : owners.get(log);
              if (whose != null) {
                found
                    .computeIfAbsent(log, _ -> new ArrayList<>())
                    .add(
                        new RotatedLogFile(
                            log, whose, folder.resolve(entry.name()), name.at(), entry.size()));
              }
            });
      }
    });
    return found;
  }

  private List<LogFileSystem.Entry> list(Path folder, RunAs owner, Predicate<String> wanted) {
    try {
      return disk.list(folder, owner, wanted);
    } catch (IOException failure) {
      LOG.log(Level.WARNING, "{0}", failure.getMessage());
      return List.of();
    }
  }

  /// Deletes the time indexes of rotated files that no longer exist because a user or another
  /// program deleted them.
  ///
  /// @param logs the log files whose rotated files are known
  /// @param found the result of [#find] for these log files
  /// @param before only indexes of files that were rotated before this time are deleted, because
  ///   [#find] cannot have missed such a file
  void deleteStaleTimeIndexes(
      Collection<LogFileWriter> logs, Map<Path, List<RotatedLogFile>> found, Instant before) {
    Map<String, Set<Instant>> known = new HashMap<>();
    for (LogFileWriter target : logs) {
      Set<Instant> moments = new HashSet<>();
      found.getOrDefault(target.path(), List.of()).forEach(it -> moments.add(it.at()));
      known.put(LogFileNames.key(target.path()), moments);
    }
    Path folder = home.resolve("times");
    for (LogFileSystem.Entry entry : list(folder, RunAs.DAEMON, _ -> true)) {
      LogFileNames.parseTimeIndex(entry.name())
          .filter(it -> it.at().isBefore(before))
          .filter(it -> !known.getOrDefault(it.key(), Set.of(it.at())).contains(it.at()))
          .ifPresent(_ -> delete(folder.resolve(entry.name())));
    }
  }

  private void delete(Path times) {
    try {
      disk.delete(times, RunAs.DAEMON);
    } catch (IOException failure) {
      LOG.log(Level.WARNING, "{0}", failure.getMessage());
    }
  }

  /// Deletes a file and its time index.
  ///
  /// @return whether the deletion succeeded
  boolean delete(RotatedLogFile rotatedLogFile) {
    try {
      disk.delete(rotatedLogFile.path(), rotatedLogFile.owner());
      disk.delete(
          LogFileNames.timeIndex(home, rotatedLogFile.log(), rotatedLogFile.at()), RunAs.DAEMON);
      return true;
    } catch (IOException failure) {
      LOG.log(Level.WARNING, "{0}", failure.getMessage());
      return false;
    }
  }
}
