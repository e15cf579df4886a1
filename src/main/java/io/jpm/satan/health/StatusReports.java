package io.jpm.satan.health;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// What a process says of itself, passed on at once, and then once a second at most: whoever shows
/// progress may do so a thousand times a second. Owned by one context.
final class StatusReports {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Consumer<String> told;
  private String last = "";
  private Optional<String> next = Optional.empty();
  private Optional<Long> pause = Optional.empty();

  /// @param told takes each text that is another than the one before; at first there is none
  StatusReports(Vertx vertx, Consumer<String> told) {
    this.vertx = vertx;
    this.told = told;
  }

  /// It says this now.
  void is(String text) {
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
    waiting.ifPresent(this::is);
  }

  /// Nobody wants to know any more.
  void close() {
    pause.ifPresent(vertx::cancelTimer);
  }
}
