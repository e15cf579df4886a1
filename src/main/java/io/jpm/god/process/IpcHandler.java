package io.jpm.god.process;

import io.jpm.bus.Addresses;
import io.jpm.god.instance.AppChannel;
import io.jpm.god.instance.AppMessage;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.Journal;
import io.jpm.os.Child;
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

  /// Sends the message `shutdown` to the current process. The journal records it before it is sent,
  /// so that no daemon sends it again: many programs do not expect a second one.
  ///
  /// @param failed run if the message cannot be sent
  void sendShutdown(SupervisedInstance supervisedInstance, Runnable failed) {
    AppChannel channel = supervisedInstance.channel;
    if (channel.isShutdownSent()) {
      return;
    }
    Child child = supervisedInstance.child;
    channel.setShutdownSent(true);
    journal.changed();
    journal
        .written()
        .onComplete(_ -> {
          if (child == null || !child.send("\"shutdown\"")) {
            channel.setShutdownSent(false);
            journal.changed();
            failed.run();
          }
        });
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
        if (supervisedInstance.channel.readsMessages() != now) {
          supervisedInstance.channel.setReadsMessages(now);
          journal.changed();
        }
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
