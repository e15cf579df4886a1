package io.jpm.bus.access;

import io.jpm.bus.Addresses;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;

/// Logs warnings about refused peers, at most ten per second. Without this limit, a peer could fill
/// the disk by making the daemon write log lines. Owned by the event loop of the server that uses
/// it.
public final class RefusalLog {
  /// The maximum number of logged lines per second. Further refusals are only counted.
  public static final int LINES_PER_SECOND = 10;

  /// The principal of a peer without a valid token. No token can have this name.
  private static final Principal NOBODY = new Principal("?", Role.READ, Set.of());

  private final Vertx vertx;
  private final Logger log;
  private int lines;
  private int more;

  /// @param log the logger of the server
  public RefusalLog(Vertx vertx, Logger log) {
    this.vertx = vertx;
    this.log = log;
  }

  /// Logs an event that concerns a peer.
  ///
  /// @param peer the address of the peer
  /// @param what what happened and why, in one clause
  public void warn(String peer, String what) {
    var _ = logOrCount(peer, what);
  }

  /// Logs a line, or only counts it if the limit is reached.
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
  /// audit log.
  ///
  /// @param peer the address of the peer
  /// @param reason the reason, in one clause
  public void refused(String peer, String reason) {
    if (logOrCount(peer, "refused: " + reason)) {
      vertx
          .eventBus()
          .send(
              Addresses.AUDIT,
              new AuditRecord(NOBODY, peer, "connect", List.of(), "refused: " + reason));
    }
  }

  /// Logs the number of refusals that were counted but not logged. Also called when the server
  /// closes.
  public void flushCount() {
    if (more > 0) {
      log.log(Level.WARNING, "… " + more + " more refused");
    }
    lines = 0;
    more = 0;
  }
}
