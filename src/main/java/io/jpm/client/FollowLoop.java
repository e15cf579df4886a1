package io.jpm.client;

import io.jpm.client.JpmException.Code;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A subscription with a connection and a thread of its own: what is not taken yet waits in the
/// daemon and not here, and a follower that blocks holds up nobody else.
final class FollowLoop implements Subscription {
  private static final Logger LOG = System.getLogger(FollowLoop.class.getName());

  private final Endpoint endpoint;
  private final Timeouts timeouts;
  private final SubscriptionTarget subscriptionTarget;
  private final Consumer<FollowLoop> over;
  private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable Connection connection;

  /// Owned by the thread that follows: failures in a row, and whether the follower knows of them.
  private int failures;

  private boolean interrupted;

  FollowLoop(
      Endpoint endpoint,
      Timeouts timeouts,
      SubscriptionTarget subscriptionTarget,
      Consumer<FollowLoop> over) {
    this.endpoint = endpoint;
    this.timeouts = timeouts;
    this.subscriptionTarget = subscriptionTarget;
    this.over = over;
  }

  /// Returns when the daemon has the subscription.
  ///
  /// @throws JpmException `UNREACHABLE`, `DENIED`, …
  void start() {
    Connection first = open();
    Thread.ofVirtual()
        .name("jpm-follow " + subscriptionTarget.address())
        .start(() -> follow(first));
    try {
      begun.get(timeouts.answer().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      close();
      Thread.currentThread().interrupt();
      throw new JpmException(Code.INTERRUPTED, "interrupted while it began to follow");
    } catch (TimeoutException _) {
      close();
      throw new JpmException(Code.TIMEOUT, "the daemon did not answer within " + timeouts.answer());
    } catch (ExecutionException e) {
      throw e.getCause() instanceof JpmException why ? why : new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    Connection last = connection;
    if (last != null) {
      last.close();
    }
    over.accept(this);
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private Connection open() {
    Connection next = Connector.open(endpoint, timeouts);
    connection = next;
    if (isClosed()) {
      next.close();
    }
    String headers =
        subscriptionTarget.after().isPresent()
            ? "{\"after\":\"%d\"}".formatted(subscriptionTarget.after().getAsLong())
            : "{}";
    next.send(
        "{\"type\":\"register\",\"address\":%s,\"headers\":%s}"
            .formatted(Json.quote(subscriptionTarget.address()), headers),
        Connection.PING); // answered in turn: with the pong the subscription stands
    return next;
  }

  private void follow(Connection first) {
    Connection now = first;
    while (now != null) {
      JpmException why = read(now);
      now.close();
      now = goesOn(why) ? reopened() : null;
    }
    over.accept(this);
  }

  /// Tells whom it concerns, and whether it is worth trying again.
  private boolean goesOn(JpmException why) {
    if (isClosed()) {
      begun.completeExceptionally(RequestQueue.closed());
      return false;
    } else if (begun.completeExceptionally(why)) {
      return false;
    } else if (why.code() == Code.DENIED) {
      tell(() -> subscriptionTarget.follower().ended(why));
      return false;
    } else if (!interrupted) {
      interrupted = true;
      tell(() -> subscriptionTarget.follower().interrupted(why));
    }
    return true;
  }

  private @Nullable Connection reopened() {
    try {
      while (!closed.await(timeouts.pause(++failures).toNanos(), TimeUnit.NANOSECONDS)) {
        try {
          return open();
        } catch (JpmException e) {
          LOG.log(Level.DEBUG, () -> subscriptionTarget.address() + ": not yet: " + e.getMessage());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // nobody does that; then it is over
    }
    return null;
  }

  /// Reads until there is no more, and says why.
  private JpmException read(Connection now) {
    try {
      while (!isClosed()) {
        JsonMembers frame = now.next();
        switch (frame.optionalText("type").orElse("")) {
          case "pong" -> stands();
          case "err" -> throw RequestConnection.refusal(frame);
          case "message" -> {
            stands(); // what is replayed may come before the pong
            tell(() -> subscriptionTarget.take(JsonMembers.of(frame.value("body"))));
          }
          default -> {} // of a later daemon
        }
      }
      return RequestQueue.closed();
    } catch (IOException e) {
      return new JpmException(
          Code.LOST, "the connection to the daemon broke (%s)".formatted(e.getMessage()), e);
    } catch (JpmException e) {
      return e;
    }
  }

  private void stands() {
    failures = 0;
    begun.complete(true);
    if (interrupted) {
      interrupted = false;
      tell(subscriptionTarget.follower()::resumed);
    }
  }

  private void tell(Runnable what) {
    if (isClosed()) {
      return;
    }
    try {
      what.run();
    } catch (RuntimeException | Error e) {
      LOG.log(
          Level.WARNING,
          () -> "a follower of " + subscriptionTarget.address() + " failed, and goes on",
          e);
    }
  }
}
