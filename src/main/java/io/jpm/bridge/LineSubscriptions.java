package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.bus.LinesTold;
import io.jpm.bus.LinesWanted;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;

/// Whose lines peers listen to, all peers together; tells LogAggregator. Without subscribers no
/// timer runs. Owned by the bridge's event loop.
final class LineSubscriptions {
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Map<String, Integer> subscribers = new HashMap<>();
  private long renewal = NO_TIMER;

  LineSubscriptions(Vertx vertx) {
    this.vertx = vertx;
  }

  /// What was published before it is asked has been given to all peers when it answers: everything
  /// comes to the same event loop, in order.
  Future<Void> begin() {
    return vertx
        .eventBus()
        .<LinesTold>consumer(Addresses.BRIDGE_LINES, asked -> asked.reply(asked.body()))
        .completion();
  }

  void add(String app) {
    if (subscribers.merge(app, 1, Integer::sum) == 1) {
      tell();
    }
  }

  void remove(String app) {
    if (subscribers.containsKey(app)
        && subscribers.computeIfPresent(app, (_, count) -> count == 1 ? null : count - 1) == null) {
      tell();
    }
  }

  /// Nobody listens any more.
  void end() {
    if (!subscribers.isEmpty()) {
      subscribers.clear();
      tell();
    }
  }

  private void tell() {
    send();
    if (subscribers.isEmpty()) {
      vertx.cancelTimer(renewal);
      renewal = NO_TIMER;
    } else if (renewal == NO_TIMER) {
      renewal = vertx.setPeriodic(LinesWanted.RENEWAL.toMillis(), _ -> send());
    }
  }

  private void send() {
    vertx
        .eventBus()
        .send(
            Addresses.LINES_WANTED, new LinesWanted(Addresses.BRIDGE_LINES, subscribers.keySet()));
  }
}
