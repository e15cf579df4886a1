package io.jpm.god.process;

import io.jpm.bus.Addresses;
import io.jpm.god.instance.AppMessage;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.Journal;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;

/// Acts on the messages that apps send over their IPC channels. Confined to GodVerticle's context.
public final class IpcHandler {
  private final Vertx vertx;
  private final Journal journal;
  private final HealthCoordinator healthCoordinator;

  public IpcHandler(Vertx vertx, Journal journal, HealthCoordinator healthCoordinator) {
    this.vertx = vertx;
    this.journal = journal;
    this.healthCoordinator = healthCoordinator;
  }

  /// A parsed message.
  ///
  /// @param message the content of the message
  /// @param heard must be run when the message has been handled
  record ParsedMessage(AppMessage message, Runnable heard) {}

  /// Records that the message `shutdown` has been sent to the current process.
  void shutdownSent(SupervisedInstance supervisedInstance) {
    supervisedInstance.channel.markShutdownSent();
    journal.changed();
  }

  /// Acts on one message from the process of `generation`. Messages from processes of other
  /// generations are ignored.
  void handle(SupervisedInstance supervisedInstance, long generation, AppMessage message) {
    if (supervisedInstance.removed || supervisedInstance.state.generation() != generation) {
      return;
    }
    if (!(message instanceof AppMessage.ReadsMessages)) {
      supervisedInstance.channel.markUsed();
    }
    switch (message) {
      case AppMessage.ReadsMessages(boolean now) -> {
        supervisedInstance.channel.setReadsMessages(now);
        journal.changed();
      }
      case AppMessage.Ready() -> healthCoordinator.readyAnnounced(supervisedInstance);
      case AppMessage.ActionOffer(String name) -> {
        supervisedInstance.channel.addAction(name);
        journal.changed();
      }
      case AppMessage.Metrics metrics -> supervisedInstance.channel.setMetrics(metrics.values());
      case AppMessage.Reply reply -> supervisedInstance.channel.replied(reply);
      case AppMessage.Custom(Object content) ->
          vertx
              .eventBus()
              .publish(
                  Addresses.messagesOf(supervisedInstance.spec.name().value()),
                  new JsonObject()
                      .put("v", 1)
                      .put("app", supervisedInstance.spec.name().value())
                      .put("id", supervisedInstance.id.value())
                      .put("data", content));
    }
  }
}
