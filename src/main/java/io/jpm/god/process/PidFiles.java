package io.jpm.god.process;

import io.jpm.model.RunAs;
import io.jpm.os.LogFileSystem;
import io.jpm.os.ProcessHost;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;
import java.util.concurrent.Callable;

/// Writes pid files for users and scripts. jpm never reads them to choose the target of a signal,
/// because other users may be able to write them.
///
/// If an app runs as another user, files outside the home directory are written with the
/// credentials of that user, who may be able to change their directories. A separate thread
/// performs all operations in order. Therefore, a removal never overtakes a write, and a file
/// system that hangs delays nothing else.
final class PidFiles {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final WorkerExecutor writer;
  private final ProcessHost host;
  private final Path home;

  PidFiles(Vertx vertx, ProcessHost host, Path home) {
    this.writer = vertx.createSharedWorkerExecutor("jpm-pids", 1);
    this.host = host;
    this.home = home;
  }

  void write(Path file, RunAs runAs, int pid) {
    String content = pid + "\n";
    RunAs owner = owner(file, runAs);
    run(
        file,
        () -> owner.user().isPresent() ? replaceAs(file, owner, content) : replace(file, content));
  }

  void remove(Path file, RunAs runAs) {
    RunAs owner = owner(file, runAs);
    run(
        file,
        () -> {
          if (owner.user().isPresent()) {
            host.logFileSystem().delete(file, owner);
          } else {
            Files.deleteIfExists(file);
          }
          return file;
        });
  }

  private void run(Path file, Callable<Path> work) {
    writer
        .executeBlocking(work, true)
        .onFailure(error ->
            LOG.log(Level.WARNING, "cannot update pid file {0}: {1}", file, error.getMessage()));
  }

  private RunAs owner(Path file, RunAs runAs) {
    return file.normalize().startsWith(home) || runAs.user().isEmpty()
        ? RunAs.DAEMON
        : new RunAs(runAs.user(), runAs.group(), OptionalInt.empty(), OptionalInt.empty());
  }

  private static Path next(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  /// Writes a temporary file and renames it, because writing to `file` directly would follow a
  /// link. A user who can change the directory must not be able to choose where the daemon writes.
  private static Path replace(Path file, String content) throws IOException {
    if (file.getParent() != null) {
      Files.createDirectories(file.getParent());
    }
    Path next = next(file);
    Files.deleteIfExists(next);
    Files.createFile(
        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
    Files.writeString(next, content, StandardOpenOption.WRITE);
    return Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path replaceAs(Path file, RunAs owner, String content) throws IOException {
    LogFileSystem disk = host.logFileSystem();
    Path next = next(file);
    disk.delete(next, owner);
    try (FileChannel channel = disk.create(next, owner)) {
      ByteBuffer bytes = StandardCharsets.US_ASCII.encode(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
    disk.rename(next, file, owner);
    return file;
  }
}
