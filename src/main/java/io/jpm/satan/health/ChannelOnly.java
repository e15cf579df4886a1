package io.jpm.satan.health;

import io.jpm.bus.SatanCommand;
import io.jpm.model.Check;
import io.jpm.model.ProcessIdentity;
import io.vertx.core.Future;
import java.util.function.Consumer;

/// Where nothing can be listened to but the channel, which is God's: an app can say `ready` there.
public final class ChannelOnly implements Hearing {
  private static final Heard NOTHING =
      new Heard() {
        @Override
        public void began(ProcessIdentity process) {
          // There is nothing to listen to.
        }

        @Override
        public void close() {
          // Nothing was opened.
        }
      };

  @Override
  public Future<Heard> open(SatanCommand.Attend attended, Check check, Consumer<Sign> signs) {
    return switch (check) {
      case Check.Notify _ -> Future.succeededFuture(NOTHING);
      case Check.Log(String pattern) ->
          Future.failedFuture("its output cannot be watched here for " + pattern);
      case Check.Http _, Check.Tcp _, Check.Exec _ ->
          Future.failedFuture("a check that asks cannot be listened to");
    };
  }
}
