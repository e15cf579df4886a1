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

/// A watched directory with everything below it. Records the stamps of all entries. Kernel events
/// only determine which stamps to compare. A spurious event is therefore harmless, and after a loss
/// of events, all stamps are compared.
///
/// A change is a created, deleted or renamed entry, or a file with a different time or size. As in
/// PM2, `touch` counts as a change, but `chmod` does not. Links are not followed; a link whose own
/// time or size changes counts as a change.
///
/// The memory for the stamps is reserved from the app's [WatchBudget.Share]. A directory that
/// exceeds it is reported, and neither the directory nor its subdirectories are watched.
final class WatchedTree implements WatchedContent {
  /// Memory of an entry without its name, and of a directory without its path, in bytes. The values
  /// were measured on a heap and rounded up.
  private static final int ENTRY_BYTES = 180;

  private static final int DIRECTORY_BYTES = 800;

  private final Path root;
  private final BiPredicate<Path, Boolean> ignored;
  private final ChangeListener changeListener;

  /// The stamps of the entries by name, for each directory.
  private final Map<Path, Map<Path, FileStamp>> known = new HashMap<>();

  private final Set<Path> tooLarge = new HashSet<>();
  private final WatchBudget.Share budget;

  /// @param ignored reports whether a path is ignored; the second argument is whether it is a
  ///   directory
  /// @param since a file written after this time counts as a change
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
  @SuppressWarnings("ReferenceEquality") // identity, not equality: is it still this map?
  public void entryChanged(Path directory, Optional<Path> name) {
    Map<Path, FileStamp> entries = known.get(directory);
    if (entries == null) {
      return; // an event from before the directory was removed
    }
    if (name.isPresent()) {
      compare(directory, name.get());
      return;
    }
    List.copyOf(entries.keySet()).forEach(entry -> compare(directory, entry));
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        if (known.get(directory) != entries) {
          return; // the directory has become too large
        }
        if (!entries.containsKey(path.getFileName())) {
          compare(directory, path.getFileName());
        }
      }
    } catch (IOException | DirectoryIteratorException gone) {
      // Ignored, because the parent directory reports the removal.
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
        enter(path, WatchedTree::known); // the directory was unreadable before
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

  /// Records the stamp of an entry.
  ///
  /// @return whether the entry fits into the budget
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

  /// Returns the memory needed for an entry. The memory for a directory is reserved before the
  /// directory is read.
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

  /// Starts to watch a directory and everything below it.
  ///
  /// @param news decides which of the entries count as changes
  private void enter(Path directory, BiPredicate<Path, FileStamp> news) {
    Deque<Path> ahead = new ArrayDeque<>(List.of(directory));
    while (!ahead.isEmpty()) {
      Path next = ahead.pop();
      changeListener.listen(next, this); // before the read, so that no change is lost
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
            "watch: %s cannot be read and is not watched: give the daemon's user read permission, or add it to ignore_watch"
                .formatted(next));
      } catch (IOException gone) {
        release(next); // the parent reports the removal
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

  /// Removes the records of a directory and releases their memory.
  ///
  /// @return the stamps of the entries of the directory
  private Map<Path, FileStamp> release(Path directory) {
    Map<Path, FileStamp> entries = known.remove(directory);
    if (entries == null) {
      return Map.of();
    }
    entries.forEach(
        (name, fileStamp) -> budget.giveBack(bytes(directory.resolve(name), fileStamp)));
    return entries;
  }

  /// Reads the entries of a directory.
  ///
  /// @return whether all entries fit into the budget
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

  /// Returns the stamp of a path; empty if it does not exist or is ignored.
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
  public void rescan() {
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
  public void removed() {
    close();
    changeListener.changed(root.toString());
  }

  @Override
  public void close() {
    leave(root);
  }
}
