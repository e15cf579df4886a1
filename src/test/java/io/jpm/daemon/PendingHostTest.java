package io.jpm.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/// What becomes of a boot for which the system has no threads.
class PendingHostTest {
  private static OutOfMemoryError noThreads() {
    return new OutOfMemoryError("unable to create native thread");
  }

  @Test
  void aHostThatCouldNotBeMadeIsClosedWithoutAFault() {
    var host = new PendingHost(CompletableFuture.failedFuture(noThreads()));
    assertThatCode(host::close).doesNotThrowAnyException();
    assertThat(host.made()).isCompletedExceptionally();
  }

  @Test
  void theUserIsToldWhichLimitsToRaise() {
    assertThat(StartupFailure.words(new CompletionException(noThreads())))
        .contains("unable to create native thread", "ulimit")
        .doesNotContain("java.");
  }
}
