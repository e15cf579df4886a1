package io.jpm.command;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.AuditCommand;
import io.jpm.bus.access.AuditRecord;
import io.jpm.bus.access.AuditReply;
import io.jpm.config.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Writes the audit log: one line for each request or command that changed something or was refused
/// ([AuditRecord]). A line is a JSON object with the keys `at`, `who`, `role`, `from`, `verb`,
/// `apps` and `result`, and the keys of a hash chain ([AuditFile]). Refused requests are written to
/// `audit-refused.log`, so that they cannot push changes out of `audit.log`.
///
/// In each of the two files, every principal has a quota ([AuditQuota]); one line per minute
/// reports the number of excess lines. If lines were lost because the disk was too slow, the next
/// line contains their number as `dropped`. Only the owner can read the files. They are rotated
/// like the daemon's own log: `audit.log.1` is the latest rotated file.
public final class AuditVerticle extends VerticleBase {
  /// The maximum number of lines waiting for a slow disk. Further lines are dropped and counted.
  static final int MOST_WAITING = 10_000;

  private static final Logger LOG = System.getLogger("jpm.audit");
  private static final Duration A_MINUTE = Duration.ofMinutes(1);

  private final InstantSource clock;
  private final Duration reportDelay;
  private final Part changes;
  private final Part refusals;
  private int waiting;
  private boolean failing;

  /// One of the two files, `audit.log` or `audit-refused.log`.
  private final class Part {
    private final AuditFile file;
    private final Path path;
    private final AuditQuota quota;
    private long dropped;
    private boolean counting;

    /// The number of lines waiting to be written.
    private final AtomicInteger queued = new AtomicInteger();

    Part(Path path, Supplier<Settings.Log> limits, LongSupplier nanos, Consumer<byte[]> written) {
      this.file = new AuditFile(path, clock, limits, written);
      this.path = path;
      this.quota = new AuditQuota(nanos);
    }
  }

  /// Creates the verticle.
  ///
  /// @param home the directory that contains the files
  /// @param clock the wall clock
  /// @param limits the size in bytes at which a file is rotated, and the number of rotated files to
  ///   keep; called for each line, on any thread
  /// @param syslog sends a datagram to the system log without waiting, and returns why it was
  ///   rejected; empty if it was accepted or sending is disabled. Called on any thread
  public AuditVerticle(
      Path home,
      InstantSource clock,
      Supplier<Settings.Log> limits,
      Function<byte[], Optional<String>> syslog) {
    this(home, clock, limits, syslog, System::nanoTime, A_MINUTE);
  }

  /// @param nanos a monotonic clock
  /// @param told the delay between the first excess line and the report of the number of excess
  ///   lines
  AuditVerticle(
      Path home,
      InstantSource clock,
      Supplier<Settings.Log> limits,
      Function<byte[], Optional<String>> syslog,
      LongSupplier nanos,
      Duration told) {
    this.clock = clock;
    this.reportDelay = told;
    var elsewhere = new AuditSyslog(syslog, clock);
    this.changes =
        new Part(home.resolve("audit.log"), limits, nanos, line -> elsewhere.send(false, line));
    this.refusals =
        new Part(
            home.resolve("audit-refused.log"), limits, nanos, line -> elsewhere.send(true, line));
  }

  @Override
  public Future<?> start() {
    return vertx
        .eventBus()
        .<AuditRecord>consumer(Addresses.AUDIT, message -> take(message.body()))
        .completion()
        .compose(_ ->
            vertx
                .eventBus()
                .<AuditCommand>consumer(Addresses.AUDIT_COMMAND, this::check)
                .completion());
  }

  /// Writes the pending lines and the numbers of excess lines before the verticle stops.
  @Override
  public Future<?> stop() {
    return Future.join(List.of(reportExcess(changes), reportExcess(refusals)))
        .transform(_ -> Future.succeededFuture());
  }

  private void take(AuditRecord auditRecord) {
    Part part = auditRecord.isRefusal() ? refusals : changes;
    if (!part.quota.take(auditRecord.who())) {
      if (!part.counting) {
        part.counting = true;
        vertx.setTimer(
            reportDelay.toMillis(),
            _ -> {
              part.counting = false;
              var _ = reportExcess(part);
            });
      }
      return;
    }
    var _ = write(part, AuditLine.toJson(clock.instant().toString(), auditRecord));
  }

  private Future<Void> reportExcess(Part part) {
    return Future.join(
            part.quota.over().stream()
                .map(excessLines ->
                    write(
                        part,
                        new JsonObject()
                            .put("at", clock.instant().toString())
                            .put("who", excessLines.who().name())
                            .put("role", excessLines.who().role().keyword())
                            .put("verb", "quota")
                            .put("over", excessLines.lines())
                            .put(
                                "result",
                                excessLines.lines()
                                    + " further lines of this principal exceeded its quota and were not written")))
                .toList())
        .mapEmpty();
  }

  private Future<Void> write(Part part, JsonObject json) {
    if (waiting >= MOST_WAITING) {
      part.dropped++;
      return Future.succeededFuture();
    }
    waiting++;
    part.queued.incrementAndGet();
    long dropped = part.dropped;
    part.dropped = 0;
    if (dropped > 0) {
      json.put("dropped", dropped);
    }
    // The order is preserved, because a verticle's blocking calls run one after another.
    return vertx
        .executeBlocking(() -> {
          part.file.append(json, part.queued.decrementAndGet() > 0);
          return Optional.empty();
        })
        .onSuccess(_ -> failing = false)
        .onFailure(failure -> {
          part.dropped += dropped + 1;
          if (!failing) {
            failing = true;
            LOG.log(Level.WARNING, "cannot write {0}: {1}", part.path, failure.getMessage());
          }
        })
        .onComplete(_ -> waiting--)
        .mapEmpty();
  }

  private void check(Message<AuditCommand> message) {
    vertx
        .executeBlocking(() -> {
          AuditReply first = AuditChainCheck.of(changes.file);
          AuditReply second = AuditChainCheck.of(refusals.file);
          return new AuditReply(
              first.lines() + second.lines(),
              first.older() + second.older(),
              first.broken().or(second::broken));
        })
        .onSuccess(reply -> message.reply(Objects.requireNonNull(reply)))
        .onFailure(failure -> message.fail(1, String.valueOf(failure.getMessage())));
  }
}
