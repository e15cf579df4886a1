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
final class WatchedTree implements WatchedContent {
  private final Path root;
  private final BiPredicate<Path, Boolean> ignored;
  private final Notices notices;

  /// By directory, its entries by name.
  private final Map<Path, Map<Path, Stamp>> known = new HashMap<>();

  /// @param ignored told a path and whether it is a directory
  /// @param since what was written after that is a change already
  WatchedTree(Path root, BiPredicate<Path, Boolean> ignored, Instant since, Notices notices) {
    this.root = root;
    this.ignored = ignored;
    this.notices = notices;
    enter(root, (path, stamp) -> stamp.isWrittenAfter(since, path, LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public void seen(Path directory, Optional<Path> name) {
    Map<Path, Stamp> entries = known.get(directory);
    if (entries == null) {
      return; // news of before it was left
    }
    if (name.isPresent()) {
      compare(directory, name.get(), entries.get(name.get()) != null);
      return;
    }
    try {
      Map<Path, Stamp> now = list(directory);
      List.copyOf(entries.keySet()).forEach(entry -> compare(directory, entry, true));
      now.keySet().stream()
          .filter(entry -> !entries.containsKey(entry))
          .forEach(entry -> compare(directory, entry, false));
    } catch (IOException gone) {
      // Ignored because the parent tells of it.
    }
  }

  private void compare(Path directory, Path name, boolean wasThere) {
    Path path = directory.resolve(name);
    Map<Path, Stamp> entries = known.getOrDefault(directory, Map.of());
    Optional<Stamp> now = look(path);
    if (now.isEmpty()) {
      if (wasThere) {
        forgetEntry(entries, path);
        notices.changed(name(path));
      }
      return;
    }
    Stamp before = entries.put(name, now.get());
    if (now.get().equals(before)) {
      if (before.directory() && !known.containsKey(path)) {
        enter(path, WatchedTree::known); // it could not be read before
      }
      return;
    }
    if (before != null && before.directory()) {
      leave(path);
    }
    notices.changed(name(path));
    if (now.get().directory()) {
      enter(path, WatchedTree::news);
    }
  }

  private void forgetEntry(Map<Path, Stamp> entries, Path path) {
    Stamp before = entries.remove(path.getFileName());
    if (before != null && before.directory()) {
      leave(path);
    }
  }

  private static boolean known(Path path, Stamp stamp) {
    return false;
  }

  private static boolean news(Path path, Stamp stamp) {
    return true;
  }

  /// @param news what of that which is in it is a change
  private void enter(Path directory, BiPredicate<Path, Stamp> news) {
    Deque<Path> ahead = new ArrayDeque<>(List.of(directory));
    while (!ahead.isEmpty()) {
      Path next = ahead.pop();
      notices.listen(next, this); // before it is read, so that nothing falls between
      try {
        Map<Path, Stamp> entries = list(next);
        known.put(next, entries);
        entries.forEach((name, stamp) -> {
          Path path = next.resolve(name);
          if (news.test(path, stamp)) {
            notices.changed(name(path));
          }
          if (stamp.directory()) {
            ahead.push(path);
          }
        });
      } catch (AccessDeniedException denied) {
        notices.trouble(
            "unreadable",
            "watch: %s cannot be read and is not watched: give the daemon's user the right, or add it to ignore_watch"
                .formatted(next));
      } catch (IOException gone) {
        // Ignored because the parent tells of it.
      }
    }
  }

  private void leave(Path directory) {
    notices.forget(directory, this);
    Map<Path, Stamp> entries = known.remove(directory);
    if (entries != null) {
      entries.forEach((name, stamp) -> {
        if (stamp.directory()) {
          leave(directory.resolve(name));
        }
      });
    }
  }

  private Map<Path, Stamp> list(Path directory) throws IOException {
    Map<Path, Stamp> entries = new HashMap<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        look(path).ifPresent(stamp -> entries.put(path.getFileName(), stamp));
      }
    } catch (DirectoryIteratorException broken) {
      throw broken.getCause();
    }
    return entries;
  }

  /// Empty where there is nothing that counts.
  private Optional<Stamp> look(Path path) {
    try {
      Stamp stamp = Stamp.of(path, LinkOption.NOFOLLOW_LINKS);
      return ignored.test(path, stamp.directory()) ? Optional.empty() : Optional.of(stamp);
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  private String name(Path path) {
    return root.relativize(path).toString();
  }

  @Override
  public void renew() {
    Map<Path, Map<Path, Stamp>> before = new HashMap<>(known);
    close();
    enter(root, WatchedTree::known);
    before.forEach((directory, entries) -> {
      Map<Path, Stamp> now = known.getOrDefault(directory, Map.of());
      entries.forEach((name, stamp) -> {
        if (!stamp.equals(now.get(name))) {
          notices.changed(name(directory.resolve(name)));
        }
      });
    });
    known.forEach((directory, entries) -> {
      Set<Path> old = before.getOrDefault(directory, Map.of()).keySet();
      entries.keySet().stream()
          .filter(name -> !old.contains(name))
          .forEach(name -> notices.changed(name(directory.resolve(name))));
    });
  }

  @Override
  public void gone() {
    close();
    notices.changed(root.toString());
  }

  @Override
  public void close() {
    leave(root);
  }
}
