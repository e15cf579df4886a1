package io.jpm.command;

import io.jpm.model.access.Principal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Limits how many read requests of issued tokens are carried out at the same time. The reply to a
/// read request may be large, and the daemon has little memory. Further requests wait, in the order
/// of their arrival. Requests of the owner are not limited.
///
/// Confined to the context of [CommandVerticle].
final class ReadQueue {
  /// The maximum number of requests that are carried out at the same time, for all tokens together.
  static final int MOST_RUNNING = 3;

  /// The maximum number of requests of one token that are carried out or wait.
  static final int MOST_PENDING = 16;

  private final Map<String, Integer> pending = new HashMap<>();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int running;

  /// Carries out a request as soon as possible.
  ///
  /// @param request starts the request; must not throw
  /// @return the result of the request; empty if too many requests of the token are pending
  <T> Optional<Future<T>> submit(Principal who, Supplier<Future<T>> request) {
    if (who.equals(Principal.OWNER)) {
      return Optional.of(request.get());
    }
    if (pending.getOrDefault(who.name(), 0) >= MOST_PENDING) {
      return Optional.empty();
    }
    pending.merge(who.name(), 1, Integer::sum);
    Promise<T> result = Promise.promise();
    waiting.add(() -> request.get().onComplete(result));
    startNext();
    return Optional.of(
        result
            .future()
            .onComplete(_ -> {
              pending.computeIfPresent(who.name(), (_, count) -> count == 1 ? null : count - 1);
              running--;
              startNext();
            }));
  }

  private void startNext() {
    if (running < MOST_RUNNING && !waiting.isEmpty()) {
      running++;
      waiting.remove().run();
    }
  }
}
