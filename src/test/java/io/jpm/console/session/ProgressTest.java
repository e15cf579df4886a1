package io.jpm.console.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.BusCodec;
import io.jpm.bus.god.GodCommand.Show;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.settings.AppDefaults;
import io.jpm.console.ConsoleClient;
import io.jpm.console.ConsoleVerticle;
import io.jpm.console.FakePrograms;
import io.jpm.console.FakeServices;
import io.jpm.console.Instances;
import io.jpm.console.file.AppSource;
import io.jpm.model.process.Phase;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests the progress that commands print while God executes them.
class ProgressTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Vertx vertx = Vertx.vertx();
  private final FakeServices services = new FakeServices(vertx);

  @BeforeEach
  void deploy() throws InterruptedException, ExecutionException, TimeoutException {
    BusCodec.install(vertx);
    vertx
        .deployVerticle(
            new ConsoleVerticle(
                Instances.console(ConsoleTiming.DEFAULT),
                AppSource.of(AppDefaults.PM2, ScriptEvaluator.NONE),
                FakePrograms.NO_TOOLS))
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    for (int id = 0; id < 5; id++) {
      services.instances.add(Instances.online(id, Instances.spec("web", 5), id));
    }
  }

  @AfterEach
  void close() throws InterruptedException, ExecutionException, TimeoutException {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private ConsoleClient runOnTerminal(String line) {
    return ConsoleClient.run(vertx, ConsoleClient.WIDE, line.split(" "));
  }

  @ParameterizedTest
  @CsvSource({"stop, Stopping", "restart, Restarting"})
  void terminalShowsTheRemainingInstances(String verb, String doing) {
    services.slow = true;
    ConsoleClient client = runOnTerminal(verb + " web");
    Eventually.await(
        "all instances to go",
        LIMIT,
        () ->
            client
                .out()
                .contains(
                    "\r\u001b[K%s: 5 instances left, web (id 0), web (id 1), web (id 2), …"
                        .formatted(doing)));
    for (int id = 0; id < 4; id++) {
      services.instances.set(
          id,
          Instances.view(
              id, Instances.spec("web", 5), id, Phase.STOPPED, Optional.empty(), "stopped"));
    }
    String last = "\r\u001b[K%s: 1 instance left, web (id 4)".formatted(doing);
    Eventually.await("one instance to go", LIMIT, () -> client.out().contains(last));
    services.release();
    assertThat(client.code()).isZero();
    assertThat(client.out()).contains("web (id 4)\r\u001b[K[jpm] ");
  }

  @Test
  void quickActionPrintsNoProgress() {
    ConsoleClient client = runOnTerminal("stop web");
    assertThat(client.code()).isZero();
    assertThat(client.out()).doesNotContain("to go");
    assertThat(services.received(Show.class)).containsExactly(new Show(List.of()));
  }

  @Test
  @Tag("slow")
  void pipeReceivesProgressLinesAndSilentReceivesNone() {
    services.slow = true;
    ConsoleClient quiet = runOnTerminal("restart web --silent");
    ConsoleClient client = ConsoleClient.run(vertx, "stop", "3");
    String line = "[jpm] Stopping: 1 instance left, web (id 3)\n";
    Eventually.await("a progress line", LIMIT, () -> client.out().equals(line));
    assertThat(quiet.out()).isEmpty();
    services.release();
    assertThat(client.code()).isZero();
    assertThat(client.out()).startsWith(line + "[jpm] Stopped web (id 3)\n");
  }
}
