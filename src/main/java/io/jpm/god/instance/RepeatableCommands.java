package io.jpm.god.instance;

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

/// The last commands that have come with a key: one that comes again gets the answer of the first,
/// when there is one, and is not carried out a second time. They are in the journal, in the same
/// write as what they do. Owned by GodVerticle's context.
public final class RepeatableCommands {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// A client repeats within seconds.
  private static final Duration KEPT = Duration.ofMinutes(10);

  private static final int MOST = 256;

  private final InstantSource wallClock;
  private final Map<String, RepeatableCommand> known = new LinkedHashMap<>();

  public RepeatableCommands(InstantSource wallClock) {
    this.wallClock = wallClock;
  }

  /// What an earlier daemon has written down.
  public void restore(List<RepeatableCommand.Entry> records) {
    records.forEach(record -> known.put(record.key(), RepeatableCommand.of(record)));
  }

  /// What the next daemon has to know: those that may have done something.
  public List<RepeatableCommand.Entry> records() {
    forgetOld();
    return known.values().stream()
        .filter(RepeatableCommand::isBegun)
        .map(RepeatableCommand::entry)
        .toList();
  }

  /// The answer to a command: that of the one before with the same key, or what `work` gives.
  ///
  /// @param work carries it out, or goes on with what an earlier daemon has begun
  /// @param remembered the answer to what an earlier daemon has done
  /// @param changed told when the journal has to have the outcome
  public Future<GodReply> answer(
      String key,
      Function<RepeatableCommand, Future<GodReply>> work,
      Function<RepeatableCommand.Outcome, GodReply> remembered,
      Runnable changed) {
    forgetOld();
    RepeatableCommand repeatableCommand =
        known.computeIfAbsent(key, _ -> RepeatableCommand.of(key, wallClock.instant()));
    Future<GodReply> underWay = repeatableCommand.underWay();
    if (underWay != null) {
      return underWay;
    }
    Optional<RepeatableCommand.Outcome> outcome = repeatableCommand.outcome();
    if (outcome.isPresent()) {
      return Future.succeededFuture(remembered.apply(outcome.get()));
    }
    // Composed, so that what is thrown is an answer too.
    Future<GodReply> reply =
        Future.succeededFuture(repeatableCommand)
            .compose(work)
            .otherwise(RepeatableCommands::failed)
            .onSuccess(repeatableCommand::ended);
    repeatableCommand.continueWith(reply);
    return reply.onSuccess(_ -> {
      if (repeatableCommand.isBegun()) {
        changed.run();
      }
    });
  }

  /// The answer to the command with this key, if there was one.
  public Optional<Future<GodReply>> recall(
      String key, Function<RepeatableCommand.Outcome, GodReply> remembered) {
    return Optional.ofNullable(known.get(key))
        .flatMap(repeatableCommand ->
            Optional.ofNullable(repeatableCommand.underWay())
                .or(() ->
                    repeatableCommand.outcome().map(remembered).map(Future::succeededFuture)));
  }

  private static GodReply failed(Throwable error) {
    LOG.log(Level.ERROR, "a command failed", error);
    return new GodReply(List.of(), List.of("internal error: " + error));
  }

  private void forgetOld() {
    Instant old = wallClock.instant().minus(KEPT);
    int surplus = known.size() - MOST;
    for (Iterator<RepeatableCommand> it = known.values().iterator(); it.hasNext(); ) {
      RepeatableCommand repeatableCommand = it.next();
      boolean isUnderWay = repeatableCommand.underWay() != null && !repeatableCommand.isOver();
      if (!isUnderWay && (surplus > 0 || repeatableCommand.at().isBefore(old))) {
        it.remove();
        surplus--;
      }
    }
  }
}
