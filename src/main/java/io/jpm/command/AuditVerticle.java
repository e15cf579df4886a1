package io.jpm.command;

import io.jpm.bus.Addresses;
import io.jpm.bus.Audited;
import io.jpm.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Keeps the audit log: a line for each request and each command that has changed something or was
/// refused ([Audited]), as JSON with the keys `at`, `who`, `role`, `from`, `verb`, `apps` and
/// `result`; a line after some were lost because the disk was too slow has `dropped` as well, their
/// number. The file is its owner's only, and is rotated as the daemon's own log is: `audit.log.1`
/// is the one before.
public final class AuditVerticle extends VerticleBase {
  /// How many lines may wait for a slow disk; those beyond are counted.
  static final int MOST_WAITING = 10_000;

  private static final Logger LOG = System.getLogger("jpm.audit");

  private final Path file;
  private final InstantSource clock;
  private final Supplier<Settings.Log> limits;
  private int waiting;
  private long dropped;

  /// @param file where the log is, in the home
  /// @param clock wall clock
  /// @param limits after how many bytes a new file is begun, and how many older ones are kept;
  ///   asked with each line, on any thread
  public AuditVerticle(Path file, InstantSource clock, Supplier<Settings.Log> limits) {
    this.limits = limits;
    this.file = file;
    this.clock = clock;
  }

  @Override
  public Future<?> start() {
    return vertx
        .eventBus()
        .<Audited>consumer(Addresses.AUDIT, message -> take(message.body()))
        .completion();
  }

  private void take(Audited audited) {
    if (waiting >= MOST_WAITING) {
      dropped++;
      return;
    }
    waiting++;
    var json =
        new JsonObject()
            .put("at", clock.instant().toString())
            .put("who", audited.who().name())
            .put("role", audited.who().role().word())
            .put("from", audited.from())
            .put("verb", audited.verb())
            .put("apps", new JsonArray(audited.apps()))
            .put("result", audited.result());
    if (dropped > 0) {
      json.put("dropped", dropped);
      dropped = 0;
    }
    // In order: a verticle's blocking calls wait for each other.
    vertx
        .executeBlocking(() -> append(json.encode() + "\n"))
        .onFailure(
            failure -> LOG.log(Level.WARNING, "cannot write {0}: {1}", file, failure.getMessage()))
        .onComplete(_ -> waiting--);
  }

  private @Nullable Object append(String line) throws IOException {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    Settings.Log now = limits.get();
    if (Files.exists(file) && Files.size(file) + bytes.length > now.maxSize()) {
      rotate(now.keep());
    }
    if (Files.notExists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.write(file, bytes, StandardOpenOption.APPEND);
    return null;
  }

  private void rotate(int keep) throws IOException {
    for (int number = keep; number > 1; number--) {
      if (Files.exists(older(number - 1))) {
        Files.move(older(number - 1), older(number), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (keep > 0) {
      Files.move(file, older(1), StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.delete(file);
    }
  }

  private Path older(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }
}
