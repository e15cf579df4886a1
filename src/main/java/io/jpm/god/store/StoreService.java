package io.jpm.god.store;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.FileErrors;
import io.jpm.bus.god.StoreCommand;
import io.jpm.bus.god.StoreReply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;

/// Executes [StoreCommand]s one after the other. Confined to GodVerticle's context.
public final class StoreService {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Vertx vertx;
  private final KeyValueStore store;

  public StoreService(Vertx vertx, Path home) {
    this.vertx = vertx;
    this.store = new KeyValueStore(home);
  }

  /// Subscribes to commands until the verticle is undeployed.
  public Future<Void> open() {
    return vertx
        .eventBus()
        .<StoreCommand>consumer(Addresses.STORE_COMMAND, this::serve)
        .completion();
  }

  private void serve(Message<StoreCommand> message) {
    BlockingCalls.call(vertx, () -> store.execute(message.body()))
        .onSuccess(message::reply)
        .onFailure(error -> {
          LOG.log(Level.ERROR, "a command of the key-value store failed", error);
          message.reply(
              new StoreReply.Failed(
                  "internal error: " + FileErrors.of(error) + "; see the daemon's log"));
        });
  }
}
