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
/// While other users can write to the home, these files are removed, so that no client connects.
/// Their content could come from another user, and the client script cannot check the mode of a
/// file without starting a process.
///
/// A check costs one `stat` call for the lock and one for each file. A file is read only if it has
/// changed.
final class HomeWatchVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  private final DaemonLock lock;
  private final List<ClientFile> kept;
  private final Path socket;

  /// A hard link to the socket, from which the socket is restored if its path is removed.
  private final Path socketBackup;

  private final Duration pause;
  private final Runnable lost;

  /// The attributes of each file when its content was last found correct. Used by only one check at
  /// a time.
  private final Map<Path, Stamp> lastCorrect = new HashMap<>();

  private final Path home;

  private boolean looking;
  private String lastProblem = "";

  /// A file that clients read and that must therefore exist.
  ///
  /// @param content the only line of the file, without the line feed
  record ClientFile(Path file, String content) {}

  /// Attributes that change when the content of a file changes.
  private record Stamp(FileTime modified, long size, Optional<Object> inode) {}

  /// @param lock the lock of the home
  /// @param kept the files that clients read
  /// @param socket the Unix socket of the bridge, through which connections to the TCP port also
  ///   pass
  /// @param pause the interval between two checks
  /// @param lost called, on a thread that may block, when the home no longer belongs to this daemon
  HomeWatchVerticle(
      DaemonLock lock, List<ClientFile> kept, Path socket, Duration pause, Runnable lost) {
    this.lock = lock;
    this.kept = List.copyOf(kept);
    this.socket = socket;
    this.home = Objects.requireNonNull(socket.getParent(), "a socket is in a home");
    this.socketBackup = socket.resolveSibling("." + socket.getFileName());
    this.pause = pause;
    this.lost = lost;
  }

  @Override
  public Future<?> start() {
    return BlockingCalls.call(vertx, this::linked)
        .onFailure(
            error -> LOG.log(Level.DEBUG, "cannot create a hard link to {0}: {1}", socket, error))
        .otherwiseEmpty()
        .onSuccess(_ -> vertx.setPeriodic(pause.toMillis(), _ -> look()));
  }

  @Override
  public Future<?> stop() {
    return BlockingCalls.call(vertx, () -> Files.deleteIfExists(socketBackup)).otherwise(false);
  }

  private Path linked() throws IOException {
    Files.deleteIfExists(socketBackup);
    return Files.createLink(socketBackup, socket);
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
        restore(one);
      }
      if (!Files.exists(socket) && Files.exists(socketBackup)) {
        LOG.log(Level.WARNING, "{0} was removed: restoring it", socket);
        Files.createLink(socket, socketBackup);
      }
      lastProblem = "";
    } catch (HomeTrust.Untrusted open) {
      removeClientFiles(String.valueOf(open.getMessage()));
    } catch (IOException error) {
      if (!error.toString().equals(lastProblem)) {
        lastProblem = error.toString();
        LOG.log(
            Level.WARNING, "the files that clients read cannot be restored: {0}", error.toString());
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
  /// problem. The files are restored once the problem is fixed.
  private void removeClientFiles(String problem) {
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.log(
          Level.ERROR,
          "no commands are served until this problem is fixed (apps keep running): {0}",
          problem);
    }
    for (ClientFile one : kept) {
      try {
        Files.deleteIfExists(one.file());
      } catch (IOException error) {
        LOG.log(Level.WARNING, "{0} cannot be removed: {1}", one.file(), error.toString());
      }
    }
  }

  private void restore(ClientFile one) throws IOException {
    Optional<Stamp> now = stamp(one.file());
    if (now.isPresent() && now.get().equals(lastCorrect.get(one.file()))) {
      return;
    }
    if (now.isPresent() && Files.readString(one.file()).strip().equals(one.content())) {
      lastCorrect.put(one.file(), now.get());
      return;
    }
    LOG.log(
        Level.WARNING,
        "{0} was {1}: restoring it",
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
