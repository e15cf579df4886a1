package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.bus.InstanceEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;

/// Publishes what happens inside, as JSON, where the bridge's peers may subscribe.
final class EventRelay {
  private final EventBus bus;
  private long sequence;

  EventRelay(Vertx vertx) {
    this.bus = vertx.eventBus();
  }

  /// Begins; ends with the verticle.
  Future<Void> begin() {
    return bus.<InstanceEvent>consumer(Addresses.GOD_EVENTS, this::relay).completion();
  }

  private void relay(Message<InstanceEvent> message) {
    var event = message.body().outside(++sequence);
    JsonObject json = event.toJson();
    bus.publish(Addresses.EVENTS, json);
    bus.publish(Addresses.eventsOf(event.app()), json);
  }
}
