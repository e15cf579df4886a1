package io.jpm.triggers;

import io.jpm.model.Triggers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/// Watches files and directories for all apps, with one thread and one `inotify(7)` instance.
///
/// - A directory is watched recursively, including entries that are created later. Ignored
///   directories are not read. A created, deleted, modified or touched entry counts as a change.
/// - A single file counts as changed when its content is different and complete.
/// - Changes are reported together after a quiet period, whose length is the configured delay but
///   at least 200 ms (500 ms if a single file is watched). If there is no quiet period, they are
///   reported after ten times the delay (at least 5 s).
/// - If jpm's home directory is below a watched directory, the home directory is excluded, because
///   its logs change constantly.
/// - Watching continues until the watch is closed. If a path is deleted, the watch waits until the
///   path exists again. If a kernel limit is reached, the paths are polled every 2 s.
/// - A symbolic link in a watched directory is not followed. Changes that other machines make to a
///   network file system (NFS) are not detected.
/// - The memory for the state of files is limited, both per app and for all apps together
///   ([WatchBudget]). A directory that exceeds the limit is reported and not watched.
///
/// Thread-safe. No method blocks.
public final class FileWatcher implements AutoCloseable {
  private final WatchThread thread = new WatchThread();
  private final DirectoryWatcher events;
  private final Path home;
  private final Opening opening;
  private final WatchBudget budget;

  /// @param home jpm's home directory, without symbolic links
  /// @param opening opens single files
  public FileWatcher(Path home, Opening opening) {
    this(home, opening, new DirectoryWatcher.Kernel() {}, WatchBudget.ofHeap());
  }

  FileWatcher(Path home) {
    this(home, new DirectoryWatcher.Kernel() {});
  }

  FileWatcher(Path home, DirectoryWatcher.Kernel kernel) {
    this(home, kernel, WatchBudget.ofHeap());
  }

  FileWatcher(Path home, DirectoryWatcher.Kernel kernel, WatchBudget budget) {
    this(home, FileWatcher::openRegular, kernel, budget);
  }

  private FileWatcher(
      Path home, Opening opening, DirectoryWatcher.Kernel kernel, WatchBudget budget) {
    this.home = home;
    this.opening = opening;
    this.budget = budget;
    this.events = new DirectoryWatcher(thread, kernel);
  }

  /// Opens watched files. A user with write access to the directory can replace a file with a pipe
  /// or a device at any time, so opening must be safe for these.
  @FunctionalInterface
  public interface Opening {
    /// Opens a regular file for reading. Must not block, for example on the other end of a pipe.
    ///
    /// @throws IOException if the file cannot be read or is not a regular file
    FileChannel open(Path file) throws IOException;
  }

  private static FileChannel openRegular(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is not a regular file");
    }
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  /// The resources that all watches share.
  record Engine(
      WatchThread thread, DirectoryWatcher events, Path home, Opening opening, WatchBudget budget) {
    BiPredicate<Path, Boolean> ignored(
        Path root, List<String> patterns, ChangeListener changeListener) {
      var ignore =
          new IgnorePatterns(root, patterns, problem -> changeListener.trouble(problem, problem));
      Path real = real(root);
      boolean within = real.startsWith(home);
      return (path, directory) ->
          (!within && real.resolve(root.relativize(path)).startsWith(home))
              || ignore.matches(path, directory);
    }

    private static Path real(Path path) {
      try {
        return path.toRealPath();
      } catch (IOException missing) {
        return path;
      }
    }
  }

  /// Watches the given paths until the result is closed.
  ///
  /// @param watch the paths and their settings
  /// @param since a file written after this time counts as a change. This ensures that an edit just
  ///   after the start of an app is not lost during the initial scan. With [Instant#MAX], no file
  ///   found by the initial scan counts as a change.
  /// @param onChange receives a short text such as `src/app.js changed` or `3 files changed,
  ///   src/app.js first`, on the thread of the watches, which it must not block
  /// @param onTrouble receives problems as messages for the user, each of them once, on the same
  ///   thread
  public WatchHandle watch(
      Triggers.Watch watch, Instant since, Consumer<String> onChange, Consumer<String> onTrouble) {
    return new AppWatch(
        watch, since, new Engine(thread, events, home, opening, budget), onChange, onTrouble);
  }

  /// Closes all watches.
  @Override
  public void close() {
    thread.close();
    events.close();
  }
}
