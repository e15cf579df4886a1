package io.jpm.access;

import io.jpm.access.TokenStore.Outcome;
import io.jpm.bus.Addresses;
import io.jpm.bus.FileErrors;
import io.jpm.bus.access.AccessCommand;
import io.jpm.bus.access.AccessReply;
import io.jpm.bus.access.IssuedToken;
import io.jpm.bus.access.TokenRevoked;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Manages the access tokens of services: creates, rotates, revokes and expires them, and
/// authenticates clients by their secrets ([Addresses#ACCESS_COMMAND]). Each token that becomes
/// invalid is published on [Addresses#TOKEN_REVOKED], before the reply to the command that revoked
/// it. Tokens that will expire soon cause a warning in the daemon's log once a day.
///
/// A damaged `tokens.json` does not prevent the daemon from starting. It is reported in one line,
/// and no token is valid until the file is repaired or moved away.
public final class TokenVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.access");
  private static final long NO_TIMER = -1;

  /// The maximum time between two checks of the tokens. The time is bounded because the wall clock
  /// may be changed while the timer runs.
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(30);

  private static final Duration A_DAY = Duration.ofDays(1);

  private final TokenStore store;
  private final InstantSource clock;
  private long timer = NO_TIMER;
  private Optional<Instant> warned = Optional.empty();

  /// Creates the verticle.
  ///
  /// @param file the file that contains the tokens, in a directory that only the owner can enter
  /// @param clock the wall clock, because tokens expire at a date
  public TokenVerticle(Path file, InstantSource clock) {
    this.store = new TokenStore(new TokenFile(file), clock);
    this.clock = clock;
  }

  @Override
  public Future<?> start() {
    return vertx
        .eventBus()
        .<AccessCommand>consumer(Addresses.ACCESS_COMMAND, this::answer)
        .completion()
        .compose(_ -> done(new AccessCommand.ListTokens()));
  }

  private void answer(Message<AccessCommand> message) {
    done(message.body())
        .onSuccess(outcome -> message.reply(outcome.reply()))
        .onFailure(failure -> {
          LOG.log(Level.ERROR, "tokens cannot be checked", failure);
          message.reply(
              new AccessReply.Refused("tokens cannot be checked: " + FileErrors.of(failure)));
        });
  }

  /// Carries out a command. Commands are carried out in order, because a verticle's blocking calls
  /// run one after another.
  private Future<Outcome> done(AccessCommand command) {
    return vertx
        .executeBlocking(() -> store.execute(command))
        .map(outcome -> Objects.requireNonNull(outcome))
        .onSuccess(outcome -> {
          outcome.ended().forEach(this::tell);
          warn(outcome.soon());
          outcome.next().ifPresentOrElse(this::wakeAt, this::rest);
        });
  }

  private void tell(TokenRevoked ended) {
    vertx.eventBus().publish(Addresses.TOKEN_REVOKED, ended);
  }

  /// Logs a warning about tokens that will expire soon, at most once a day. Called at least every
  /// half hour while a token has an expiry time.
  private void warn(List<IssuedToken> soon) {
    Instant now = clock.instant();
    if (soon.isEmpty() || warned.filter(last -> last.plus(A_DAY).isAfter(now)).isPresent()) {
      return;
    }
    warned = Optional.of(now);
    soon.forEach(token ->
        LOG.log(
            Level.WARNING,
            "the token {0} expires at {1}: renew it with jpm token rotate {0}",
            token.name(),
            token.expires().map(Instant::toString).orElse("?")));
  }

  private void wakeAt(Instant next) {
    rest();
    long millis = Duration.between(clock.instant(), next).toMillis() + 1;
    timer =
        vertx.setTimer(
            Math.clamp(millis, 1, LONGEST_WAIT.toMillis()),
            _ -> {
              timer = NO_TIMER;
              var _ = done(new AccessCommand.ListTokens());
            });
  }

  private void rest() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
      timer = NO_TIMER;
    }
  }
}
