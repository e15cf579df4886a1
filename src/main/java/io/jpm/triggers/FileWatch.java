package io.jpm.triggers;

import io.jpm.model.Triggers;
import java.io.IOException;
import java.nio.file.Path;
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
///
/// Safe to call from several threads; no method blocks.
public final class FileWatch implements AutoCloseable {
  private final WatchThread thread = new WatchThread();
  private final DirectoryEvents events;
  private final Path home;

  /// @param home jpm's home, without symbolic links
  public FileWatch(Path home) {
    this(home, new DirectoryEvents.Kernel() {});
  }

  FileWatch(Path home, DirectoryEvents.Kernel kernel) {
    this.home = home;
    this.events = new DirectoryEvents(thread, kernel);
  }

  /// What the watches have in common.
  record Engine(WatchThread thread, DirectoryEvents events, Path home) {
    BiPredicate<Path, Boolean> ignored(Path root, List<String> patterns, Notices notices) {
      var ignore = new IgnorePatterns(root, patterns, problem -> notices.trouble(problem, problem));
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
  public Watching begin(
      Triggers.Watch watch, Instant since, Consumer<String> onChange, Consumer<String> onTrouble) {
    return new AppWatch(watch, since, new Engine(thread, events, home), onChange, onTrouble);
  }

  /// Ends all watches.
  @Override
  public void close() {
    thread.close();
    events.close();
  }
}
