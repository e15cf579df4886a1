package io.jpm.history;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.NumberedEvent;
import io.jpm.bus.god.NumberedMessage;
import io.jpm.wire.EventMessage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Numbers, stores and publishes all events, both God's events and events about the daemon itself,
/// and answers queries about past events. Deployed before God.
///
/// Consumes [NumberedMessage]s from [Addresses#GOD_EVENTS] and [Addresses#DAEMON_EVENTS]. Each
/// event is first written to the ring and then published, in order: as JSON on [Addresses#EVENTS]
/// and [Addresses#eventsOf]. God's events are also published with their numbers on
/// [Addresses#NUMBERED_EVENTS]. A subscriber that has seen number N can therefore request all
/// events after N. Events that arrive while a batch is being written form the next batch, so a
/// burst of a thousand events needs only a few writes. Serves [HistoryCommand]s on
/// [Addresses#HISTORY_COMMAND].
///
/// Published events are not lost if the daemon is killed. They are flushed to disk once per second,
/// so the events of the last second may be missing after a power failure.
public final class HistoryVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.history");
  private static final long FORCE_MILLIS = 1000;
  private static final int MOST_AT_ONCE = 100_000;

  private final EventRing ring;
  private final RingReader reader;
  private final RecentEvents recentEvents = new RecentEvents();
  private final Promise<Void> opened = Promise.promise();
  private List<NumberedMessage> waiting = new ArrayList<>();
  private int writing;
  private boolean forceDue;
  private @Nullable Promise<Void> drained;

  /// @param folder the directory of the ring, created if it does not exist
  /// @param maxBytes the maximum size of the ring on disk
  /// @param boot the kernel's boot id; empty if it is unknown
  public HistoryVerticle(Path folder, long maxBytes, String boot) {
    this(folder, maxBytes, boot, AppenderFactory.FILES);
  }

  HistoryVerticle(Path folder, long maxBytes, String boot, AppenderFactory appenderFactory) {
    this.ring = new EventRing(folder, maxBytes, boot, appenderFactory);
    this.reader = new RingReader(folder);
  }

  /// Does not wait for the disk: events and queries are queued until the last assigned number is
  /// known.
  @Override
  public Future<?> start() {
    open();
    return Future.all(
        vertx.eventBus().<NumberedMessage>consumer(Addresses.GOD_EVENTS, this::take).completion(),
        vertx
            .eventBus()
            .<NumberedMessage>consumer(Addresses.DAEMON_EVENTS, this::take)
            .completion(),
        vertx
            .eventBus()
            .<HistoryCommand>consumer(Addresses.HISTORY_COMMAND, this::serve)
            .completion());
  }

  /// Writes and publishes all events received so far, then closes the ring.
  @Override
  public Future<?> stop() {
    Promise<Void> promise = Promise.promise();
    drained = promise;
    tellIfIdle();
    return promise
        .future()
        .compose(_ ->
            BlockingCalls.call(
                vertx,
                () -> {
                  ring.close();
                  return true;
                }));
  }

  private void open() {
    writing++;
    BlockingCalls.call(
            vertx,
            () -> {
              ring.open();
              return ring.last();
            })
        .onSuccess(recentEvents::beginAfter)
        .onFailure(HistoryVerticle::failed)
        .onComplete(_ -> {
          opened.complete();
          written();
        });
  }

  private void take(Message<NumberedMessage> message) {
    waiting.add(message.body());
    writeNext();
  }

  private void writeNext() {
    if (writing > 0 || waiting.isEmpty()) {
      return;
    }
    List<NumberedMessage> batch = waiting;
    waiting = new ArrayList<>();
    write(() -> ring.append(batch), events -> publish(batch, events));
  }

  private <T> void write(Callable<T> work, Consumer<T> next) {
    writing++;
    BlockingCalls.call(vertx, work)
        .onSuccess(next::accept)
        .onFailure(HistoryVerticle::failed)
        .onComplete(_ -> written());
  }

  private void written() {
    writing--;
    writeNext();
    tellIfIdle();
  }

  private static void failed(Throwable error) {
    LOG.log(Level.ERROR, "events could not be published", error);
  }

  private void publish(List<NumberedMessage> batch, List<EventMessage> events) {
    recentEvents.add(events);
    for (int i = 0; i < events.size(); i++) {
      EventMessage event = events.get(i);
      JsonObject json = event.toJson();
      vertx.eventBus().publish(Addresses.EVENTS, json);
      if (!event.isDaemonEvent()) {
        vertx.eventBus().publish(Addresses.eventsOf(event.app()), json);
      }
      if (batch.get(i) instanceof InstanceEvent told) {
        vertx.eventBus().publish(Addresses.NUMBERED_EVENTS, new NumberedEvent(told, event));
      }
    }
    if (!forceDue) {
      forceDue = true;
      vertx.setTimer(FORCE_MILLIS, _ -> force());
    }
  }

  private void force() {
    forceDue = false;
    write(
        () -> {
          ring.force();
          return true;
        },
        _ -> {});
  }

  private void tellIfIdle() {
    if (drained != null && writing == 0 && waiting.isEmpty()) {
      drained.tryComplete();
    }
  }

  private void serve(Message<HistoryCommand> message) {
    opened
        .future()
        .compose(_ -> answer(message.body()))
        .onSuccess(message::reply)
        .onFailure(error -> message.fail(1, "the history cannot be read: " + error.getMessage()));
  }

  private Future<HistoryReply> answer(HistoryCommand command) {
    return switch (command) {
      case HistoryCommand.After(long sequence, Optional<String> app, int limit) ->
          after(Math.max(0, sequence), app, bounded(limit));
      case HistoryCommand.Latest(Optional<String> app, int limit) -> latest(app, bounded(limit));
    };
  }

  private static int bounded(int limit) {
    return Math.clamp(limit, 0, MOST_AT_ONCE);
  }

  private Future<HistoryReply> after(long sequence, Optional<String> app, int limit) {
    return recentEvents
        .after(sequence, app, limit)
        .map(Future::succeededFuture)
        .orElseGet(() ->
            read(() -> reader.after(sequence, app, limit))
                .map(result -> recentEvents.after(sequence, app, limit, result)));
  }

  private Future<HistoryReply> latest(Optional<String> app, int limit) {
    return recentEvents
        .latest(app, limit)
        .map(Future::succeededFuture)
        .orElseGet(() ->
            read(() -> reader.latest(app, limit))
                .map(found -> recentEvents.latest(app, limit, found)));
  }

  /// Reads in parallel with writing, because events must not wait while a long history is read.
  private <T> Future<T> read(Callable<T> work) {
    return vertx.executeBlocking(work, false).map(Objects::requireNonNull);
  }
}
