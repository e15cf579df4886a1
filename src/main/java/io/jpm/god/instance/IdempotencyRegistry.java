package io.jpm.god.instance;

import io.jpm.bus.FileErrors;
import io.jpm.bus.god.GodReply;
import io.vertx.core.Future;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Records the recent commands that have an idempotency key. A command that is sent again is not
/// executed a second time, but receives the reply to the first execution. The records are written
/// to the journal together with the effects of the commands. Confined to GodVerticle's context.
public final class IdempotencyRegistry {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// How long the record of a command is kept. Clients repeat a command within seconds.
  private static final Duration KEPT = Duration.ofMinutes(10);

  private static final int MOST = 256;

  private final InstantSource wallClock;
  private final Map<String, IdempotencyRecord> known = new LinkedHashMap<>();

  public IdempotencyRegistry(InstantSource wallClock) {
    this.wallClock = wallClock;
  }

  /// Restores the records that an earlier daemon wrote to the journal.
  public void restore(List<IdempotencyRecord.Entry> records) {
    records.forEach(record -> known.put(record.key(), IdempotencyRecord.of(record)));
  }

  /// Returns the records that the next daemon needs: those of commands that may have taken effect.
  public List<IdempotencyRecord.Entry> records() {
    forgetOld();
    return known.values().stream()
        .filter(IdempotencyRecord::isBegun)
        .map(IdempotencyRecord::entry)
        .toList();
  }

  /// Returns the reply to a command: the reply to an earlier command with the same key if there is
  /// one, otherwise the result of `work`.
  ///
  /// @param work executes the command, or continues it if an earlier daemon started it
  /// @param remembered creates the reply to a command that an earlier daemon completed
  /// @param changed called when the outcome must be written to the journal
  public Future<GodReply> answer(
      String key,
      Function<IdempotencyRecord, Future<GodReply>> work,
      Function<IdempotencyRecord.Outcome, GodReply> remembered,
      Runnable changed) {
    forgetOld();
    IdempotencyRecord idempotencyRecord =
        known.computeIfAbsent(key, _ -> IdempotencyRecord.of(key, wallClock.instant()));
    Future<GodReply> underWay = idempotencyRecord.pendingReply();
    if (underWay != null) {
      return underWay;
    }
    Optional<IdempotencyRecord.Outcome> outcome = idempotencyRecord.outcome();
    if (outcome.isPresent()) {
      return Future.succeededFuture(remembered.apply(outcome.get()));
    }
    // `compose` turns an exception thrown by `work` into a failed future, which is answered.
    Future<GodReply> reply =
        Future.succeededFuture(idempotencyRecord)
            .compose(work)
            .otherwise(IdempotencyRegistry::failed)
            .onSuccess(idempotencyRecord::ended);
    idempotencyRecord.continueWith(reply);
    return reply.onSuccess(_ -> {
      if (idempotencyRecord.isBegun()) {
        changed.run();
      }
    });
  }

  /// Returns the reply to the recorded command with this key. Returns empty if there is no such
  /// command, or if an earlier daemon started it and no client has sent it again.
  public Optional<Future<GodReply>> recall(
      String key, Function<IdempotencyRecord.Outcome, GodReply> remembered) {
    return Optional.ofNullable(known.get(key))
        .flatMap(idempotencyRecord ->
            Optional.ofNullable(idempotencyRecord.pendingReply())
                .or(() ->
                    idempotencyRecord.outcome().map(remembered).map(Future::succeededFuture)));
  }

  private static GodReply failed(Throwable error) {
    LOG.log(Level.ERROR, "a command failed", error);
    return new GodReply(
        List.of(), List.of("internal error: " + FileErrors.of(error) + "; see the daemon's log"));
  }

  private void forgetOld() {
    Instant old = wallClock.instant().minus(KEPT);
    int surplus = known.size() - MOST;
    for (Iterator<IdempotencyRecord> it = known.values().iterator(); it.hasNext(); ) {
      IdempotencyRecord idempotencyRecord = it.next();
      boolean isUnderWay = idempotencyRecord.pendingReply() != null && !idempotencyRecord.isOver();
      if (!isUnderWay && (surplus > 0 || idempotencyRecord.at().isBefore(old))) {
        it.remove();
        surplus--;
      }
    }
  }
}
