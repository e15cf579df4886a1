package io.jpm.logs.write;

import io.jpm.logs.write.LogTarget.Wanted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The log files that are open, each once however many streams and paths lead to it. Safe for many
/// threads.
final class Targets {
  private final Surroundings around;
  private final Map<Path, LogTarget> open = new ConcurrentHashMap<>();

  Targets(Surroundings around) {
    this.around = around;
  }

  /// Opens a file, or takes the one that is open. Blocking.
  LogTarget take(Wanted wanted) throws IOException {
    try {
      return open.compute(
          wanted.path(),
          (_, known) -> {
            LogTarget target = known == null ? openOrKnown(wanted) : known;
            target.use();
            return target;
          });
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }

  private LogTarget openOrKnown(Wanted wanted) {
    try {
      LogTarget fresh = new LogTarget(around, wanted);
      Optional<LogTarget> same =
          open.values().stream().filter(other -> other.key().equals(fresh.key())).findFirst();
      if (same.isPresent()) {
        fresh.close(); // a link to it
        return same.get();
      }
      around.storage().add(fresh);
      return fresh;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /// One stream less goes into it; the last one closes it.
  void release(LogTarget target) {
    if (target.leave()) {
      open.values().remove(target);
      around.storage().remove(target);
      target.close();
    }
  }

  /// All that are open.
  Collection<LogTarget> all() {
    return List.copyOf(open.values());
  }
}
