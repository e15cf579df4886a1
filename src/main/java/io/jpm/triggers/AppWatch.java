package io.jpm.triggers;

import io.jpm.model.Triggers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The watch of one app. Collects changes from the watched paths, and reports them together after a
/// quiet period. Confined to the thread of [FileWatcher], except for the methods of [WatchHandle].
final class AppWatch implements WatchHandle, ChangeListener {
  /// Minimum quiet period. It combines related events into one change, for example the steps of an
  /// editor that replaces a file by renaming, or the many files written by a build.
  private static final Duration LEAST_QUIET = Duration.ofMillis(200);

  /// Minimum quiet period for a single file. It is longer, because copying a file over a network
  /// may pause.
  private static final Duration LEAST_QUIET_OF_FILE = Duration.ofMillis(500);

  private static final Duration LEAST_LIMIT = Duration.ofSeconds(5);
  private static final int LIMIT_FACTOR = 10;
  private static final Duration LOOK_FOR_MISSING = Duration.ofSeconds(1);
  private static final Duration POLL = Duration.ofSeconds(2);

  /// The maximum memory for the names of unreported changes, in bytes.
  private static final int MOST_CHANGES = 1 << 20;

  /// The memory for the name of one change, in addition to its characters, in bytes.
  private static final int CHANGE_BYTES = 80;

  /// The maximum number of directories that are reported individually as too large.
  private static final int MOST_TOLD = 10;

  private final Triggers.Watch watch;
  private final FileWatcher.Engine engine;
  private final WatchThread thread;
  private final Duration delay;
  private final Consumer<String> onChange;
  private final Consumer<String> onTrouble;
  private final List<WatchedPath> paths = new ArrayList<>();
  private final CompletableFuture<Void> begun = new CompletableFuture<>();
  private final Set<String> told = new HashSet<>();
  private final Set<String> changes = new LinkedHashSet<>();
  private final Set<Path> tooLarge = new HashSet<>();
  private final WatchBudget.Share budget;
  private int changesBytes;
  private boolean moreChanges;
  private @Nullable Future<?> quiet;
  private @Nullable Future<?> limit;
  private @Nullable Future<?> search;
  private @Nullable Future<?> polling;
  private volatile boolean closed;

  AppWatch(
      Triggers.Watch watch,
      Instant since,
      FileWatcher.Engine engine,
      Consumer<String> onChange,
      Consumer<String> onTrouble) {
    this.watch = watch;
    this.engine = engine;
    this.thread = engine.thread();
    this.budget = engine.budget().share();
    this.delay = watch.delay();
    this.onChange = onChange;
    this.onTrouble = onTrouble;
    thread.execute(() -> begin(since), this::taskFailed);
  }

  @Override
  public CompletionStage<Void> ready() {
    return begun;
  }

  private void begin(Instant since) {
    for (Path named : watch.paths()) {
      Path path = named.toAbsolutePath().normalize();
      if (!closed) {
        var watched = new WatchedPath(path, engine.ignored(path, watch.ignore(), this), this);
        paths.add(watched);
        watched.start(since);
      }
    }
    searchMissing();
    begun.complete(null);
  }

  @Override
  public void close() {
    closed = true;
    thread.execute(this::end, this::taskFailed);
  }

  private void end() {
    paths.forEach(WatchedPath::close);
    for (Future<?> timer : new Future<?>[] {quiet, limit, search, polling}) {
      cancel(timer);
    }
  }

