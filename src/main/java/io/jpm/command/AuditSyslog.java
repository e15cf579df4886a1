package io.jpm.command;

import java.io.ByteArrayOutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Function;

/// Sends copies of the lines of the audit log to the system log, in the format of RFC 5424. A line
/// that the system log rejects is not sent again, because the file contains it. Not thread-safe.
final class AuditSyslog {
  /// The syslog priority of changes: facility `authpriv`, which ordinary users cannot read, and
  /// severity `notice`.
  private static final int CHANGED = 10 * 8 + 5;

  /// The syslog priority of refused requests: facility `authpriv` and severity `warning`.
  private static final int REFUSED = 10 * 8 + 4;

  private static final Logger LOG = System.getLogger("jpm.audit");

  private final Function<byte[], Optional<String>> sender;
  private final InstantSource clock;
  private long lost;

  /// @param sender sends a datagram to the system log, see [AuditVerticle]
  /// @param clock the wall clock
  AuditSyslog(Function<byte[], Optional<String>> sender, InstantSource clock) {
    this.sender = sender;
    this.clock = clock;
  }

  /// Sends one line.
  ///
  /// @param refused whether the line belongs to the file of refused requests
  /// @param line the line as in the file, including its line feed
  void send(boolean refused, byte[] line) {
    String head =
        "<%d>1 %s - jpm - %s - "
            .formatted(
                refused ? REFUSED : CHANGED,
                // RFC 5424 allows at most 6 digits for fractions of a second.
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                refused ? "refused" : "changed");
    var datagram = new ByteArrayOutputStream();
    datagram.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    datagram.write(line, 0, line.length - 1);
    sender
        .apply(datagram.toByteArray())
        .ifPresentOrElse(
            why -> {
              if (lost++ == 0) {
                LOG.log(
                    Level.WARNING,
                    "cannot send audit lines to the system log (audit.syslog): {0}",
                    why);
              }
            },
            () -> {
              if (lost > 0) {
                LOG.log(
                    Level.WARNING,
                    "{0} audit lines could not be sent to the system log (audit.syslog)",
                    lost);
                lost = 0;
              }
            });
  }
}
