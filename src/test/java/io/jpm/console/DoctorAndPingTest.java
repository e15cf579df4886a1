package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.daemon.DoctorReply;
import io.jpm.bus.daemon.DoctorReply.Finding;
import io.jpm.bus.daemon.DoctorRequest;
import io.jpm.bus.daemon.HeartbeatCommand;
import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Tests the commands that report the state of the daemon.
class DoctorAndPingTest {
  private final Vertx vertx = Vertx.vertx();

  @BeforeEach
  void deploy() throws Exception {
    BusCodec.install(vertx);
    var context = Instances.console(ConsoleTiming.DEFAULT);
    vertx
        .deployVerticle(new ConsoleVerticle(context, ScriptEvaluator.NONE, FakePrograms.NONE))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private void replyWithFindings(Finding... findings) {
    vertx
        .eventBus()
        .<DoctorRequest>consumer(
            Addresses.DOCTOR_COMMAND, message -> message.reply(new DoctorReply(List.of(findings))));
  }

  @Test
  void findingThatIsNotOkHasARemedyLine() {
    replyWithFindings(
        Finding.ok("java", "25.0.1 (x)"),
        Finding.warn("clock", "not synchronised", "run chrony"),
        Finding.fail("home", "is \u001b[31mopen", "chmod 700 it"));
    ConsoleClient client = ConsoleClient.run(vertx, "doctor");
    assertThat(client.code()).isEqualTo(1);
    assertThat(client.out().lines())
        .hasSize(5)
        .startsWith("ok    java: 25.0.1 (x)", "warn  clock: not synchronised", "      → run chrony")
        .endsWith("      → chmod 700 it")
        .noneMatch(line -> line.contains("\u001b"));
  }

  @Test
  void warningsDoNotFailTheCommand() {
    replyWithFindings(Finding.warn("clock", "not synchronised", "run chrony"));
    ConsoleClient client = ConsoleClient.run(vertx, "doctor", "--json");
    assertThat(client.code()).isZero();
    assertThat(new JsonObject(client.out()))
        .isEqualTo(
            new JsonObject()
                .put("check", "clock")
                .put("verdict", "warn")
                .put("found", "not synchronised")
                .put("remedy", "run chrony"));
  }

  @Test
  void pingAnswersLikePm2() {
    ConsoleClient client = ConsoleClient.run(vertx, "ping");
    assertThat(client.code()).isZero();
    assertThat(client.out()).isEqualTo("{ msg: 'pong' }\n");
  }

  @Test
  void pingWithJsonReportsTheHeartbeat() {
    vertx
        .eventBus()
        .<HeartbeatCommand>consumer(
            Addresses.HEARTBEAT_COMMAND,
            message ->
                message.reply(
                    new HeartbeatReply(
                        Duration.ofSeconds(10),
                        Optional.of(Duration.ofNanos(400_000)),
                        Duration.ofMillis(12),
                        1,
                        0,
                        List.of(new HeartbeatReply.Loop(Duration.ZERO, Duration.ofMillis(3))))));
    ConsoleClient client = ConsoleClient.run(vertx, "ping", "--json");
    assertThat(client.code()).isZero();
    var json = new JsonObject(client.out());
    assertThat(json.getString("msg")).isEqualTo("pong");
    assertThat(json.getInteger("pid")).isEqualTo(4711);
    assertThat(json.getJsonObject("heartbeat").encode())
        .isEqualTo(
            "{\"interval_ms\":10000.0,\"last_ms\":0.4,\"worst_ms\":12.0,\"missed\":1,\"missing\":0,"
                + "\"event_loops\":[{\"late_ms\":0.0,\"worst_ms\":3.0}]}");
  }

  private void replyWithMissedPings(int missed, int missing) {
    vertx
        .eventBus()
        .<HeartbeatCommand>consumer(
            Addresses.HEARTBEAT_COMMAND,
            message ->
                message.reply(
                    new HeartbeatReply(
                        Duration.ofSeconds(10),
                        Optional.empty(),
                        Duration.ZERO,
                        missed,
                        missing,
                        List.of())));
  }

  @Test
  void pingWarnsOfMissedPings() {
    replyWithMissedPings(3, 2);
    ConsoleClient client = ConsoleClient.run(vertx, "ping");
    assertThat(client.code()).isZero();
    assertThat(client.out()).isEqualTo("{ msg: 'pong' }\n");
    assertThat(client.err()).contains("has not answered the last 2 pings");
  }

  @Test
  void pingWarnsOfPingsThatWereMissedRecently() {
    replyWithMissedPings(1, 0);
    ConsoleClient client = ConsoleClient.run(vertx, "ping");
    assertThat(client.code()).isZero();
    assertThat(client.out()).isEqualTo("{ msg: 'pong' }\n");
    assertThat(client.err()).contains("missed 1 ping in the last 10 minutes");
  }

  @Test
  void pingPrintsNoWarningForAHealthyHeartbeat() {
    replyWithMissedPings(0, 0);
    ConsoleClient client = ConsoleClient.run(vertx, "ping");
    assertThat(client.code()).isZero();
    assertThat(client.err()).isEmpty();
  }

  @Test
  void pingAnswersWithoutHeartbeatData() {
    ConsoleClient client = ConsoleClient.run(vertx, "ping", "--json");
    assertThat(client.code()).isZero();
    assertThat(new JsonObject(client.out()).fieldNames())
        .containsExactlyInAnyOrder("msg", "pid", "version");
  }
}
