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

/// A subscription with its own connection and thread. Data that the follower has not received yet
/// is queued in the daemon rather than in this process, and a follower that blocks does not delay
/// others.
final class FollowLoop implements Subscription {
  private static final Logger LOG = System.getLogger(FollowLoop.class.getName());

  private final Endpoint endpoint;
  private final Timeouts timeouts;
  private final SubscriptionTarget subscriptionTarget;
  private final Consumer<FollowLoop> over;
  private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable FrameConnection frameConnection;

  /// The number of consecutive failed attempts to connect, and whether the follower has been
  /// notified of the lost connection. Both are confined to the thread that runs [#follow].
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

  /// Subscribes, and returns once the daemon has accepted the subscription.
  ///
  /// @throws JpmException `UNREACHABLE`, `DENIED`, …
  void start() {
    FrameConnection first = open();
    Thread.ofVirtual()
        .name("jpm-follow " + subscriptionTarget.address())
        .start(() -> follow(first));
    try {
      begun.get(timeouts.answer().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      close();
      Thread.currentThread().interrupt();
      throw new JpmException(Code.INTERRUPTED, "interrupted while subscribing");
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
    FrameConnection last = frameConnection;
    if (last != null) {
      last.close();
    }
    over.accept(this);
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private FrameConnection open() {
    FrameConnection next = Connector.open(endpoint, timeouts);
    frameConnection = next;
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
        FrameConnection
            .PING); // frames are processed in order, so the pong confirms the subscription
    return next;
  }

  private void follow(FrameConnection first) {
    FrameConnection now = first;
    while (now != null) {
      JpmException why = read(now);
      now.close();
      now = reportAndDecideRetry(why) ? reopened() : null;
    }
    over.accept(this);
  }

  /// Reports the loss of a connection to the caller of [#start] or to the follower. Returns whether
  /// to reconnect.
  private boolean reportAndDecideRetry(JpmException why) {
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

  private @Nullable FrameConnection reopened() {
    try {
      while (!closed.await(timeouts.pause(++failures).toNanos(), TimeUnit.NANOSECONDS)) {
        try {
          return open();
        } catch (JpmException e) {
          LOG.log(
              Level.DEBUG,
              () -> subscriptionTarget.address() + ": cannot reconnect yet: " + e.getMessage());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // not expected; ends the subscription
    }
    return null;
  }

  /// Reads frames until the connection is lost or closed, and returns the reason.
  private JpmException read(FrameConnection now) {
    try {
      while (!isClosed()) {
        JsonMembers frame = now.next();
        switch (frame.optionalText("type").orElse("")) {
          case "pong" -> subscriptionConfirmed();
          case "err" -> throw RequestConnection.toException(frame);
          case "message" -> {
            subscriptionConfirmed(); // past events may arrive before the pong
            tell(() -> subscriptionTarget.take(JsonMembers.of(frame.value("body"))));
          }
          default -> {} // sent by a newer daemon
        }
      }
      return RequestQueue.closed();
    } catch (IOException e) {
      return new JpmException(
          Code.LOST, "the connection to the daemon was lost (%s)".formatted(e.getMessage()), e);
    } catch (JpmException e) {
      return e;
    }
  }

  private void subscriptionConfirmed() {
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
          () -> "a follower of " + subscriptionTarget.address() + " failed; it remains subscribed",
          e);
    }
  }
}
