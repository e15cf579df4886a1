package io.jpm.god.process;

import io.jpm.model.RunAs;
import io.jpm.os.LogDisk;
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

/// Writes pids where people and scripts look for them. jpm reads none of them back to find out whom
/// a signal is to hit: a file that anyone can write must not steer that.
///
/// Where an app runs as another user, that user's rights decide about files outside of the home,
/// whose folders may be the user's to change. A thread of its own does it, in the order of the
/// calls, so that no removal overtakes a write and a folder that hangs holds up nothing else.
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
            host.logDisk().delete(file, owner);
          } else {
            Files.deleteIfExists(file);
          }
          return file;
        });
  }

  private void run(Path file, Callable<Path> work) {
    writer
        .executeBlocking(work, true)
        .onFailure(error -> LOG.log(Level.WARNING, "pid file {0}: {1}", file, error.getMessage()));
  }

  private RunAs owner(Path file, RunAs runAs) {
    return file.normalize().startsWith(home) || runAs.user().isEmpty()
        ? RunAs.DAEMON
        : new RunAs(runAs.user(), runAs.group(), OptionalInt.empty(), OptionalInt.empty());
  }

  private static Path next(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  /// A link in its place is not followed: who may change the folder must not say where to write.
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
    LogDisk disk = host.logDisk();
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
