package io.jpm.console.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.access.AuditRecord;
import io.jpm.command.AuditVerticle;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.settings.Settings;
import io.jpm.console.ConsoleClient;
import io.jpm.console.ConsoleVerticle;
import io.jpm.console.FakePrograms;
import io.jpm.console.Instances;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.model.access.Principal;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditVerifyCommandTest {
  @TempDir Path home;
  private final Vertx vertx = Vertx.vertx();

  @BeforeEach
  void deploy() throws Exception {
    BusCodec.install(vertx);
    var limits = new Settings.Log(10 << 20, 5);
    vertx
        .deployVerticle(
            new AuditVerticle(home, InstantSource.system(), () -> limits, _ -> Optional.empty()))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    var context = Instances.console(ConsoleTiming.DEFAULT);
    vertx
        .deployVerticle(new ConsoleVerticle(context, ScriptEvaluator.NONE, FakePrograms.NONE))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    for (String result : List.of("done", "failed", "denied: no")) {
      vertx
          .eventBus()
          .send(
              Addresses.AUDIT,
              new AuditRecord(Principal.OWNER, "unix", "stop", List.of("web"), result));
    }
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  @Test
  void linesOfAnIntactLogAreCounted() {
    ConsoleClient client = ConsoleClient.run(vertx, "audit", "verify");
    assertThat(client.code()).isZero();
    assertThat(client.out()).isEqualTo("3 lines, chain intact\n");
    ConsoleClient json = ConsoleClient.run(vertx, "audit", "verify", "--json");
    assertThat(json.code()).isZero();
    assertThat(json.out()).isEqualTo("{\"lines\":3,\"older\":0,\"intact\":true,\"broken\":null}\n");
  }

  @Test
  void changedLogFailsWithTheFirstBrokenLine() throws Exception {
    ConsoleClient.run(vertx, "audit", "verify").code();
    Path file = home.resolve("audit.log");
    Files.writeString(file, Files.readString(file).replace("failed", "nobody"));
    ConsoleClient client = ConsoleClient.run(vertx, "audit", "verify");
    assertThat(client.code()).isEqualTo(1);
    assertThat(client.err())
        .contains(
            "the hash chain of the audit log is broken at "
                + file
                + ":2: this line or the one before it was changed")
        .hasLineCount(1);
  }

  @Test
  void otherArgumentsAreRejected() {
    for (String[] words : new String[][] {{"audit", "show"}, {"audit", "verify", "x"}}) {
      ConsoleClient client = ConsoleClient.run(vertx, words);
      assertThat(client.code()).isEqualTo(1);
      assertThat(client.err()).contains("jpm audit verify").hasLineCount(1);
    }
  }
}
