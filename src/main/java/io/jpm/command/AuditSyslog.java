package io.jpm.command;

import java.io.ByteArrayOutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Function;

/// Sends lines of the audit log to the system's log as well, as RFC 5424 has them. One that it does
/// not take is not sent again: the file has it. Used by one thread at a time.
final class AuditSyslog {
  /// The facility `authpriv`, which not everybody may read; `notice` for what was changed.
  private static final int CHANGED = 10 * 8 + 5;

  /// And `warning` for what was refused.
  private static final int REFUSED = 10 * 8 + 4;

  private static final Logger LOG = System.getLogger("jpm.audit");

  private final Function<byte[], Optional<String>> sender;
  private final InstantSource clock;
  private long lost;

  /// @param sender see [AuditVerticle]
  /// @param clock wall clock
  AuditSyslog(Function<byte[], Optional<String>> sender, InstantSource clock) {
    this.sender = sender;
    this.clock = clock;
  }

  /// @param refused whether it is of the file of refusals
  /// @param line as in the file, with its line feed
  void send(boolean refused, byte[] line) {
    String head =
        "<%d>1 %s - jpm - %s - "
            .formatted(
                refused ? REFUSED : CHANGED,
                // RFC 5424 allows 6 digits of a second at most.
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
                LOG.log(Level.WARNING, "audit.syslog takes no lines: {0}", why);
              }
            },
            () -> {
              if (lost > 0) {
                LOG.log(Level.WARNING, "audit.syslog has not taken {0} lines", lost);
                lost = 0;
              }
            });
  }
}
