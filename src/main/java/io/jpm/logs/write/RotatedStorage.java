package io.jpm.logs.write;

import io.jpm.model.AppName;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorage;
import io.jpm.os.LogDisk;
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

/// Compresses rotated files and deletes those beyond the limits. Works on a thread of its own,
/// except that a disk thread that needs free space deletes files itself.
final class RotatedStorage implements AutoCloseable {
  private static final Logger LOG = System.getLogger("jpm.logs");

  private static final Duration SETTLED = Duration.ofMinutes(1);
  private static final long EMPTY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Path home;
  private final LogDisk disk;
  private final LogClock clock;
  private final RotatedFiles files;
  private final LogCompressor logCompressor;
  private final Set<LogTarget> targets = ConcurrentHashMap.newKeySet();
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
  private volatile LogStorage limits = LogStorage.DEFAULT;
  private volatile boolean closed;

  RotatedStorage(Path home, LogDisk disk, LogClock clock) {
    this.home = home;
    this.disk = disk;
    this.clock = clock;
    this.files = new RotatedFiles(home, disk);
    this.logCompressor = new LogCompressor(disk, () -> closed);
  }

  /// Adds a file that is written to from now on.
  void add(LogTarget target) {
    targets.add(target);
    tidyLater();
  }

  /// Removes a file that is no longer written to.
  void remove(LogTarget target) {
    targets.remove(target);
  }

  void limits(LogStorage now) {
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
        Map<Path, List<Rotated>> left = thin(files.find(targets));
        files.dropTimes(targets, left, clock.instant().minus(SETTLED));
        List<Rotated> plain = logCompressor.plain(toPack(left));
        for (Rotated next : plain) {
          // The limits come first: files rotated meanwhile may exceed them.
          if (closed || untidy.get()) {
            break;
          }
          logCompressor.pack(next);
        }
        again = !plain.isEmpty();
      }
    } catch (RuntimeException fault) {
      LOG.log(Level.ERROR, "rotated logs are left as they are", fault);
    }
  }

  private List<Rotated> toPack(Map<Path, List<Rotated>> found) {
    List<Rotated> all = new ArrayList<>();
    for (LogTarget target : targets) {
      if (target.limits().compress()) {
        all.addAll(found.getOrDefault(target.path(), List.of()));
      }
    }
    return all;
  }

  /// Deletes the files that exceed a limit of their log, of their app, or of all apps.
  ///
  /// @return the remaining files
  private Map<Path, List<Rotated>> thin(Map<Path, List<Rotated>> found) {
    Map<Path, List<Rotated>> left = new HashMap<>(found);
    Map<AppName, List<LogTarget>> apps = new HashMap<>();
    for (LogTarget target : targets) {
      LogLimits own = target.limits();
      List<Rotated> all = left.getOrDefault(target.path(), List.of());
      delete(Rotated.surplus(all, own.keep(), own.maxAge(), clock.instant()), left);
      apps.computeIfAbsent(target.app(), _ -> new ArrayList<>()).add(target);
    }
    for (List<LogTarget> app : apps.values()) {
      delete(
          Rotated.excess(rotated(app, left), bytes(app), app.getFirst().limits().maxTotal()), left);
    }
    delete(Rotated.beyondShares(taken(apps.values(), left), limits.maxTotal()), left);
    return left;
  }

  /// Returns the usage of each app, and of all deleted apps together.
  private List<Rotated.Taken> taken(
      Collection<List<LogTarget>> apps, Map<Path, List<Rotated>> found) {
    List<Rotated.Taken> taken = new ArrayList<>();
    apps.forEach(app -> taken.add(new Rotated.Taken(rotated(app, found), bytes(app))));
    List<Rotated> ofDeletedApps = ofNobody(found);
    if (!ofDeletedApps.isEmpty()) {
      taken.add(new Rotated.Taken(ofDeletedApps, 0));
    }
    return taken;
  }

  private static List<Rotated> rotated(List<LogTarget> app, Map<Path, List<Rotated>> left) {
    return app.stream()
        .map(LogTarget::path)
        .distinct()
        .flatMap(path -> left.getOrDefault(path, List.of()).stream())
        .toList();
  }

  private List<Rotated> ofNobody(Map<Path, List<Rotated>> left) {
    Map<Path, List<Rotated>> others = new HashMap<>(left);
    targets.forEach(target -> others.remove(target.path()));
    return others.values().stream().flatMap(List::stream).toList();
  }

  private static long bytes(Collection<LogTarget> targets) {
    return targets.stream().mapToLong(LogTarget::bytes).sum();
  }

  private void delete(List<Rotated> surplus, Map<Path, List<Rotated>> left) {
    for (Rotated rotated : surplus) {
      files.delete(rotated);
      List<Rotated> others = new ArrayList<>(left.getOrDefault(rotated.log(), List.of()));
      others.remove(rotated);
      left.put(rotated.log(), others);
    }
  }

  /// Reports whether the disk of a file has the minimum free space. If it has not, deletes rotated
  /// files first, as [#makeRoom] does. Blocking.
  boolean hasRoom(LogTarget target) throws IOException {
    if (limits.minFree() == 0 || !target.isRegular()) {
      return true;
    }
    LogDisk.Space space = disk.space(target.path());
    while (space.free() < floor(space) && makeRoom(target)) {
      space = disk.space(target.path());
    }
    return space.free() >= floor(space);
  }

  private long floor(LogDisk.Space space) {
    return Math.min(limits.minFree(), space.total() / 10);
  }

  /// Deletes one file because the disk of `target` is full: the oldest rotated file on that disk of
  /// the app that takes the most. Blocking.
  ///
  /// @return whether a file was deleted
  boolean makeRoom(LogTarget target) throws IOException {
    long device = target.key().device();
    Long before = emptyAt.get(device);
    if (before != null && clock.nanos() - before < EMPTY_NANOS) {
      return false; // there was nothing to delete a moment ago
    }
    List<LogTarget> there =
        targets.stream().filter(other -> other.key().device() == device).toList();
    boolean removed = removeOne(there, device);
    if (removed) {
      emptyAt.remove(device);
    } else {
      emptyAt.put(device, clock.nanos());
    }
    return removed;
  }

  private boolean removeOne(List<LogTarget> there, long device) throws IOException {
    boolean own = disk.space(home.resolve("logs")).device() == device;
    Map<Path, List<Rotated>> found = own ? files.find(there) : files.findOf(there);
    Collection<List<LogTarget>> apps =
        there.stream().collect(Collectors.groupingBy(LogTarget::app)).values();
    // Directories in which a deletion failed, possibly by intent of their owner. The files of
    // others can still be deleted.
    Set<Path> refusing = new HashSet<>();
    for (Rotated next : Rotated.largestFirst(taken(apps, found))) {
      Path folder = next.path().resolveSibling("");
      if (!refusing.contains(folder) && disk.space(next.path()).device() == device) {
        if (files.delete(next)) {
          LOG.log(Level.WARNING, "{0} is removed: its disk is full", next.path());
          return true;
        }
        refusing.add(folder);
      }
    }
    return false;
  }

  /// Deletes all rotated files of one log file.
  void deleteAll(LogTarget target) {
    files.findOf(List.of(target)).getOrDefault(target.path(), List.of()).forEach(files::delete);
  }

  /// Stops the current work; the next daemon continues it.
  @Override
  public void close() {
    closed = true;
    worker.shutdown();
  }
}
