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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// What the kernel says about directories (`inotify(7)`), for everyone who listens to one. The
/// kernel has one watch for each directory, however many listen.
///
/// Owned by the thread of `owner`, but for a thread of its own that only waits for news.
final class DirectoryEvents implements AutoCloseable {
  private static final WatchEvent.Kind<?>[] KINDS = {
    StandardWatchEventKinds.ENTRY_CREATE,
    StandardWatchEventKinds.ENTRY_DELETE,
    StandardWatchEventKinds.ENTRY_MODIFY
  };

  private final Executor owner;
  private final Kernel kernel;
  private final Map<Place, WatchKey> keys = new HashMap<>();
  private final Map<WatchKey, Set<Place>> places = new HashMap<>();
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
        owner.execute(() -> tell(key));
      }
    } catch (ClosedWatchServiceException | RejectedExecutionException closed) {
      // The end.
    } catch (InterruptedException nobody) {
      Thread.currentThread().interrupt();
    }
  }

  /// A key tells nothing more until it is reset, so what comes meanwhile is collected in it.
  private void tell(WatchKey key) {
    List<WatchEvent<?>> news = key.pollEvents();
    boolean there = key.reset();
    List<Place> told = List.copyOf(places.getOrDefault(key, Set.of()));
    if (!there) {
      places.remove(key);
      told.forEach(place -> keys.remove(place, key));
    }
    for (Place place : told) {
      for (WatchEvent<?> event : news) {
        place
            .listener()
            .seen(
                place.directory(),
                event.context() instanceof Path name ? Optional.of(name) : Optional.empty());
      }
      if (!there) {
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
