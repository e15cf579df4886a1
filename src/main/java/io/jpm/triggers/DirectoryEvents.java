package io.jpm.triggers;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What the kernel says about directories (`inotify(7)`), for everyone who listens to one. The
/// kernel has one watch for each directory, however many listen.
///
/// Owned by the thread of `owner`, but for a thread of its own that only collects news: of so many
/// entries as are sensible by name, of more by directory. What the owner has not come to takes
/// little memory, whatever happens in the directories meanwhile.
final class DirectoryEvents implements AutoCloseable {
  private static final WatchEvent.Kind<?>[] KINDS = {
    StandardWatchEventKinds.ENTRY_CREATE,
    StandardWatchEventKinds.ENTRY_DELETE,
    StandardWatchEventKinds.ENTRY_MODIFY
  };

  private static final int MOST_NAMES = 16_384;

  private final Executor owner;
  private final Kernel kernel;
  private final Map<Place, WatchKey> keys = new HashMap<>();
  private final Map<WatchKey, Set<Place>> places = new HashMap<>();
  private final Lock pendingLock = new ReentrantLock();

  /// What the owner has not been told; guarded by the lock, as is the number of names in it.
  private Map<WatchKey, News> pending = new LinkedHashMap<>();

  private int names;
  private @Nullable WatchService service;

  DirectoryEvents(Executor owner, Kernel kernel) {
    this.owner = owner;
    this.kernel = kernel;
  }

  /// How the kernel is asked for its news. It may refuse both: its limits are for all processes of
  /// a user together.
  interface Kernel {
    default WatchService open() throws IOException {
      return FileSystems.getDefault().newWatchService();
    }

    default WatchKey register(Path directory, WatchService service) throws IOException {
      return directory.register(service, KINDS);
    }
  }

  /// Who is told.
  interface Listener {
    /// Something happened to an entry of a directory.
    ///
    /// @param name the entry; empty when anything may have happened there, or when the directory
    ///   itself is gone and is no longer listened to
    void seen(Path directory, Optional<Path> name);
  }

  /// Of one directory.
  private static final class News {
    final Set<Path> names = new LinkedHashSet<>();
    boolean anywhere;
    boolean gone;
  }

  private record Place(Listener listener, Path directory) {}

  /// From now on `listener` hears of `directory`. Listening twice is listening once.
  ///
  /// @throws IOException when the directory is not there or the kernel refuses
  void listen(Path directory, Listener listener) throws IOException {
    var place = new Place(listener, directory);
    WatchKey key = kernel.register(directory, service());
    WatchKey before = keys.put(place, key);
    if (before != null && !before.equals(key)) {
      leave(before, place); // another directory has the name by now
    }
    places.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(place);
  }

  /// The end of [#listen].
  void forget(Path directory, Listener listener) {
    var place = new Place(listener, directory);
    WatchKey key = keys.remove(place);
    if (key != null) {
      leave(key, place);
    }
  }

  private void leave(WatchKey key, Place place) {
    Set<Place> others = places.get(key);
    if (others != null && others.remove(place) && others.isEmpty()) {
      places.remove(key);
      key.cancel();
    }
  }

  private WatchService service() throws IOException {
    WatchService known = service;
    if (known == null) {
      WatchService opened = kernel.open();
      service = opened;
      Thread.ofVirtual().name("jpm-watch-news").start(() -> await(opened));
      return opened;
    }
    return known;
  }

  private void await(WatchService source) {
    try {
      while (true) {
        WatchKey key = source.take();
        List<WatchEvent<?>> events = key.pollEvents();
        if (collect(key, events, key.reset())) {
          owner.execute(this::tell);
        }
      }
    } catch (ClosedWatchServiceException | RejectedExecutionException closed) {
      // The end.
    } catch (InterruptedException nobody) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whether the owner is to be told: it is not on its way yet.
  private boolean collect(WatchKey key, List<WatchEvent<?>> events, boolean there) {
    pendingLock.lock();
    try {
      boolean first = pending.isEmpty();
      News news = pending.computeIfAbsent(key, _ -> new News());
      news.gone |= !there;
      for (WatchEvent<?> event : events) {
        if (!(event.context() instanceof Path name) || names >= MOST_NAMES) {
          news.anywhere = true;
        } else if (!news.anywhere && news.names.add(name)) {
          names++;
        }
      }
      return first;
    } finally {
      pendingLock.unlock();
    }
  }

  private Map<WatchKey, News> takePending() {
    pendingLock.lock();
    try {
      Map<WatchKey, News> taken = pending;
      pending = new LinkedHashMap<>();
      names = 0;
      return taken;
    } finally {
      pendingLock.unlock();
    }
  }

  private void tell() {
    takePending().forEach(this::tell);
  }

  private void tell(WatchKey key, News news) {
    List<Place> told = List.copyOf(places.getOrDefault(key, Set.of()));
    if (news.gone) {
      places.remove(key);
      told.forEach(place -> keys.remove(place, key));
    }
    for (Place place : told) {
      news.names.forEach(name -> place.listener().seen(place.directory(), Optional.of(name)));
      if (news.anywhere || news.gone) {
        place.listener().seen(place.directory(), Optional.empty());
      }
    }
  }

  @Override
  public void close() {
    try {
      if (service != null) {
        service.close();
      }
    } catch (IOException _) {
      // Ignored because the kernel frees it with the process at the latest.
    }
  }
}
