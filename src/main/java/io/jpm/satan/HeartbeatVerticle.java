package io.jpm.satan;

import io.jpm.bus.Addresses;
import io.jpm.bus.daemon.HeartbeatAck;
import io.jpm.bus.daemon.HeartbeatCommand;
import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.bus.god.DaemonEvent;
import io.jpm.bus.god.GodCommand;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.VertxInternal;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Monitors God and the event loops. Pings God, which must answer within half of the interval, and
/// measures how late the event loops run their timers. Deployed after God.
///
/// Publishes a [HeartbeatAck] on [Addresses#HEARTBEAT_ACKS] for each answer and serves
/// [HeartbeatCommand]s on [Addresses#HEARTBEAT_COMMAND]. Missed pings are logged and published as
/// [DaemonEvent]s. Event loops that were blocked for [#STALL] or longer are published as
/// [DaemonEvent]s.
public final class HeartbeatVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.satan");
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private static final Duration STALL = Duration.ofSeconds(1);

  private final LongSupplier nanoTime;
  private final EventOrigin eventOrigin;
  private final Optional<Duration> longest;
  private final List<EventLoopLag> loops = new ArrayList<>();
  private final LatencyWindow recent = new LatencyWindow();
  private Duration interval;
  private Optional<Duration> last = Optional.empty();
  private int missing;
  private long missingSince;
  private long timer;

  /// The values that are the same in every published event.
  ///
  /// @param pid the pid of the daemon
  /// @param wallClock the wall clock, for display only
  public record EventOrigin(long pid, InstantSource wallClock) {}

  /// Creates the verticle.
  ///
  /// @param nanoTime monotonic time
  /// @param eventOrigin the values that are the same in every published event
  /// @param interval the time between two pings
  /// @param longest the maximum interval between pings, which overrides a longer requested one,
  ///   because a service manager expects regular watchdog messages; may be shorter than the
  ///   shortest interval that can be requested
  public HeartbeatVerticle(
      LongSupplier nanoTime,
      EventOrigin eventOrigin,
      Duration interval,
      Optional<Duration> longest) {
    this.nanoTime = nanoTime;
    this.eventOrigin = eventOrigin;
    this.longest = longest;
    this.interval = atMost(longest, interval);
  }

  private static Duration atMost(Optional<Duration> longest, Duration wished) {
    return longest.filter(most -> most.compareTo(wished) < 0).orElse(wished);
  }

  @Override
  public Future<?> start() {
    // Netty's executor group contains the event loops on which all verticles run.
    ((VertxInternal) vertx)
        .nettyEventLoopGroup()
        .forEach(loop -> {
          if (loop instanceof EventLoop one) {
            loops.add(new EventLoopLag(one, context, nanoTime, this::came));
          }
        });
    beat();
    return vertx
        .eventBus()
        .<HeartbeatCommand>consumer(Addresses.HEARTBEAT_COMMAND, this::serve)
        .completion();
  }

  private void serve(Message<HeartbeatCommand> message) {
    switch (message.body()) {
      case HeartbeatCommand.GetStatus() -> message.reply(state());
      case HeartbeatCommand.SetInterval(Duration wished) -> {
        interval = atMost(longest, wished.compareTo(SHORTEST) < 0 ? SHORTEST : wished);
        vertx.cancelTimer(timer);
        beat();
      }
    }
  }

  private HeartbeatReply state() {
    long now = nanoTime.getAsLong();
    return new HeartbeatReply(
        interval,
        last,
        recent.worst(now),
        recent.missedCount(now),
        missing,
        loops.stream().map(EventLoopLag::state).toList());
  }

  private void beat() {
    timer = vertx.setTimer(Math.max(1, interval.toMillis()), _ -> beat());
    loops.forEach(loop -> loop.startMeasurement(interval));
    Duration timeout = interval.dividedBy(2);
    long asked = nanoTime.getAsLong();
    vertx
        .eventBus()
        .request(
            Addresses.GOD_COMMAND,
            new GodCommand.Ping(),
            new DeliveryOptions().setSendTimeout(Math.max(1, timeout.toMillis())))
        .onSuccess(_ -> answered(nanoTime.getAsLong() - asked))
        .onFailure(_ -> pingMissed(timeout));
  }

  private void answered(long nanos) {
    Duration took = Duration.ofNanos(nanos);
    if (missing > 0) {
      LOG.log(
          Level.INFO,
          "God, the supervisor, answers again (in {0} ms, after {1} missed pings)",
          took.toMillis(),
          missing);
      tell(
          DaemonEvent.Kind.HEARTBEAT_BACK,
          "God, the supervisor, answers again after %s and %d missed pings"
              .formatted(words(nanoTime.getAsLong() - missingSince), missing));
    }
    missing = 0;
    last = Optional.of(took);
    recent.recordLatency(nanos, nanoTime.getAsLong());
    vertx.eventBus().publish(Addresses.HEARTBEAT_ACKS, new HeartbeatAck(took));
  }

  private void came(Duration late) {
    if (late.compareTo(STALL) >= 0) {
      tell(
          DaemonEvent.Kind.STALL,
          "an event loop was blocked for %s: all its work was delayed"
              .formatted(words(late.toNanos())));
    }
  }

  private static String words(long nanos) {
    return Math.round(nanos / 1e6) + " ms";
  }

  private void tell(DaemonEvent.Kind kind, String reason) {
    var event = new DaemonEvent(kind, reason, eventOrigin.pid(), eventOrigin.wallClock().instant());
    vertx.eventBus().publish(Addresses.DAEMON_EVENTS, event);
  }

  private void pingMissed(Duration timeout) {
    missing++;
    if (missing == 1) {
      missingSince = nanoTime.getAsLong() - timeout.toNanos();
    }
    // Publish only the 1st, 2nd, 4th, 8th, … miss in a row, so that hours without an answer do not
    // fill the history.
    if (Integer.bitCount(missing) == 1) {
      tell(
          DaemonEvent.Kind.HEARTBEAT_MISSED,
          "God, the supervisor, has not answered a ping within %s (%d in a row): apps are not supervised until it answers"
              .formatted(words(timeout.toNanos()), missing));
    }
    recent.recordMiss(nanoTime.getAsLong());
    LOG.log(
        Level.WARNING,
        "God, the supervisor, has not answered a ping within {0} ms ({1} in a row): apps are not supervised until it answers",
        timeout.toMillis(),
        missing);
  }
}
