package io.jpm.daemon;

import io.jpm.bus.BlockingCalls;
import io.jpm.client.HomeTrust;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Periodically checks the home. Reports when the home was removed or replaced, and restores the
/// files that clients read to find the daemon.
///
/// While other users can write to the home, these files are removed, so that no client connects:
/// their content could come from another user, and the client script cannot check a file's mode
/// without starting a process.
///
/// A check costs one `stat` for the lock and one for each file. A file is read only if it has
/// changed.
final class HomeWatchVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  private final DaemonLock lock;
  private final List<ClientFile> kept;
  private final Path socket;

  /// A hard link to the socket, from which the socket's path is restored.
  private final Path spare;

  private final Duration pause;
  private final Runnable lost;

  /// Attributes of each file when its content was last found correct. Used by one check at a time.
  private final Map<Path, Stamp> right = new HashMap<>();

  private final Path home;

  private boolean looking;
  private String lastProblem = "";

  /// A file that must exist.
  ///
  /// @param content its only line, without the line feed
  record ClientFile(Path file, String content) {}

  /// Attributes that change when the content of a file changes.
  private record Stamp(FileTime modified, long size, Optional<Object> inode) {}

  /// @param lock the lock of the home
  /// @param kept the files that clients read
  /// @param socket the unix socket of the bridge, which connections to the TCP port pass through
  ///   too
  /// @param pause interval of the checks
  /// @param lost called on a thread that may block when the home no longer belongs to this daemon
  HomeWatchVerticle(
      DaemonLock lock, List<ClientFile> kept, Path socket, Duration pause, Runnable lost) {
    this.lock = lock;
    this.kept = List.copyOf(kept);
    this.socket = socket;
    this.home = Objects.requireNonNull(socket.getParent(), "a socket is in a home");
    this.spare = socket.resolveSibling("." + socket.getFileName());
    this.pause = pause;
    this.lost = lost;
  }

  @Override
  public Future<?> start() {
    return BlockingCalls.call(vertx, this::linked)
        .onFailure(error ->
            LOG.log(Level.DEBUG, "{0} could not be linked to a second name: {1}", socket, error))
        .otherwiseEmpty()
        .onSuccess(_ -> vertx.setPeriodic(pause.toMillis(), _ -> look()));
  }

  @Override
  public Future<?> stop() {
    return BlockingCalls.call(vertx, () -> Files.deleteIfExists(spare)).otherwise(false);
  }

  private Path linked() throws IOException {
    Files.deleteIfExists(spare);
    return Files.createLink(spare, socket);
  }

  private void look() {
    if (looking) {
      return;
    }
    looking = true;
    BlockingCalls.call(vertx, this::looked).onComplete(_ -> looking = false);
  }

  private boolean looked() {
    if (!lock.isInPlace()) {
      lost.run();
      return false;
    }
    try {
      checkWriters();
      for (ClientFile one : kept) {
        putBack(one);
      }
      if (!Files.exists(socket) && Files.exists(spare)) {
        LOG.log(Level.WARNING, "{0} was removed and is restored", socket);
        Files.createLink(socket, spare);
      }
      lastProblem = "";
    } catch (HomeTrust.Untrusted open) {
      hide(String.valueOf(open.getMessage()));
    } catch (IOException error) {
      if (!error.toString().equals(lastProblem)) {
        lastProblem = error.toString();
        LOG.log(Level.WARNING, "the files for clients cannot be restored: {0}", error.toString());
      }
    }
    return true;
  }

  private void checkWriters() throws IOException {
    HomeTrust me = HomeTrust.ofMe(home);
    me.checkHome(home);
    for (ClientFile one : kept) {
      me.checkFile(one.file());
    }
    me.checkFile(socket);
  }

  /// Removes the files that clients read. Clients then examine the home themselves and report the
  /// problem. The files are restored once it is fixed.
  private void hide(String problem) {
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.log(
          Level.ERROR, "no command is served until this is fixed; apps keep running: {0}", problem);
    }
    for (ClientFile one : kept) {
      try {
        Files.deleteIfExists(one.file());
      } catch (IOException error) {
        LOG.log(Level.WARNING, "{0} cannot be removed: {1}", one.file(), error.toString());
      }
    }
  }

  private void putBack(ClientFile one) throws IOException {
    Optional<Stamp> now = stamp(one.file());
    if (now.isPresent() && now.get().equals(right.get(one.file()))) {
      return;
    }
    if (now.isPresent() && Files.readString(one.file()).strip().equals(one.content())) {
      right.put(one.file(), now.get());
      return;
    }
    LOG.log(
        Level.WARNING,
        "{0} was {1} and is restored",
        one.file(),
        now.isPresent() ? "changed" : "removed");
    Home.write(one.file(), one.content());
  }

  private static Optional<Stamp> stamp(Path file) throws IOException {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(
          new Stamp(
              attributes.lastModifiedTime(),
              attributes.size(),
              Optional.ofNullable(attributes.fileKey())));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }
}
