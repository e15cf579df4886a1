package io.jpm.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/// What becomes of a boot for which the system has no threads.
class PendingHostTest {
  private static final OutOfMemoryError NO_THREADS =
      new OutOfMemoryError("unable to create native thread");

  @Test
  void aHostThatCouldNotBeMadeIsClosedWithoutAFault() {
    var host = new PendingHost(CompletableFuture.failedFuture(NO_THREADS));
    assertThatCode(host::close).doesNotThrowAnyException();
    assertThat(host.made()).isCompletedExceptionally();
  }

  @Test
  void theUserIsToldWhichLimitsToRaise() {
    assertThat(StartupFailure.words(new CompletionException(NO_THREADS)))
        .contains("unable to create native thread", "ulimit")
        .doesNotContain("java.");
  }
}
