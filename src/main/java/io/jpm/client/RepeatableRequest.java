package io.jpm.client;

import io.jpm.client.JpmException.Code;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A request with an idempotency key. If its connection is lost before the reply, it is sent again,
/// possibly to a daemon that has just been started.
final class RepeatableRequest {
  private static final int MOST = 5;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  private final RequestQueue requestQueue;
  private final String body;
  private final long end;
  private final CompletableFuture<JsonMembers> answer = new CompletableFuture<>();
  private JpmException lost = new JpmException(Code.LOST, "the request has not been sent");

  RepeatableRequest(RequestQueue requestQueue, String body, Duration deadline) {
    this.requestQueue = requestQueue;
    this.body = body;
    this.end = System.nanoTime() + deadline.toNanos();
  }

  CompletableFuture<JsonMembers> ask() {
    attempt(1);
    return answer;
  }

  private void attempt(int number) {
    var _ =
        requestQueue
            .ask(body, Duration.ofNanos(Math.max(1, end - System.nanoTime())))
            .whenComplete((json, failure) -> {
              if (json != null) {
                answer.complete(json);
              } else {
                failed(number, failure instanceof CompletionException e ? e.getCause() : failure);
              }
            });
  }

  /// Retries the request if the connection was lost. Also retries if the daemon is unreachable
  /// after a lost connection, because a new daemon may be about to start.
  private void failed(int number, @Nullable Throwable told) {
    Throwable failure = told == null ? lost : told;
    if (failure instanceof JpmException why && why.code() == Code.LOST) {
      lost = why;
    }
    boolean away =
        failure instanceof JpmException why
            && (why.code() == Code.LOST || (why.code() == Code.UNREACHABLE && number > 1));
    Duration pause = FIRST_PAUSE.multipliedBy(1L << (number - 1));
    if (away && number < MOST && System.nanoTime() + pause.toNanos() < end) {
      Executor later =
          CompletableFuture.delayedExecutor(
              pause.toNanos(), TimeUnit.NANOSECONDS, Thread::startVirtualThread);
      later.execute(() -> attempt(number + 1));
    } else {
      // `LOST`, unlike `UNREACHABLE`, means that the request may have been executed.
      answer.completeExceptionally(away ? lost : failure);
    }
  }
}
