package io.jpm.command;

import io.jpm.bus.Addresses;
import io.jpm.bus.Audited;
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
import org.jspecify.annotations.Nullable;

/// Keeps the audit log: a line for each request over the bridge that has changed something or was
/// refused ([Audited]), as JSON with the keys `at`, `who`, `role`, `from`, `verb`, `apps` and
/// `result`. The file is its owner's only; at a size of [#MOST_BYTES] it becomes `audit.log.1`, in
/// place of the one before.
public final class AuditVerticle extends VerticleBase {
  /// The size at which the file is rotated, in bytes.
  static final int MOST_BYTES = 10 << 20;

  /// How many lines may wait for a slow disk; those beyond are counted.
  static final int MOST_WAITING = 10_000;

  private static final Logger LOG = System.getLogger("jpm.audit");

  private final Path file;
  private final InstantSource clock;
  private int waiting;
  private long dropped;

  /// @param file where the log is, in the home
  /// @param clock wall clock
  public AuditVerticle(Path file, InstantSource clock) {
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
    if (Files.notExists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else if (Files.size(file) + bytes.length > MOST_BYTES) {
      Path older = file.resolveSibling(file.getFileName() + ".1");
      Files.move(file, older, StandardCopyOption.REPLACE_EXISTING);
      return append(line);
    }
    Files.write(file, bytes, StandardOpenOption.APPEND);
    return null;
  }
}
