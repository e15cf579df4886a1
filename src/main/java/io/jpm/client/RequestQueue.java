package io.jpm.client;

import io.jpm.client.JpmException.Code;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Sends the requests of a client in order over a shared connection. When the connection has
/// broken, the next request opens another. A separate thread sends, so that callers do not wait for
/// a slow connection beyond their deadline.
final class RequestQueue implements Closeable {
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final Endpoint endpoint;
  private final Timeouts timeouts;
  private final BlockingQueue<Call> queue = new LinkedBlockingQueue<>();
  private final Thread sender;
  private volatile @Nullable RequestConnection requestConnection;
  private volatile boolean closed;

  /// A pending request: its body, the future of its reply and its timeout.
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

  /// Sends a request. The future completes with the body of the reply, or fails with a
  /// [JpmException], or with a `TimeoutException` after the deadline.
  CompletableFuture<JsonMembers> ask(String body, Duration deadline) {
    CompletableFuture<JsonMembers> reply = new CompletableFuture<>();
    // Vert.x requires at least one millisecond; deadlines above a day are not useful.
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
    if (last != null && last.isOpen()) {
      return last;
    }
    RequestConnection next = new RequestConnection(Connector.open(endpoint, timeouts));
    requestConnection = next;
    if (closed) {
      next.closeExceptionally(closed());
    }
    return next;
  }

  @Override
  public void close() {
    closed = true;
    sender.interrupt();
    RequestConnection last = requestConnection;
    if (last != null) {
      last.closeExceptionally(closed());
    }
  }

  static JpmException closed() {
    return new JpmException(Code.CLOSED, "the client is closed");
  }
}
