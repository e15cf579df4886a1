package io.jpm.logs.write;

import io.jpm.logs.write.LogTarget.Wanted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// The open log files, each of which is open once, however many streams and paths lead to it.
/// Thread-safe; the lock is never held during access to a disk.
final class OpenTargets {
  private final LogContext around;
  private final Opened opened;
  private final Consumer<LogTarget> closer;

  /// Guarded by `this`. Several paths may lead to one file.
  private final Map<Path, LogTarget> open = new HashMap<>();

  private final Map<LogTarget, Integer> uses = new HashMap<>();

  /// Called for each file before it is first written to.
  interface Opened {
    void opened(LogTarget fresh) throws IOException;
  }

  /// @param closer closes a file on a thread that may wait for its disk
  OpenTargets(LogContext around, Opened opened, Consumer<LogTarget> closer) {
    this.around = around;
    this.opened = opened;
    this.closer = closer;
  }

  /// Opens a log file, or shares the one that is open, and sets its limits. Blocking.
  LogTarget take(Wanted wanted) throws IOException {
    LogTarget target = use(wanted.path()).orElse(null);
    if (target == null) {
      LogTarget fresh = new LogTarget(around, wanted);
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
    target.restIfTooMany();
    return target;
  }

  private synchronized Optional<LogTarget> use(Path path) {
    Optional<LogTarget> known = Optional.ofNullable(open.get(path));
    known.ifPresent(target -> uses.merge(target, 1, Integer::sum));
    return known;
  }

  /// Returns the open file of `path`. If there is none, registers `fresh`, or the same file if it
  /// is open under another path.
  private synchronized LogTarget useOr(Path path, LogTarget fresh) {
    LogTarget target =
        use(path)
            .orElseGet(() -> {
              LogTarget same =
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

  /// Ends one use of a file. The last one closes it.
  void release(LogTarget target) {
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
  synchronized Collection<LogTarget> all() {
    return List.copyOf(Set.copyOf(open.values()));
  }
}
