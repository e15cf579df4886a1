package io.jpm.bus.access;

import io.jpm.bus.Addresses;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;

/// One warning per peer that was turned away, and no more than ten a second: who can make the
/// daemon write can fill its disk. Owned by the event loop of the door.
public final class RefusalLog {
  /// How many lines a second before they are only counted.
  public static final int LINES_PER_SECOND = 10;

  /// Whoever shows no token that holds; no token can be called so.
  private static final Principal NOBODY = new Principal("?", Role.READ, Set.of());

  private final Vertx vertx;
  private final Logger log;
  private int lines;
  private int more;

  /// @param log the door's
  public RefusalLog(Vertx vertx, Logger log) {
    this.vertx = vertx;
    this.log = log;
  }

  /// Tells what has become of a peer.
  ///
  /// @param peer who
  /// @param what what became of it and why, in one clause
  public void warn(String peer, String what) {
    var _ = isTold(peer, what);
  }

  /// Whether it was not only counted.
  private boolean isTold(String peer, String what) {
    if (lines == 0) {
      vertx.setTimer(1000, _ -> endOfSecond());
    }
    if (lines < LINES_PER_SECOND) {
      lines++;
      log.log(Level.WARNING, peer + " " + what);
      return true;
    }
    more++;
    return false;
  }

  /// A peer was turned away before it could ask for anything: this is audited, too.
  ///
  /// @param peer its address
  /// @param reason why, in one clause
  public void refused(String peer, String reason) {
    if (isTold(peer, "refused: " + reason)) {
      vertx
          .eventBus()
          .send(
              Addresses.AUDIT,
              new AuditRecord(NOBODY, peer, "connect", List.of(), "refused: " + reason));
    }
  }

  /// Tells of those that were only counted; also called when the door closes.
  public void endOfSecond() {
    if (more > 0) {
      log.log(Level.WARNING, "… " + more + " more refused");
    }
    lines = 0;
    more = 0;
  }
}
