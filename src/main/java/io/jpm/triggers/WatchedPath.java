package io.jpm.triggers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// A path as specified by the user. It is a directory, a file, a symbolic link to one of these, or
/// temporarily missing. Listens to the parent directories, because a deployment may replace one of
/// them or change a link.
final class WatchedPath implements DirectoryWatcher.Listener {
  private final Path path;
  private final BiPredicate<Path, Boolean> ignored;
  private final ChangeListener changeListener;
  private @Nullable WatchedContent content;
  private boolean missing;

  WatchedPath(Path path, BiPredicate<Path, Boolean> ignored, ChangeListener changeListener) {
    this.path = path;
    this.ignored = ignored;
    this.changeListener = changeListener;
  }

  /// Records the current content. Files that were written after `since` count as changed.
  void start(Instant since) {
    listenAbove();
    content = Files.exists(path) ? open(false, since) : null;
    missing = content == null;
    if (missing) {
      changeListener.trouble(
          "missing " + path,
          "watch: %s does not exist, and is watched as soon as it is created".formatted(path));
    }
  }

  boolean isMissing() {
    return missing;
  }

  Optional<WatchedFile> file() {
    return content instanceof WatchedFile file ? Optional.of(file) : Optional.empty();
  }

  @Override
  public void entryChanged(Path directory, Optional<Path> name) {
    if (name.isEmpty() || path.startsWith(directory.resolve(name.get()))) {
      rescan();
    }
  }

  /// Scans the path again.
  void rescan() {
    listenAbove();
    WatchedContent before = content;
    if (!Files.exists(path)) {
      if (before != null && !missing) {
        before.removed();
      }
      missing = true;
      return;
    }
    boolean back = missing;
    missing = false;
    if (before instanceof WatchedFile && !Files.isDirectory(path)) {
      before.rescan();
    } else if (before instanceof WatchedTree && Files.isDirectory(path)) {
      before.rescan();
    } else {
      if (before != null) {
        before.close();
      }
      content = open(back || before != null, Instant.MAX);
    }
  }

  private WatchedContent open(boolean fresh, Instant since) {
    if (!Files.isDirectory(path)) {
      return new WatchedFile(path, fresh, since, changeListener);
    }
    if (fresh) {
      changeListener.changed(path.toString());
    }
    return new WatchedTree(path, ignored, since, changeListener);
  }

  /// Listens to all readable parent directories. If one of them is missing, its parent reports when
  /// it is created.
  private void listenAbove() {
    for (Path above = path.getParent(); above != null; above = above.getParent()) {
      if (Files.isDirectory(above) && Files.isReadable(above)) {
        changeListener.listen(above, this);
      }
    }
  }

  void close() {
    for (Path above = path.getParent(); above != null; above = above.getParent()) {
      changeListener.forget(above, this);
    }
    if (content != null) {
      content.close();
    }
  }
}
