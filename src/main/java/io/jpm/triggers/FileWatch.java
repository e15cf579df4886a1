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
/// - Directories are watched with all that is under them, also what is made later; what the ignore
///   patterns name is not looked into. Any new, vanished, written or touched entry is a change.
/// - A single file has changed when its content is another one and is whole.
/// - Changes are told together, when there were none for the delay (at least 200 ms; 500 ms where a
///   single file is watched), or after ten delays (at least 5 s) when they never end.
/// - jpm's home is left out where it lies under a watched directory: logs in it change all the
///   time.
/// - It never stops watching: what is deleted is waited for, and where the kernel's limit is
///   reached it looks every 2 s.
/// - Nothing outside of a watched directory is watched for a link in it. File systems whose changes
///   are made elsewhere (NFS) tell nothing.
/// - What is kept of files is bounded, for an app and for all ([WatchBudget]): a directory with
///   more is not watched, and told.
///
/// Safe to call from several threads; no method blocks.
public final class FileWatch implements AutoCloseable {
  private final WatchThread thread = new WatchThread();
  private final DirectoryEvents events;
  private final Path home;
  private final Opening opening;
  private final WatchBudget budget;

  /// @param home jpm's home, without symbolic links
  /// @param opening how single files are opened
  public FileWatch(Path home, Opening opening) {
    this(home, opening, new DirectoryEvents.Kernel() {}, WatchBudget.ofHeap());
  }

  FileWatch(Path home) {
    this(home, new DirectoryEvents.Kernel() {});
  }

  FileWatch(Path home, DirectoryEvents.Kernel kernel) {
    this(home, kernel, WatchBudget.ofHeap());
  }

  FileWatch(Path home, DirectoryEvents.Kernel kernel, WatchBudget budget) {
    this(home, FileWatch::openRegular, kernel, budget);
  }

  private FileWatch(Path home, Opening opening, DirectoryEvents.Kernel kernel, WatchBudget budget) {
    this.home = home;
    this.opening = opening;
    this.budget = budget;
    this.events = new DirectoryEvents(thread, kernel);
  }

  /// Opens watched files. Whoever may write to the directory of one may put a pipe or a device in
  /// its place, at any moment.
  @FunctionalInterface
  public interface Opening {
    /// Opens a regular file for reading. It must never wait for somebody else.
    ///
    /// @throws IOException where it cannot be read, or is not a regular file
    FileChannel open(Path file) throws IOException;
  }

  private static FileChannel openRegular(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is not a regular file");
    }
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  /// What the watches have in common.
  record Engine(
      WatchThread thread, DirectoryEvents events, Path home, Opening opening, WatchBudget budget) {
    BiPredicate<Path, Boolean> ignored(
        Path root, List<String> patterns, ChangeListener changeListener) {
      var ignore =
          new IgnorePatterns(root, patterns, problem -> changeListener.trouble(problem, problem));
      Path real = real(root);
      boolean within = real.startsWith(home);
      return (path, directory) ->
          (!within && real.resolve(root.relativize(path)).startsWith(home))
              || ignore.ignore(path, directory);
    }

    private static Path real(Path path) {
      try {
        return path.toRealPath();
      } catch (IOException missing) {
        return path;
      }
    }
  }

  /// Watches until the result is closed.
  ///
  /// @param watch what
  /// @param since what was written after that is a change already, so that what is edited as soon
  ///   as an app has been started is not lost, however long the first look takes; [Instant#MAX]:
  ///   what is there at the first look is known
  /// @param onChange gets a short text such as `src/app.js changed` or `3 files changed, src/app.js
  ///   first`, on the thread of the watches: it must hand over and return
  /// @param onTrouble gets sentences for the user, each once, likewise
  public WatchHandle begin(
      Triggers.Watch watch, Instant since, Consumer<String> onChange, Consumer<String> onTrouble) {
    return new AppWatch(
        watch, since, new Engine(thread, events, home, opening, budget), onChange, onTrouble);
  }

  /// Ends all watches.
  @Override
  public void close() {
    thread.close();
    events.close();
  }
}
