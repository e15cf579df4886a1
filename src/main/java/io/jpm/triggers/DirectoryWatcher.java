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

/// Distributes kernel events about directories (`inotify(7)`) to the listeners of each directory.
/// The kernel has one watch per directory, regardless of the number of listeners.
///
/// Confined to the thread of `owner`, except for a separate thread that only collects events. To
/// limit memory, at most [#MOST_NAMES] names of changed entries are stored until the owner
/// processes them. Beyond that, only the changed directories are stored.
final class DirectoryWatcher implements AutoCloseable {
  private static final WatchEvent.Kind<?>[] KINDS = {
    StandardWatchEventKinds.ENTRY_CREATE,
    StandardWatchEventKinds.ENTRY_DELETE,
    StandardWatchEventKinds.ENTRY_MODIFY
  };

  private static final int MOST_NAMES = 16_384;

  private final Executor owner;
  private final Kernel kernel;
  private final Map<Registration, WatchKey> keys = new HashMap<>();
  private final Map<WatchKey, Set<Registration>> places = new HashMap<>();
  private final Lock pendingLock = new ReentrantLock();

  /// Events that have not been passed to the owner yet. Guarded by [#pendingLock], as is [#names].
  private Map<WatchKey, PendingEvents> pending = new LinkedHashMap<>();

  private int names;
  private @Nullable WatchService service;

  DirectoryWatcher(Executor owner, Kernel kernel) {
    this.owner = owner;
    this.kernel = kernel;
  }

  /// The calls into the kernel. Both may fail, because the kernel's limits apply to all processes
  /// of a user together.
  interface Kernel {
    default WatchService open() throws IOException {
      return FileSystems.getDefault().newWatchService();
    }

    default WatchKey register(Path directory, WatchService service) throws IOException {
      return directory.register(service, KINDS);
    }
  }

  /// Receives the events of a directory.
  interface Listener {
    /// Reports that an entry of a directory may have changed.
    ///
    /// @param name the name of the entry. Empty if any entry may have changed, or if the directory
    ///   itself has been removed. In the latter case, no further events are reported.
    void entryChanged(Path directory, Optional<Path> name);
  }

  /// The pending events of one directory.
  private static final class PendingEvents {
    final Set<Path> names = new LinkedHashSet<>();
    boolean anywhere;
    boolean gone;
  }

  private record Registration(Listener listener, Path directory) {}

  /// Starts to pass events of `directory` to `listener`. Has no effect if `listener` already
  /// receives them.
  ///
  /// @throws IOException if the directory does not exist or if the kernel refuses the watch
  void listen(Path directory, Listener listener) throws IOException {
    var registration = new Registration(listener, directory);
    WatchKey key = kernel.register(directory, service());
    WatchKey before = keys.put(registration, key);
    if (before != null && !before.equals(key)) {
      leave(before, registration); // another directory has this path now
    }
    places.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(registration);
  }

  /// Stops passing events of `directory` to `listener`.
  void forget(Path directory, Listener listener) {
    var registration = new Registration(listener, directory);
    WatchKey key = keys.remove(registration);
    if (key != null) {
      leave(key, registration);
    }
  }

  private void leave(WatchKey key, Registration registration) {
    Set<Registration> others = places.get(key);
    if (others != null && others.remove(registration) && others.isEmpty()) {
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
      // The service or its owner has been closed.
    } catch (InterruptedException nobody) {
      Thread.currentThread().interrupt();
    }
  }

  /// Adds events to the pending ones.
  ///
  /// @return whether the owner must be notified; false if it has already been notified
  private boolean collect(WatchKey key, List<WatchEvent<?>> events, boolean there) {
    pendingLock.lock();
    try {
      boolean first = pending.isEmpty();
      PendingEvents pendingEvents = pending.computeIfAbsent(key, _ -> new PendingEvents());
      pendingEvents.gone |= !there;
      for (WatchEvent<?> event : events) {
        if (!(event.context() instanceof Path name) || names >= MOST_NAMES) {
          pendingEvents.anywhere = true;
        } else if (!pendingEvents.anywhere && pendingEvents.names.add(name)) {
          names++;
        }
      }
      return first;
    } finally {
      pendingLock.unlock();
    }
  }

  private Map<WatchKey, PendingEvents> takePending() {
    pendingLock.lock();
    try {
      Map<WatchKey, PendingEvents> taken = pending;
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

  private void tell(WatchKey key, PendingEvents pendingEvents) {
    List<Registration> told = List.copyOf(places.getOrDefault(key, Set.of()));
    if (pendingEvents.gone) {
      places.remove(key);
      told.forEach(registration -> keys.remove(registration, key));
    }
    for (Registration registration : told) {
      pendingEvents.names.forEach(name ->
          registration.listener().entryChanged(registration.directory(), Optional.of(name)));
      if (pendingEvents.anywhere || pendingEvents.gone) {
        registration.listener().entryChanged(registration.directory(), Optional.empty());
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
      // Ignored, because the kernel releases the watch at the latest when the process exits.
    }
  }
}