  private static void cancel(@Nullable Future<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  @Override
  public void changed(String what) {
    if (changesBytes < MOST_CHANGES) {
      changesBytes += changes.add(what) ? CHANGE_BYTES + what.length() : 0;
    } else {
      moreChanges = true;
    }
    maybeChanged();
    if (limit == null) {
      Duration factor = delay.multipliedBy(LIMIT_FACTOR);
      limit =
          thread.schedule(
              factor.compareTo(LEAST_LIMIT) > 0 ? factor : LEAST_LIMIT,
              this::fire,
              this::taskFailed);
    }
  }

  @Override
  public void maybeChanged() {
    cancel(quiet);
    quiet = thread.schedule(quietTime(), this::becameQuiet, this::taskFailed);
    searchMissing();
  }

  private Duration quietTime() {
    boolean file = paths.stream().anyMatch(path -> path.file().isPresent());
    Duration least = file ? LEAST_QUIET_OF_FILE : LEAST_QUIET;
    return delay.compareTo(least) > 0 ? delay : least;
  }

  private void becameQuiet() {
    boolean settled = true;
    for (WatchedFile file :
        paths.stream().map(WatchedPath::file).flatMap(Optional::stream).toList()) {
      switch (file.check()) {
        case SAME -> {}
        case CHANGED -> changes.add(file.toString());
        case UNSETTLED -> settled = false;
      }
    }
    if (settled) {
      fire();
    } else {
      maybeChanged();
    }
  }

  private void fire() {
    cancel(limit);
    limit = null;
    if (changes.isEmpty() || closed) {
      return;
    }
    cancel(quiet);
    String first = changes.iterator().next();
    String text =
        changes.size() == 1
            ? first + " changed"
            : "%s%d files changed, %s first"
                .formatted(moreChanges ? "more than " : "", changes.size(), first);
    changes.clear();
    changesBytes = 0;
    moreChanges = false;
    onChange.accept(text);
  }

  /// Rescans missing paths periodically as long as any path is missing. Events alone are not
  /// sufficient, because the parent directories may be unreadable.
  private void searchMissing() {
    if (!closed
        && (search == null || search.isDone())
        && paths.stream().anyMatch(WatchedPath::isMissing)) {
      search =
          thread.schedule(
              LOOK_FOR_MISSING,
              () -> {
                paths.stream().filter(WatchedPath::isMissing).forEach(WatchedPath::rescan);
                search = null;
                searchMissing();
              },
              this::taskFailed);
    }
  }

  @Override
  public void trouble(String kind, String sentence) {
    if (told.add(kind) && !closed) {
      onTrouble.accept(sentence);
    }
  }

  @Override
  public void tooLarge(Path directory, int read) {
    if (tooLarge.size() < MOST_TOLD && tooLarge.add(directory)) {
      trouble(
          "too large " + directory,
          "watch: %s has too many files and is not watched (only %d fit into the memory that is reserved for %s): add it, or files in it, to ignore_watch"
              .formatted(directory, read, budget.isOwnUsedUp() ? "one app" : "all apps"));
    } else if (!tooLarge.contains(directory)) {
      trouble(
          "too large",
          "watch: further directories, such as %s, have too many files and are not watched: add them to ignore_watch"
              .formatted(directory));
    }
  }

  @Override
  public WatchBudget.Share budget() {
    return budget;
  }

  @Override
  public FileChannel open(Path file) throws IOException {
    return engine.opening().open(file);
  }

  @Override
  public void listen(Path directory, DirectoryWatcher.Listener listener) {
    try {
      engine.events().listen(directory, listener);
    } catch (NoSuchFileException | NotDirectoryException | AccessDeniedException notThere) {
      // The next scan of this directory detects and handles the same condition.
    } catch (IOException refused) {
      pollInstead(directory, refused);
    }
  }

  private void pollInstead(Path directory, IOException refused) {
    trouble(
        "polling",
        "watch: %s cannot be watched through inotify (%s) and is polled every %d s instead: raise the sysctl limit that was reached, fs.inotify.max_user_watches or fs.inotify.max_user_instances"
            .formatted(directory, reason(refused), POLL.toSeconds()));
    if (polling == null && !closed) {
      polling = thread.schedule(POLL, this::poll, this::taskFailed);
    }
  }

  private static String reason(IOException refused) {
    return refused.getMessage() == null ? refused.toString() : refused.getMessage();
  }

  private void poll() {
    polling = closed ? null : thread.schedule(POLL, this::poll, this::taskFailed);
    paths.forEach(WatchedPath::rescan);
  }

  @Override
  public void forget(Path directory, DirectoryWatcher.Listener listener) {
    engine.events().forget(directory, listener);
  }

  private void taskFailed(RuntimeException failure) {
    begun.complete(null);
    trouble("internal " + failure, "watch: internal error, watching continues: " + failure);
  }
}
