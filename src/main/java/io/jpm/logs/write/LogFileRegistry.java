package io.jpm.logs.write;

import io.jpm.logs.write.LogFileWriter.Spec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// The open log files. Each file is opened only once, however many streams and paths refer to it.
/// Thread-safe; the lock is never held during access to a disk.
final class LogFileRegistry {
  private final LogContext around;
  private final Opened opened;
  private final Consumer<LogFileWriter> closer;

  /// The writers by path, guarded by `this`. Several paths may lead to the same file.
  private final Map<Path, LogFileWriter> open = new HashMap<>();

  private final Map<LogFileWriter, Integer> uses = new HashMap<>();

  /// Is notified of each opened file before the first write to it.
  interface Opened {
    void opened(LogFileWriter fresh) throws IOException;
  }

  /// @param closer closes a file on a thread that may wait for its disk
  LogFileRegistry(LogContext around, Opened opened, Consumer<LogFileWriter> closer) {
    this.around = around;
    this.opened = opened;
    this.closer = closer;
  }

  /// Opens a log file, or returns the existing writer if the file is already open, and sets its
  /// limits. Blocking.
  LogFileWriter take(Spec wanted) throws IOException {
    LogFileWriter target = use(wanted.path()).orElse(null);
    if (target == null) {
      LogFileWriter fresh = new LogFileWriter(around, wanted);
      try {
        opened.opened(fresh);
      } catch (IOException failure) {
        fresh.close();
        throw failure;
      }
      target = useOr(wanted.path(), fresh);
      if (!target.equals(fresh)) {
        fresh.close(); // the path is a link to it, or another thread was faster
      }
    }
    target.limits(wanted.limits());
    target.closeIfTooManyOpen();
    return target;
  }

  private synchronized Optional<LogFileWriter> use(Path path) {
    Optional<LogFileWriter> known = Optional.ofNullable(open.get(path));
    known.ifPresent(target -> uses.merge(target, 1, Integer::sum));
    return known;
  }

  /// Returns the open writer for `path`. If there is none, registers and returns `fresh`, or the
  /// writer that already has the same file open under another path.
  private synchronized LogFileWriter useOr(Path path, LogFileWriter fresh) {
    LogFileWriter target =
        use(path)
            .orElseGet(() -> {
              LogFileWriter same =
                  uses.keySet().stream()
                      .filter(other -> other.key().equals(fresh.key()))
                      .findFirst()
                      .orElse(fresh);
              open.put(path, same);
              uses.merge(same, 1, Integer::sum);
              return same;
            });
    around.rotatedStorage().add(target);
    return target;
  }

  /// Ends one use of a file. The file is closed after its last use.
  void release(LogFileWriter target) {
    boolean last;
    synchronized (this) {
      last = uses.merge(target, -1, Integer::sum) <= 0;
      if (last) {
        uses.remove(target);
        open.values().removeIf(target::equals);
        around.rotatedStorage().remove(target);
      }
    }
    if (last) {
      closer.accept(target);
    }
  }

  /// Returns all open files.
  synchronized Collection<LogFileWriter> all() {
    return List.copyOf(Set.copyOf(open.values()));
  }
}
