package io.jpm.god.adoption;

import io.jpm.bus.BlockingCalls;
import io.jpm.bus.FileErrors;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Removes the pipes of instances that are not in the list and have no process. Such pipes remain
/// if an earlier daemon failed to remove them or was killed before it could do so.
public final class StalePipes {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// The names of pipes. The directory also contains other files, such as the record of the log
  /// buffer.
  private static final Pattern PIPE = Pattern.compile("[0-9]+-[0-9]+\\.(in|out|err)");

  private final Vertx vertx;
  private final Path folder;
  private List<Path> found = List.of();

  /// Creates an object that has not found any pipes yet; see [#scan].
  ///
  /// @param home the daemon's home directory
  public StalePipes(Vertx vertx, Path home) {
    this.vertx = vertx;
    this.folder = home.resolve("fifo");
  }

  /// Lists the existing pipes. Must be called before this daemon creates any pipe.
  public Future<Void> scan() {
    return BlockingCalls.call(vertx, this::list)
        .map(pipes -> {
          found = pipes;
          return null;
        });
  }

  /// Removes the listed pipes except those of the incarnations in `lives`
  /// ([io.jpm.god.instance.Tags#incarnationName]).
  public Future<Void> remove(Set<String> lives) {
    List<Path> stale = found.stream().filter(pipe -> !lives.contains(life(pipe))).toList();
    found = List.of();
    return stale.isEmpty()
        ? Future.succeededFuture()
        : BlockingCalls.call(
                vertx,
                () -> {
                  stale.forEach(StalePipes::remove);
                  return true;
                })
            .mapEmpty();
  }

  private List<Path> list() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> PIPE.matcher(file.getFileName().toString()).matches()).toList();
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (IOException unreadable) {
      LOG.log(Level.WARNING, "cannot list {0}: {1}", folder, FileErrors.of(unreadable));
      return List.of();
    }
  }

  private static String life(Path pipe) {
    String name = pipe.getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static void remove(Path pipe) {
    try {
      Files.deleteIfExists(pipe);
    } catch (IOException refused) {
      LOG.log(Level.WARNING, "cannot remove {0}: {1}", pipe, FileErrors.of(refused));
    }
  }
}
