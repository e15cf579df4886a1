package io.jpm.god;

import io.jpm.bus.Addresses;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/// Acts on what apps say over their channels. Owned by GodVerticle's context.
final class Speech {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Vertx vertx;
  private final Journal journal;
  private final Attending attending;

  Speech(Vertx vertx, Journal journal, Attending attending) {
    this.vertx = vertx;
    this.journal = journal;
    this.attending = attending;
  }

  /// One message of the process of `generation`.
  void heard(Instance instance, long generation, String json) {
    if (instance.removed || instance.state.generation() != generation) {
      return;
    }
    Optional<AppMessage> message = AppMessage.read(json);
    if (message.isEmpty()) {
      LOG.log(Level.DEBUG, "{0} has sent what is no JSON", instance.label());
      return;
    }
    switch (message.get()) {
      case AppMessage.Ready() -> attending.saidReady(instance);
      case AppMessage.Offers(String name) -> {
        instance.channel.offered(name);
        journal.changed();
      }
      case AppMessage.Metrics metrics -> instance.channel.measured(metrics.values());
      case AppMessage.Reply reply -> instance.channel.replied(reply);
      case AppMessage.Custom(Object content) ->
          vertx
              .eventBus()
              .publish(
                  Addresses.messagesOf(instance.spec.name().value()),
                  new JsonObject()
                      .put("v", 1)
                      .put("app", instance.spec.name().value())
                      .put("id", instance.id.value())
                      .put("data", content));
    }
  }
}
