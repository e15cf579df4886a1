package io.jpm.daemon;

import io.jpm.bus.Blocking;
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

/// Sees to it that the daemon and its home belong together: says when the home was removed or
/// replaced, and puts back what clients read there to find the daemon. While others can write to
/// the home nobody is to find it: what clients read may be another user's, and the script cannot
/// ask for the mode of a file without a process for it.
///
/// A look costs a `stat` of the lock and one of each file; a file is read only when it has changed.
final class HomeWatch extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  private final DaemonLock lock;
  private final List<Kept> kept;
  private final Path socket;

  /// A second name of the socket, from which it gets its first one back.
  private final Path spare;

  private final Duration pause;
  private final Runnable lost;

  /// The files as they were when their content was right. Touched by one look at a time.
  private final Map<Path, Stamp> right = new HashMap<>();

  private final Path home;

  private boolean looking;
  private String lastProblem = "";

  /// A file that is to be there.
  ///
  /// @param content its only line, without the end
  record Kept(Path file, String content) {}

  /// What changes with a file's content.
  private record Stamp(FileTime modified, long size, Optional<Object> inode) {}

  /// @param lock the home's
  /// @param kept what clients read
  /// @param socket where the bridge listens: nobody gets in without it, by the port neither
  /// @param pause the time between two looks
  /// @param lost told, on a thread that may block, when the home is not this daemon's any more
  HomeWatch(DaemonLock lock, List<Kept> kept, Path socket, Duration pause, Runnable lost) {
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
    return Blocking.call(vertx, this::linked)
        .onFailure(
            error -> LOG.log(Level.DEBUG, "{0} could not get a second name: {1}", socket, error))
        .otherwiseEmpty()
        .onSuccess(_ -> vertx.setPeriodic(pause.toMillis(), _ -> look()));
  }

  @Override
  public Future<?> stop() {
    return Blocking.call(vertx, () -> Files.deleteIfExists(spare)).otherwise(false);
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
    Blocking.call(vertx, this::looked).onComplete(_ -> looking = false);
  }

  private boolean looked() {
    if (!lock.isInPlace()) {
      lost.run();
      return false;
    }
    try {
      checkWriters();
      for (Kept one : kept) {
        putBack(one);
      }
      if (!Files.exists(socket) && Files.exists(spare)) {
        LOG.log(Level.WARNING, "{0} was removed: it is put back", socket);
        Files.createLink(socket, spare);
      }
      lastProblem = "";
    } catch (HomeTrust.Untrusted open) {
      hide(String.valueOf(open.getMessage()));
    } catch (IOException error) {
      if (!error.toString().equals(lastProblem)) {
        lastProblem = error.toString();
        LOG.log(Level.WARNING, "what clients need cannot be put back: {0}", error.toString());
      }
    }
    return true;
  }

  private void checkWriters() throws IOException {
    HomeTrust me = HomeTrust.ofMe(home);
    me.checkHome(home);
    for (Kept one : kept) {
      me.checkFile(one.file());
    }
    me.checkFile(socket);
  }

  /// Has clients look closer, who say then what is to be mended. When it is, the files come back.
  private void hide(String problem) {
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.log(Level.ERROR, "no command is served until this is mended; apps run on: {0}", problem);
    }
    for (Kept one : kept) {
      try {
        Files.deleteIfExists(one.file());
      } catch (IOException error) {
        LOG.log(Level.WARNING, "{0} cannot be removed: {1}", one.file(), error.toString());
      }
    }
  }

  private void putBack(Kept one) throws IOException {
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
        "{0} was {1}: it is put back",
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
