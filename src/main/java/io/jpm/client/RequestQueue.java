package io.jpm.client;

import io.jpm.client.JpmException.Code;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Sends the requests of a client in order over a shared connection. After a connection loss, the
/// next request opens a new connection. Requests are sent by a separate thread, so a slow
/// connection does not make callers wait beyond their deadline.
final class RequestQueue implements Closeable {
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final Endpoint endpoint;
  private final Timeouts timeouts;
  private final BlockingQueue<Call> queue = new LinkedBlockingQueue<>();
  private final Thread sender;
  private volatile @Nullable RequestConnection requestConnection;
  private volatile boolean closed;

  /// A pending request.
  ///
  /// @param body the encoded request
  /// @param reply completed with the reply
  /// @param waits how long the client waits for the reply, sent to the daemon with the request
  record Call(String body, CompletableFuture<JsonMembers> reply, Duration waits) {}

  /// Connects to the daemon.
  ///
  /// @throws JpmException with the code `UNREACHABLE` if no daemon is running or it rejects the
  ///   connection
  RequestQueue(Endpoint endpoint, Timeouts timeouts) {
    this.endpoint = endpoint;
    this.timeouts = timeouts;
    this.requestConnection = new RequestConnection(Connector.open(endpoint, timeouts));
    this.sender = Thread.ofVirtual().name("jpm-requests").unstarted(this::sendAll);
  }

  void start() {
    sender.start();
  }

  /// Sends a request. The future completes with the body of the reply. It fails with a
  /// [JpmException], or with a `TimeoutException` after the deadline.
  CompletableFuture<JsonMembers> ask(String body, Duration deadline) {
    CompletableFuture<JsonMembers> reply = new CompletableFuture<>();
    // The daemon's timeout is at least one millisecond; a deadline longer than a day is not useful.
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
      openConnection().send(call);
    } catch (JpmException e) {
      call.reply.completeExceptionally(e);
    }
  }

  private RequestConnection openConnection() {
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
