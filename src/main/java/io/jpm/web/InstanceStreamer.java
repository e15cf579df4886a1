package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.model.access.Principal;
import io.jpm.wire.CommandRequest;
import io.jpm.wire.CommandVerb;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Streams the list of instances to clients, followed by its changes. `event: instances` contains
/// the complete list; `event: changed` contains the new or changed `instances` and the ids of those
/// that are `gone`. A client whose access is limited to some apps receives only their instances.
///
/// After an event, the list is requested once for all clients, at most once per [#PAUSE]. A client
/// that has fallen behind receives the complete list once it has caught up. Confined to the
/// server's event loop.
final class InstanceStreamer {
  /// The minimum interval between two requests for the list.
  static final Duration PAUSE = Duration.ofMillis(200);

  /// The interval at which the list is requested even without events, because some changes do not
  /// cause an event.
  static final Duration RENEWAL = Duration.ofSeconds(5);

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final List<Client> clients = new ArrayList<>();

  /// The last known instances by id; empty while there are no clients.
  private Map<Integer, JsonObject> known = new LinkedHashMap<>();

  private @Nullable MessageConsumer<JsonObject> events;
  private long renewal = NO_TIMER;
  private long next = NO_TIMER;
  private boolean fetching;

  /// Whether the list must be requested again after the request in progress.
  private boolean changed;

  InstanceStreamer(Vertx vertx) {
    this.vertx = vertx;
  }

  void start(SseStream sseStream, Principal who) {
    var client = new Client(sseStream, who);
    clients.add(client);
    if (clients.size() == 1) {
      events = vertx.eventBus().consumer(Addresses.EVENTS, _ -> happened());
      renewal = vertx.setPeriodic(RENEWAL.toMillis(), _ -> fetch());
    }
    sseStream.onClose(() -> {
      clients.remove(client);
      if (clients.isEmpty()) {
        end();
      }
    });
    fetch();
  }

  /// Stops requesting the list, because no clients are left.
  void end() {
    vertx.cancelTimer(renewal);
    vertx.cancelTimer(next);
    renewal = NO_TIMER;
    next = NO_TIMER;
    known = new LinkedHashMap<>();
    if (events != null) {
      var _ = events.unregister();
      events = null;
    }
  }

  private void happened() {
    if (next == NO_TIMER) {
      next =
          vertx.setTimer(
              PAUSE.toMillis(),
              _ -> {
                next = NO_TIMER;
                fetch();
              });
    }
  }

  /// Requests the list on behalf of the owner. The result is filtered for each client afterwards.
  private void fetch() {
    if (fetching) {
      changed = true;
      return;
    }
    fetching = true;
    changed = false;
    var request =
        new JsonObject().put("v", CommandRequest.VERSION).put("verb", CommandVerb.LIST.keyword());
    vertx
        .eventBus()
        .<JsonObject>request(
            Addresses.COMMAND, request, AuthenticatedCaller.ITSELF.delivery(PATIENCE))
        .onComplete(reply -> fetched(reply.body()), _ -> over());
  }

  private void fetched(JsonObject reply) {
    if (!clients.isEmpty() && reply.getValue("instances") instanceof JsonArray all) {
      Map<Integer, JsonObject> now = new LinkedHashMap<>();
      all.forEach(element -> {
        if (element instanceof JsonObject instance) {
          now.put(instance.getInteger("id"), instance);
        }
      });
      Change change = Change.between(known, now);
      known = now;
      clients.forEach(client -> client.take(change));
    }
    over();
  }

  /// Completes a request for the list, whether it has succeeded or failed. After a failure, the
  /// next request reports the missed changes.
  private void over() {
    fetching = false;
    if (changed && !clients.isEmpty()) {
      happened();
    }
  }

  /// The differences between two lists.
  ///
  /// @param instances the new or changed instances, in their new state
  /// @param gone the removed instances, in their last state
  record Change(List<JsonObject> instances, List<JsonObject> gone) {
    static Change between(Map<Integer, JsonObject> before, Map<Integer, JsonObject> now) {
      return new Change(
          now.entrySet().stream()
              .filter(entry -> !entry.getValue().equals(before.get(entry.getKey())))
              .map(Map.Entry::getValue)
              .toList(),
          before.entrySet().stream()
              .filter(entry -> !now.containsKey(entry.getKey()))
              .map(Map.Entry::getValue)
              .toList());
    }
  }

  /// A client that receives the list.
  private final class Client {
    private final SseStream sseStream;
    private final Predicate<JsonObject> isTheirs;

    /// Whether the client has received the list and all changes so far.
    private boolean upToDate;

    Client(SseStream sseStream, Principal who) {
      this.sseStream = sseStream;
      this.isTheirs = instance -> who.canAccess(instance.getString("app", ""));
    }

    void take(Change change) {
      if (sseStream.isBehind()) {
        upToDate = false;
      } else if (upToDate) {
        tell(change);
      } else {
        upToDate = true;
        sseStream.send(
            "instances", 0, body(array(known.values().stream().filter(isTheirs).toList())));
      }
    }

    private void tell(Change change) {
      JsonArray instances = array(change.instances.stream().filter(isTheirs).toList());
      var gone = new JsonArray();
      change.gone.stream().filter(isTheirs).forEach(it -> gone.add(it.getInteger("id")));
      if (!instances.isEmpty() || !gone.isEmpty()) {
        sseStream.send("changed", 0, body(instances).put("gone", gone));
      }
    }

    private static JsonArray array(List<JsonObject> instances) {
      return new JsonArray(instances);
    }

    private static JsonObject body(JsonArray instances) {
      return new JsonObject().put("v", 1).put("instances", instances);
    }
  }
}
