package io.jpm.logs.write;

import io.jpm.model.AppName;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorageLimits;
import io.jpm.os.LogFileSystem;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/// Compresses rotated files and deletes those that exceed the limits. This happens on a separate
/// thread, except that a disk thread that needs free space deletes files itself.
final class RetentionEnforcer implements AutoCloseable {
  private static final Logger LOG = System.getLogger("jpm.logs");

  private static final Duration SETTLED = Duration.ofMinutes(1);
  private static final long EMPTY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Path home;
  private final LogFileSystem disk;
  private final LogClock clock;
  private final RotatedLogFiles files;
  private final LogCompressor logCompressor;
  private final Set<LogFileWriter> targets = ConcurrentHashMap.newKeySet();
  private final Map<Long, Long> emptyAt = new ConcurrentHashMap<>();
  private final AtomicBoolean untidy = new AtomicBoolean();
  private final ExecutorService worker =
      new ThreadPoolExecutor(
          0,
          1,
          5,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          task -> Thread.ofPlatform().daemon().name("jpm-log-storage").unstarted(task));
  private volatile LogStorageLimits limits = LogStorageLimits.DEFAULT;
  private volatile boolean closed;

  RetentionEnforcer(Path home, LogFileSystem disk, LogClock clock) {
    this.home = home;
    this.disk = disk;
    this.clock = clock;
    this.files = new RotatedLogFiles(home, disk);
    this.logCompressor = new LogCompressor(disk, () -> closed);
  }

  /// Adds a file that is written to from now on.
  void add(LogFileWriter target) {
    targets.add(target);
    tidyLater();
  }

  /// Removes a file that is no longer written to.
  void remove(LogFileWriter target) {
    targets.remove(target);
  }

  void limits(LogStorageLimits now) {
    limits = now;
    tidyLater();
  }

  /// Schedules a check of all rotated files: after a rotation, after a change of limits, or because
  /// time has passed.
  void tidyLater() {
    if (!closed && untidy.compareAndSet(false, true)) {
      worker.execute(this::tidy);
    }
  }

  private void tidy() {
    try {
      boolean again = true;
      while (again && !closed) {
        untidy.set(false);
        Map<Path, List<RotatedLogFile>> left = thin(files.find(targets));
        files.deleteStaleTimeIndexes(targets, left, clock.instant().minus(SETTLED));
        List<RotatedLogFile> plain = logCompressor.uncompressed(toPack(left));
        for (RotatedLogFile next : plain) {
          // The limits are enforced first, because files that were rotated in the meantime may
          // exceed them.
          if (closed || untidy.get()) {
            break;
          }
          logCompressor.compress(next);
        }
        again = !plain.isEmpty();
      }
    } catch (RuntimeException fault) {
      LOG.log(Level.ERROR, "failed to delete or compress rotated log files", fault);
    }
  }

  private List<RotatedLogFile> toPack(Map<Path, List<RotatedLogFile>> found) {
    List<RotatedLogFile> all = new ArrayList<>();
    for (LogFileWriter target : targets) {
      if (target.limits().compress()) {
        all.addAll(found.getOrDefault(target.path(), List.of()));
      }
    }
    return all;
  }

  /// Deletes the files that exceed a limit of their log, of their app, or of all apps together.
  ///
  /// @return the remaining files
  private Map<Path, List<RotatedLogFile>> thin(Map<Path, List<RotatedLogFile>> found) {
    Map<Path, List<RotatedLogFile>> left = new HashMap<>(found);
    Map<AppName, List<LogFileWriter>> apps = new HashMap<>();
    for (LogFileWriter target : targets) {
      LogLimits own = target.limits();
      List<RotatedLogFile> all = left.getOrDefault(target.path(), List.of());
      delete(RotatedLogFile.surplus(all, own.keep(), own.maxAge(), clock.instant()), left);
      apps.computeIfAbsent(target.app(), _ -> new ArrayList<>()).add(target);
    }
    for (List<LogFileWriter> app : apps.values()) {
      delete(
          RotatedLogFile.excess(rotated(app, left), bytes(app), app.getFirst().limits().maxTotal()),
          left);
    }
    delete(RotatedLogFile.beyondShares(taken(apps.values(), left), limits.maxTotal()), left);
    return left;
  }

