package io.jpm.logs.lines;

import io.jpm.bus.Addresses;
import io.jpm.bus.logs.FlowControlAck;
import io.jpm.bus.logs.LineLease;
import io.jpm.wire.LinesMessage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Publishes the lines that [LineCollector] has collected, as long as at least one subscriber holds
/// a lease.
///
/// A message is published 50 ms after its first line, or as soon as it is full, but only when all
/// subscribers have processed the previous message. No timer runs while there are no subscribers.
///
/// Confined to the context on which it was created.
public final class LinePublisher {
  private static final long PATIENCE_MILLIS = 50;
  private static final long ANSWER_MILLIS = 5000;
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final LineCollector feed;
  private final Context context;
  private final Duration lease;
  private final Map<String, Listener> listeners = new HashMap<>();
  private long timer = NO_TIMER;
  private boolean telling;
  private boolean due;
  private boolean dueNow;

  /// A subscriber.
  ///
  /// @param apps the apps whose lines the subscriber receives
  /// @param end the id of the timer that ends the lease
  private record Listener(Set<String> apps, long end) {}

  /// Creates a publisher that is confined to the current context of `vertx`.
  ///
  /// @param feed collects the lines to publish
  public LinePublisher(Vertx vertx, LineCollector feed) {
    this(vertx, feed, LineLease.LEASE);
  }

  LinePublisher(Vertx vertx, LineCollector feed, Duration lease) {
    this.vertx = vertx;
    this.feed = feed;
    this.lease = lease;
    this.context = vertx.getOrCreateContext();
  }

  /// Starts serving [LineLease] requests.
  public Future<Void> start() {
    feed.setObserver(new Wake());
    return vertx
        .eventBus()
        .<LineLease>consumer(
            Addresses.LINE_LEASES,
            message -> {
              heard(message.body());
              message.reply(new FlowControlAck()); // a no-op if the sender expects no reply
            })
        .completion();
  }

  /// Stops collecting lines. Vert.x cancels the timers together with the verticle.
  public void stop() {
    listeners.clear();
    feed.collectOnly(Set.of());
  }

  private void heard(LineLease wanted) {
    forget(wanted.listener());
    if (!wanted.apps().isEmpty()) {
      long end =
          vertx.setTimer(
              lease.toMillis(),
              _ -> {
                forget(wanted.listener());
                want();
              });
      listeners.put(wanted.listener(), new Listener(wanted.apps(), end));
    }
    want();
  }

  private void forget(String listener) {
    Listener known = listeners.remove(listener);
    if (known != null) {
      vertx.cancelTimer(known.end());
    }
  }

  private void want() {
    Set<String> apps = new HashSet<>();
    listeners.values().forEach(listener -> apps.addAll(listener.apps()));
    feed.collectOnly(apps);
  }

  private void goOn() {
    if (telling) {
      return;
    }
    if (dueNow) {
      publish();
    } else if (due && timer == NO_TIMER) {
      timer = vertx.setTimer(PATIENCE_MILLIS, _ -> publish());
    }
  }

  private void publish() {
    vertx.cancelTimer(timer);
    timer = NO_TIMER;
    LineCollector.Batch round = feed.take();
    due = round.left();
    dueNow = round.full();
    if (round.messages().isEmpty()) {
      return;
    }
    telling = true;
    for (LinesMessage message : round.messages()) {
      vertx.eventBus().publish(Addresses.linesOf(message.app()), message.toJson());
    }
    told()
        .onComplete(_ -> {
          telling = false;
          goOn();
        });
  }

  /// Returns a future that completes when every subscriber has processed the published messages,
  /// has unsubscribed, or has not answered in time.
  private Future<?> told() {
    List<Future<?>> answers = new ArrayList<>();
    for (String listener : listeners.keySet()) {
      answers.add(
          vertx
              .eventBus()
              .request(
                  listener,
                  new FlowControlAck(),
                  new DeliveryOptions().setSendTimeout(ANSWER_MILLIS))
              .onFailure(failure -> lost(listener, failure)));
    }
    return Future.join(answers);
  }

  private void lost(String listener, Throwable failure) {
    if (failure instanceof ReplyException reply
        && reply.failureType() == ReplyFailure.NO_HANDLERS) {
      forget(listener);
      want();
    }
  }

  /// Passes the signals of the line collector, which arrive on disk threads, to the context of the
  /// publisher.
  private final class Wake implements LineCollector.Observer {
    @Override
    public void linesAvailable() {
      context.runOnContext(_ -> {
        due = true;
        goOn();
      });
    }

    @Override
    public void batchAvailable() {
      context.runOnContext(_ -> {
        dueNow = true;
        goOn();
      });
    }
  }
}
