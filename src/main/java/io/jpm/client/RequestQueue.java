package io.jpm.client;

import io.jpm.client.JpmException.Code;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The requests of a client, which share one connection; when it breaks the next request makes
/// another. They are sent in the order in which they come, by a thread of their own, so that nobody
/// has to wait for a slow connection longer than he wants to.
final class RequestQueue implements Closeable {
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final Endpoint endpoint;
  private final Timeouts timeouts;
  private final BlockingQueue<Call> queue = new LinkedBlockingQueue<>();
  private final Thread sender;
  private volatile @Nullable RequestConnection requestConnection;
  private volatile boolean closed;

  /// A request, who waits for its reply, and how long.
  record Call(String body, CompletableFuture<JsonMembers> reply, Duration waits) {}

  /// @throws JpmException `UNREACHABLE`
  RequestQueue(Endpoint endpoint, Timeouts timeouts) {
    this.endpoint = endpoint;
    this.timeouts = timeouts;
    this.requestConnection = new RequestConnection(Connector.open(endpoint, timeouts));
    this.sender = Thread.ofVirtual().name("jpm-requests").unstarted(this::sendAll);
  }

  void start() {
    sender.start();
  }

  /// Asks, and completes the future with the body of the reply, or a [JpmException], or after the
  /// deadline a `TimeoutException`.
  CompletableFuture<JsonMembers> ask(String body, Duration deadline) {
    CompletableFuture<JsonMembers> reply = new CompletableFuture<>();
    // Vert.x takes one millisecond at least, and what is longer than a day is no wait.
    long millis = Math.clamp(deadline.toMillis(), 1, LONGEST_WAIT.toMillis());
    Call call =
        new Call(
            body,
            reply.orTimeout(deadline.toNanos(), TimeUnit.NANOSECONDS),
            Duration.ofMillis(millis));
    queue.add(call);
    if (closed) {
      reply.completeExceptionally(closed());
    }
    return reply;
  }

  private void sendAll() {
    try {
      while (true) {
        Call call = queue.take();
        if (!call.reply.isDone()) {
          send(call);
        }
      }
    } catch (InterruptedException _) {
      queue.forEach(call -> call.reply.completeExceptionally(closed()));
    }
  }

  private void send(Call call) {
    try {
      living().send(call);
    } catch (JpmException e) {
      call.reply.completeExceptionally(e);
    }
  }

  private RequestConnection living() {
    RequestConnection last = requestConnection;
    if (last != null && last.lives()) {
      return last;
    }
    RequestConnection next = new RequestConnection(Connector.open(endpoint, timeouts));
    requestConnection = next;
    if (closed) {
      next.end(closed());
    }
    return next;
  }

  @Override
  public void close() {
    closed = true;
    sender.interrupt();
    RequestConnection last = requestConnection;
    if (last != null) {
      last.end(closed());
    }
  }

  static JpmException closed() {
    return new JpmException(Code.CLOSED, "the client is closed");
  }
}