  /// Returns the disk usage of each app and, as one entry, of all deleted apps.
  private List<RotatedLogFile.DiskUsage> taken(
      Collection<List<LogFileWriter>> apps, Map<Path, List<RotatedLogFile>> found) {
    List<RotatedLogFile.DiskUsage> taken = new ArrayList<>();
    apps.forEach(app -> taken.add(new RotatedLogFile.DiskUsage(rotated(app, found), bytes(app))));
    List<RotatedLogFile> ofDeletedApps = ofNobody(found);
    if (!ofDeletedApps.isEmpty()) {
      taken.add(new RotatedLogFile.DiskUsage(ofDeletedApps, 0));
    }
    return taken;
  }

  private static List<RotatedLogFile> rotated(
      List<LogFileWriter> app, Map<Path, List<RotatedLogFile>> left) {
    return app.stream()
        .map(LogFileWriter::path)
        .distinct()
        .flatMap(path -> left.getOrDefault(path, List.of()).stream())
        .toList();
  }

  private List<RotatedLogFile> ofNobody(Map<Path, List<RotatedLogFile>> left) {
    Map<Path, List<RotatedLogFile>> others = new HashMap<>(left);
    targets.forEach(target -> others.remove(target.path()));
    return others.values().stream().flatMap(List::stream).toList();
  }

  private static long bytes(Collection<LogFileWriter> targets) {
    return targets.stream().mapToLong(LogFileWriter::bytes).sum();
  }

  private void delete(List<RotatedLogFile> surplus, Map<Path, List<RotatedLogFile>> left) {
    for (RotatedLogFile rotatedLogFile : surplus) {
      files.delete(rotatedLogFile);
      List<RotatedLogFile> others =
          new ArrayList<>(left.getOrDefault(rotatedLogFile.log(), List.of()));
      others.remove(rotatedLogFile);
      left.put(rotatedLogFile.log(), others);
    }
  }

  /// Reports whether the disk of a file has the minimum free space. If it does not, first deletes
  /// rotated files as [#makeRoom] does. Blocking.
  boolean hasRoom(LogFileWriter target) throws IOException {
    if (limits.minFree() == 0 || !target.isRegular()) {
      return true;
    }
    LogFileSystem.Space space = disk.space(target.path());
    while (space.free() < floor(space) && makeRoom(target)) {
      space = disk.space(target.path());
    }
    return space.free() >= floor(space);
  }

  private long floor(LogFileSystem.Space space) {
    return Math.min(limits.minFree(), space.total() / 10);
  }

  /// Deletes one rotated file to free space on the disk of `target`. The app with the largest usage
  /// loses its oldest rotated file on that disk. Blocking.
  ///
  /// @return whether a file was deleted
  boolean makeRoom(LogFileWriter target) throws IOException {
    long device = target.key().device();
    Long before = emptyAt.get(device);
    if (before != null && clock.nanos() - before < EMPTY_NANOS) {
      return false; // there was nothing to delete a moment ago
    }
    List<LogFileWriter> there =
        targets.stream().filter(other -> other.key().device() == device).toList();
    boolean removed = removeOne(there, device);
    if (removed) {
      emptyAt.remove(device);
    } else {
      emptyAt.put(device, clock.nanos());
    }
    return removed;
  }

  private boolean removeOne(List<LogFileWriter> there, long device) throws IOException {
    boolean own = disk.space(home.resolve("logs")).device() == device;
    Map<Path, List<RotatedLogFile>> found = own ? files.find(there) : files.findInUse(there);
    Collection<List<LogFileWriter>> apps =
        there.stream().collect(Collectors.groupingBy(LogFileWriter::app)).values();
    // Directories in which a deletion failed, possibly because their owner prevents it. Files in
    // other directories can still be deleted.
    Set<Path> refusing = new HashSet<>();
    for (RotatedLogFile next : RotatedLogFile.largestFirst(taken(apps, found))) {
      Path folder = next.path().resolveSibling("");
      if (!refusing.contains(folder) && disk.space(next.path()).device() == device) {
        if (files.delete(next)) {
          LOG.log(
              Level.WARNING,
              "{0} was deleted, because its disk has too little free space",
              next.path());
          return true;
        }
        refusing.add(folder);
      }
    }
    return false;
  }

  /// Deletes all rotated files of one log file.
  void deleteAll(LogFileWriter target) {
    files.findInUse(List.of(target)).getOrDefault(target.path(), List.of()).forEach(files::delete);
  }

  /// Stops the current work; the next daemon continues it.
  @Override
  public void close() {
    closed = true;
    worker.shutdown();
  }
}
