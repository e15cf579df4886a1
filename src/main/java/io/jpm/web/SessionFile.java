package io.jpm.web;

import io.jpm.bus.BlockingCalls;
import io.jpm.bus.HomeFileWriter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// Reads and writes `web-sessions.json` in the home. The file contains the expiry times of browser
/// sessions and the hashes of their secrets, so that open pages keep working after the daemon has
/// been replaced. Confined to the server's event loop.
final class SessionFile {
  private static final Logger LOG = System.getLogger("jpm.web");
  private static final long MOST_BYTES = 64 << 10;

  private final Vertx vertx;
  private final Path file;
  private Future<?> writing = Future.succeededFuture();

  SessionFile(Vertx vertx, Path home) {
    this.vertx = vertx;
    this.file = of(home);
  }

  static Path of(Path home) {
    return home.resolve("web-sessions.json");
  }

  /// Returns the sessions by the hash of the cookie's secret, oldest first. If the file is missing
  /// or damaged, the result is empty, and browsers must log in again.
  Future<Map<String, BrowserSessions.StoredSession>> read() {
    return BlockingCalls.call(vertx, this::readNow);
  }

  private Map<String, BrowserSessions.StoredSession> readNow() {
    Map<String, BrowserSessions.StoredSession> all = new LinkedHashMap<>();
    try {
      if (Files.size(file) <= MOST_BYTES) {
        new JsonObject(Files.readString(file))
            .forEach(entry -> {
              // Sessions of earlier versions had no page secret and are invalid.
              if (entry.getValue() instanceof JsonObject kept) {
                all.put(
                    entry.getKey(),
                    new BrowserSessions.StoredSession(
                        Instant.ofEpochMilli(kept.getLong("end")), kept.getString("page", "")));
              }
            });
      }
    } catch (NoSuchFileException none) {
      return Map.of();
    } catch (IOException | RuntimeException damaged) {
      LOG.log(
          Level.WARNING,
          "web: cannot read {0} ({1}), so browsers must log in again",
          file,
          damaged);
      return Map.of();
    }
    return all;
  }

  /// Replaces the content of the file after earlier writes have completed.
  void write(Map<String, BrowserSessions.StoredSession> all) {
    var json = new JsonObject();
    all.forEach((hash, storedSession) ->
        json.put(
            hash,
            new JsonObject()
                .put("end", storedSession.end().toEpochMilli())
                .put("page", storedSession.page())));
    String text = json.encode();
    writing = writing.transform(_ -> BlockingCalls.call(vertx, () -> writeNow(text)));
  }

  /// Completes when all writes are done.
  Future<Void> flush() {
    return writing.transform(_ -> Future.succeededFuture());
  }

  private boolean writeNow(String text) {
    try {
      HomeFileWriter.write(file, text);
      return true;
    } catch (IOException failure) {
      LOG.log(
          Level.WARNING,
          "web: cannot write {0} ({1}), so browsers must log in again after the next start of the"
              + " daemon",
          file,
          failure);
      return false;
    }
  }
}
