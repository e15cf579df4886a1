package io.jpm.rights;

import io.jpm.bus.Addresses;
import io.jpm.bus.RightsCommand;
import io.jpm.bus.RightsEnded;
import io.jpm.bus.RightsReply;
import io.jpm.rights.TokenBook.Outcome;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

/// Keeps the tokens of services: makes and revokes them, has them expire, and says whose a secret
/// is ([Addresses#RIGHTS_COMMAND]). Whichever ends is published on [Addresses#RIGHTS_ENDED], before
/// the answer to what ended it.
///
/// A `tokens.json` that is damaged does not keep the daemon from starting: it is told in one line,
/// and no token holds until it is mended or moved away.
public final class RightsVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.rights");
  private static final long NO_TIMER = -1;

  /// How long a timer runs at most: the clock may be set meanwhile.
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(30);

  private final TokenBook book;
  private final InstantSource clock;
  private long timer = NO_TIMER;

  /// @param file where the tokens are kept, in a directory that only the owner may enter
  /// @param clock wall clock, since tokens expire at a date
  public RightsVerticle(Path file, InstantSource clock) {
    this.book = new TokenBook(new TokenFile(file), clock);
    this.clock = clock;
  }

  @Override
  public Future<?> start() {
    return vertx
        .eventBus()
        .<RightsCommand>consumer(Addresses.RIGHTS_COMMAND, this::answer)
        .completion()
        .compose(_ -> done(new RightsCommand.All()));
  }

  private void answer(Message<RightsCommand> message) {
    done(message.body())
        .onSuccess(outcome -> message.reply(outcome.reply()))
        .onFailure(failure -> {
          LOG.log(Level.ERROR, "tokens cannot be looked at", failure);
          message.reply(new RightsReply.Refused("tokens cannot be looked at: " + failure));
        });
  }

  /// In order: a verticle's blocking calls wait for each other.
  private Future<Outcome> done(RightsCommand command) {
    return vertx
        .executeBlocking(() -> book.obey(command))
        .map(outcome -> Objects.requireNonNull(outcome))
        .onSuccess(outcome -> {
          outcome.ended().forEach(this::tell);
          outcome.next().ifPresentOrElse(this::wakeAt, this::rest);
        });
  }

  private void tell(String name) {
    vertx.eventBus().publish(Addresses.RIGHTS_ENDED, new RightsEnded(name));
  }

  private void wakeAt(Instant next) {
    rest();
    long millis = Duration.between(clock.instant(), next).toMillis() + 1;
    timer =
        vertx.setTimer(
            Math.clamp(millis, 1, LONGEST_WAIT.toMillis()),
            _ -> {
              timer = NO_TIMER;
              var _ = done(new RightsCommand.All());
            });
  }

  private void rest() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
      timer = NO_TIMER;
    }
  }
}
