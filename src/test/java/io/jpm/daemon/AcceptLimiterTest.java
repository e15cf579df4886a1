package io.jpm.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AcceptLimiterTest {
  private final EmbeddedChannel server =
      new EmbeddedChannel(new AcceptLimiter(new AtomicInteger(), Integer.MAX_VALUE));

  @Test
  void failedAcceptIsRetriedSoon() {
    server.freezeTime();
    for (int failures = 0; failures < 3; failures++) {
      server.pipeline().fireExceptionCaught(new IOException("Too many open files"));
      server.pipeline().fireExceptionCaught(new IOException("Too many open files"));
      server.checkException(); // Netty's own handler, which pauses for a second, gets nothing.
      assertThat(server.config().isAutoRead()).isFalse();
      server.advanceTimeBy(AcceptLimiter.PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
      server.runScheduledPendingTasks();
      assertThat(server.config().isAutoRead()).isTrue();
    }
  }

  @Test
  void failedAcceptDoesNotEndThePauseForWaitingConnections() {
    server.freezeTime();
    for (int accepted = 0; accepted < AcceptLimiter.MOST_WAITING; accepted++) {
      server.pipeline().fireChannelRead(new EmbeddedChannel());
    }
    assertThat(server.config().isAutoRead()).isFalse();
    server.pipeline().fireExceptionCaught(new IOException("Too many open files"));
    server.advanceTimeBy(AcceptLimiter.PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
    server.runScheduledPendingTasks();
    assertThat(server.config().isAutoRead()).isFalse();
  }
}
