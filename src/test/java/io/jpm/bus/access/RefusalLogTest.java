package io.jpm.bus.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.testing.Eventually;
import io.jpm.testing.LogLines;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RefusalLogTest {
  private static final String LOGGER = "jpm.test.refusals";

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  @Test
  void numberOfRefusalsBeyondTheLimitIsRecordedInTheAuditLog() throws Exception {
    BusCodec.install(vertx);
    List<AuditRecord> records = new CopyOnWriteArrayList<>();
    vertx.eventBus().<AuditRecord>consumer(Addresses.AUDIT, message -> records.add(message.body()));
    try (var log = new LogLines(LOGGER)) {
      var refusals = new RefusalLog(vertx, System.getLogger(LOGGER));
      for (int i = 0; i < 12; i++) {
        refusals.refused("10.0.0.7:" + i, "wrong token");
      }
      refusals.warn("10.0.0.7:12", "cut off: too slow");
      refusals.flushCount();
      Eventually.await("the records", Duration.ofSeconds(10), () -> records.size() == 11);
      assertThat(log.all()).hasSize(11);
    }
    assertThat(records.getFirst().from()).isEqualTo("10.0.0.7:0");
    assertThat(records.getLast().from()).isEqualTo("?");
    assertThat(records.getLast().isRefusal()).isTrue();
    assertThat(records.getLast().result())
        .isEqualTo(
            "refused: 2 more refusals of connections were not recorded: the limit is 10 per second");
  }
}
