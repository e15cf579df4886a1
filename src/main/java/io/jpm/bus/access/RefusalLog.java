package io.jpm.bus.access;

import io.jpm.bus.Addresses;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;

/// Logs warnings about refused peers, at most ten per second. Without the limit, a peer could fill
/// the disk with log lines. Owned by the event loop of the server that uses it.
public final class RefusalLog {
  /// The maximum number of logged warnings per second. Further warnings are only counted.
  public static final int LINES_PER_SECOND = 10;

  /// The principal of a peer without a valid token. No token can have this name.
  private static final Principal NOBODY = new Principal("?", Role.READ, Set.of());

  private final Vertx vertx;
  private final Logger log;
  private int lines;
  private int more;

  /// The number of refusals that were not recorded in the audit log.
  private int unrecorded;

  /// Creates a log for one server.
  ///
  /// @param log the logger of the server
  public RefusalLog(Vertx vertx, Logger log) {
    this.vertx = vertx;
    this.log = log;
  }

  /// Logs a warning about a peer.
  ///
  /// @param peer the address of the peer
  /// @param what the event and its reason, in one clause
  public void warn(String peer, String what) {
    var _ = logOrCount(peer, what);
  }

  /// Logs a line. If the limit is reached, counts the line instead.
  ///
  /// @return whether it was logged
  private boolean logOrCount(String peer, String what) {
    if (lines == 0) {
      vertx.setTimer(1000, _ -> flushCount());
    }
    if (lines < LINES_PER_SECOND) {
      lines++;
      log.log(Level.WARNING, peer + " " + what);
      return true;
    }
    more++;
    return false;
  }

  /// Logs that a peer was refused before it could send a request, and records the refusal in the
  /// audit log. If the limit is reached, only counts the refusal.
  ///
  /// @param peer the address of the peer
  /// @param reason the reason, in one clause
  public void refused(String peer, String reason) {
    if (logOrCount(peer, "refused: " + reason)) {
      audit(peer, reason);
    } else {
      unrecorded++;
    }
  }

  private void audit(String from, String reason) {
    vertx
        .eventBus()
        .send(
            Addresses.AUDIT,
            new AuditRecord(NOBODY, from, "connect", List.of(), "refused: " + reason));
  }

  /// Logs the number of suppressed warnings, records the number of suppressed refusals in the audit
  /// log, and resets the counters. Must be called when the server closes.
  public void flushCount() {
    if (more > 0) {
      log.log(
          Level.WARNING,
          "%d more warnings about peers were not logged: the limit is %d per second"
              .formatted(more, LINES_PER_SECOND));
    }
    if (unrecorded > 0) {
      audit(
          "?",
          "%d more refusals of connections were not recorded: the limit is %d per second"
              .formatted(unrecorded, LINES_PER_SECOND));
    }
    lines = 0;
    more = 0;
    unrecorded = 0;
  }
}
