package io.jpm.triggers;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/// A directory and all that is under it. It knows what everything looked like; news of the kernel
/// only tell it where to look, so that none can mislead it and a lost one is made up for by looking
/// everywhere.
///
/// A change is a new, a vanished or a renamed entry, and a file with another time or size: `touch`
/// counts, as with PM2, `chmod` does not. Links are not followed; a link that leads elsewhere
/// counts.
///
/// What it knows is paid for from the app's [WatchBudget.Share]. A directory that does not fit is
/// left with all that is under it, and told.
final class WatchedTree implements WatchedContent {
  /// Bytes of memory for an entry without its name, and for a directory without its path: measured
  /// on a heap, rounded up.
  private static final int ENTRY_BYTES = 180;

  private static final int DIRECTORY_BYTES = 800;

  private final Path root;
  private final BiPredicate<Path, Boolean> ignored;
  private final ChangeListener changeListener;

  /// By directory, its entries by name.
  private final Map<Path, Map<Path, FileStamp>> known = new HashMap<>();

  private final Set<Path> tooLarge = new HashSet<>();
  private final WatchBudget.Share budget;

  /// @param ignored told a path and whether it is a directory
  /// @param since what was written after that is a change already
  WatchedTree(
      Path root, BiPredicate<Path, Boolean> ignored, Instant since, ChangeListener changeListener) {
    this.root = root;
    this.ignored = ignored;
    this.changeListener = changeListener;
    this.budget = changeListener.budget();
    enter(
        root,
        (path, fileStamp) -> fileStamp.isWrittenAfter(since, path, LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // whether it is still the same map, not an equal one
  public void seen(Path directory, Optional<Path> name) {
    Map<Path, FileStamp> entries = known.get(directory);
    if (entries == null) {
      return; // news of before it was left
    }
    if (name.isPresent()) {
      compare(directory, name.get());
      return;
    }
    List.copyOf(entries.keySet()).forEach(entry -> compare(directory, entry));
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        if (known.get(directory) != entries) {
          return; // it has become too large
        }
        if (!entries.containsKey(path.getFileName())) {
          compare(directory, path.getFileName());
        }
      }
    } catch (IOException | DirectoryIteratorException gone) {
      // Ignored because the parent tells of it.
    }
  }

  private void compare(Path directory, Path name) {
    Map<Path, FileStamp> entries = known.get(directory);
    if (entries == null) {
      return;
    }
    Path path = directory.resolve(name);
    FileStamp before = entries.get(name);
    Optional<FileStamp> now = look(path);
    if (now.filter(fileStamp -> fileStamp.equals(before)).isPresent()) {
      if (now.get().directory() && !known.containsKey(path) && !tooLarge.contains(path)) {
        enter(path, WatchedTree::known); // it could not be read before
      }
      return;
    }
    if (before != null) {
      forgetEntry(entries, path, before);
    }
    if (now.isPresent() && !remember(entries, path, now.get())) {
      refuse(directory, entries.size());
      changeListener.changed(name(path));
      return;
    }
    if (before != null || now.isPresent()) {
      changeListener.changed(name(path));
    }
    if (now.filter(FileStamp::directory).isPresent()) {
      enter(path, WatchedTree::news);
    }
  }

  /// Whether it fits.
  private boolean remember(Map<Path, FileStamp> entries, Path path, FileStamp fileStamp) {
    boolean fits = budget.take(bytes(path, fileStamp));
    if (fits) {
      entries.put(path.getFileName(), fileStamp);
    }
    return fits;
  }

  private void forgetEntry(Map<Path, FileStamp> entries, Path path, FileStamp fileStamp) {
    entries.remove(path.getFileName());
    budget.giveBack(bytes(path, fileStamp));
    if (fileStamp.directory()) {
      leave(path);
    }
  }

  /// A directory is paid for before it is read.
  private static long bytes(Path path, FileStamp fileStamp) {
    int entry = ENTRY_BYTES + String.valueOf(path.getFileName()).length();
    return fileStamp.directory() ? entry + DIRECTORY_BYTES + 2L * path.toString().length() : entry;
  }

  private void refuse(Path directory, int read) {
    leave(directory);
    tooLarge.add(directory);
    changeListener.tooLarge(directory, read);
  }

  private static boolean known(Path path, FileStamp fileStamp) {
    return false;
  }

  private static boolean news(Path path, FileStamp fileStamp) {
    return true;
  }

  /// @param news what of that which is in it is a change
  private void enter(Path directory, BiPredicate<Path, FileStamp> news) {
    Deque<Path> ahead = new ArrayDeque<>(List.of(directory));
    while (!ahead.isEmpty()) {
      Path next = ahead.pop();
      changeListener.listen(next, this); // before it is read, so that nothing falls between
      try {
        Map<Path, FileStamp> entries = new HashMap<>();
        known.put(next, entries);
        if (!list(next, entries)) {
          refuse(next, entries.size());
          continue;
        }
        entries.forEach((name, fileStamp) -> {
          Path path = next.resolve(name);
          if (news.test(path, fileStamp)) {
            changeListener.changed(name(path));
          }
          if (fileStamp.directory()) {
            ahead.push(path);
          }
        });
      } catch (AccessDeniedException denied) {
        release(next);
        changeListener.trouble(
            "unreadable",
            "watch: %s cannot be read and is not watched: give the daemon's user the right, or add it to ignore_watch"
                .formatted(next));
      } catch (IOException gone) {
        release(next); // the parent tells of it
      }
    }
  }

  private void leave(Path directory) {
    Deque<Path> ahead = new ArrayDeque<>(List.of(directory));
    while (!ahead.isEmpty()) {
      Path next = ahead.pop();
      changeListener.forget(next, this);
      tooLarge.remove(next);
      release(next)
          .forEach((name, fileStamp) -> {
            if (fileStamp.directory()) {
              ahead.push(next.resolve(name));
            }
          });
    }
  }

  /// What was known of the entries of a directory.
  private Map<Path, FileStamp> release(Path directory) {
    Map<Path, FileStamp> entries = known.remove(directory);
    if (entries == null) {
      return Map.of();
    }
    entries.forEach(
        (name, fileStamp) -> budget.giveBack(bytes(directory.resolve(name), fileStamp)));
    return entries;
  }

  /// Whether all of it fits.
  private boolean list(Path directory, Map<Path, FileStamp> entries) throws IOException {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        Optional<FileStamp> fileStamp = look(path);
        if (fileStamp.isPresent() && !remember(entries, path, fileStamp.get())) {
          return false;
        }
      }
      return true;
    } catch (DirectoryIteratorException broken) {
      throw broken.getCause();
    }
  }

  /// Empty where there is nothing that counts.
  private Optional<FileStamp> look(Path path) {
    try {
      FileStamp fileStamp = FileStamp.of(path, LinkOption.NOFOLLOW_LINKS);
      return ignored.test(path, fileStamp.directory()) ? Optional.empty() : Optional.of(fileStamp);
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  private String name(Path path) {
    return root.relativize(path).toString();
  }

  @Override
  public void renew() {
    Map<Path, Map<Path, FileStamp>> before = new HashMap<>(known);
    close();
    enter(root, WatchedTree::known);
    before.forEach((directory, entries) -> {
      if (isTooLarge(directory)) {
        return;
      }
      Map<Path, FileStamp> now = known.getOrDefault(directory, Map.of());
      entries.forEach((name, fileStamp) -> {
        if (!fileStamp.equals(now.get(name))) {
          changeListener.changed(name(directory.resolve(name)));
        }
      });
    });
    known.forEach((directory, entries) -> {
      Set<Path> old = before.getOrDefault(directory, Map.of()).keySet();
      entries.keySet().stream()
          .filter(name -> !old.contains(name))
          .forEach(name -> changeListener.changed(name(directory.resolve(name))));
    });
  }

  private boolean isTooLarge(Path directory) {
    if (!tooLarge.isEmpty()) {
      for (Path at = directory; at != null && at.startsWith(root); at = at.getParent()) {
        if (tooLarge.contains(at)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public void gone() {
    close();
    changeListener.changed(root.toString());
  }

  @Override
  public void close() {
    leave(root);
  }
}
