package io.jpm.satan.health;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// Forwards the status texts of a process. The first text is forwarded immediately and later ones
/// at most once per second, because a process that shows its progress may send a thousand texts per
/// second. Confined to one context.
final class StatusReports {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Consumer<String> told;
  private String last = "";
  private Optional<String> next = Optional.empty();
  private Optional<Long> pause = Optional.empty();

  /// @param told receives each text that differs from the previously forwarded one, which is empty
  ///   at first
  StatusReports(Vertx vertx, Consumer<String> told) {
    this.vertx = vertx;
    this.told = told;
  }

  /// Accepts a status text that the process has sent.
  void update(String text) {
    if (pause.isPresent()) {
      next = Optional.of(text);
    } else if (!text.equals(last)) {
      tell(text);
    }
  }

  private void tell(String text) {
    last = text;
    pause = Optional.of(vertx.setTimer(PAUSE.toMillis(), _ -> goOn()));
    told.accept(text);
  }

  private void goOn() {
    pause = Optional.empty();
    Optional<String> waiting = next;
    next = Optional.empty();
    waiting.ifPresent(this::update);
  }

  /// Stops forwarding.
  void close() {
    pause.ifPresent(vertx::cancelTimer);
  }
}
