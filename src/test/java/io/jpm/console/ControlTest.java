package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.BusCodec;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Act;
import io.jpm.bus.god.GodCommand.Reset;
import io.jpm.bus.god.GodCommand.SendMessage;
import io.jpm.bus.god.GodCommand.SendSignal;
import io.jpm.bus.god.GodCommand.UpdateSpec;
import io.jpm.config.AppsOutcome;
import io.jpm.config.command.CallerContext;
import io.jpm.console.file.AppSource;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.model.process.Signal;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests `send`, `message`, `sendSignal`, `reset` and `inspect`, and options of apps that are given
/// with `restart`.
class ControlTest {
  private final Vertx vertx = Vertx.vertx();
  private final FakeServices services = new FakeServices(vertx);
  private final List<Map<String, Object>> described = new CopyOnWriteArrayList<>();

  @BeforeEach
  void deploy() throws InterruptedException, ExecutionException, TimeoutException {
    BusCodec.install(vertx);
    vertx
        .deployVerticle(
            new ConsoleVerticle(
                Instances.console(ConsoleTiming.DEFAULT),
                new SingleScriptSource(),
                FakePrograms.NO_TOOLS))
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    services.instances.add(Instances.online(0, "web"));
    services.instances.add(Instances.online(1, "job"));
  }

  @AfterEach
  void close() throws InterruptedException, ExecutionException, TimeoutException {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private final class SingleScriptSource implements AppSource {
    @Override
    public boolean isProcessFile(String word) {
      return word.endsWith(".json");
    }

    @Override
    public AppsOutcome fromFile(
        Path path, Optional<String> environment, CallerContext callerContext) {
      throw new AssertionError("unexpected read of a process file");
    }

    @Override
    public AppsOutcome fromStdin(
        byte[] content, Optional<String> environment, CallerContext callerContext) {
      throw new AssertionError("unexpected read of standard input");
    }

    @Override
    public AppsOutcome fromCommandLine(
        Map<String, Object> attributes, CallerContext callerContext) {
      described.add(attributes);
      return new AppsOutcome(List.of(Instances.spec("any", 1)), List.of(), List.of());
    }
  }

  private ConsoleClient run(String... argv) {
    return ConsoleClient.run(vertx, argv);
  }

  @Test
  void sendJoinsItsWordsToALine() {
    ConsoleClient client = run("send", "0", "hello", "you");
    assertThat(client.code()).isZero();
    assertThat(client.out()).isEqualTo("[jpm] Sent a line to web (id 0)\n");
    assertThat(services.received(GodCommand.WriteInput.class))
        .containsExactly(new GodCommand.WriteInput("0", "hello you\n"));
  }

  @Test
  void wordsAfterTheDoubleDashAreSentUnchanged() {
    assertThat(run("send", "-s", "--separator=;", "web", "--", "--json").code()).isZero();
    assertThat(run("send", "web", "--", "").code()).isZero();
    assertThat(services.received(GodCommand.WriteInput.class))
        .containsExactly(
            new GodCommand.WriteInput("web", "--json;"), new GodCommand.WriteInput("web", "\n"));
  }

  @Test
  void lineThatCannotBeSentIsAFailure() {
    services.problems =
        command -> command instanceof GodCommand.WriteInput ? List.of("it is stopped") : List.of();
    ConsoleClient client = run("send", "web", "x");
    assertThat(client.code()).isOne();
    assertThat(client.err()).isEqualTo("[jpm][ERROR] it is stopped\n");
    ConsoleClient lacking = run("send", "web");
    assertThat(lacking.code()).isOne();
    assertThat(lacking.err()).contains("send requires an app and a line");
  }

  @Test
  void messageIsSentOverTheIpcChannel() {
    ConsoleClient client = run("message", "web", "{ \"a\" : 1 }");
    assertThat(client.code()).isZero();
    assertThat(services.received(SendMessage.class))
        .containsExactly(new SendMessage(List.of("web"), "{\"a\":1}"));
  }

  @ParameterizedTest
  @CsvSource({"SIGUSR2,SIGUSR2", "usr2,SIGUSR2", "HUP,SIGHUP", "10,SIGUSR1"})
  void signalIsGivenByNameOrNumber(String word, Signal signal) {
    ConsoleClient client = run("sendSignal", word, "0", "job");
    assertThat(client.code()).isZero();
    assertThat(services.received(SendSignal.class))
        .containsExactly(new SendSignal(List.of("0", "job"), signal));
    assertThat(client.out()).contains("Sent %s to web (id 0)".formatted(signal));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SIGNOSUCH", "0", "64", ""})
  void invalidSignalIsRejected(String word) {
    ConsoleClient client = run("sendSignal", word, "web");
    assertThat(client.code()).isOne();
    assertThat(client.err()).contains("\"%s\" is not a signal: use a name".formatted(word));
    assertThat(services.received(SendSignal.class)).isEmpty();
  }

  @Test
  void resetReportsTheInstancesAndPrintsTheList() {
    ConsoleClient client = run("reset", "all");
    assertThat(client.code()).isZero();
    assertThat(client.out()).contains("[jpm] Reset the counters of web (id 0)", "online");
    services.problems = command -> command instanceof Reset ? List.of("no app 9") : List.of();
    assertThat(run("reset", "9").code()).isOne();
  }

  @Test
  void inspectNamesItsReplacement() {
    ConsoleClient client = run("inspect", "web");
    assertThat(client.code()).isOne();
    assertThat(client.err()).contains("jpm sendSignal SIGUSR1 web").hasLineCount(1);
  }

  @Test
  void attachIsACommandOfTheClient() {
    ConsoleClient client = run("attach", "0");
    assertThat(client.code()).isOne();
    assertThat(client.err()).contains("only the client bin/jpm can");
    assertThat(run("attach", "9", "--", "follow").code()).isOne();
  }

  @Test
  void attributeOptionsOfRestartAlterTheAppFirst() {
    ConsoleClient client =
        run("restart", "web", "--max-memory-restart", "200M", "--no-autorestart");
    assertThat(client.code()).as(client.err()).isZero();
    assertThat(described)
        .singleElement()
        .satisfies(attributes ->
            assertThat(attributes)
                .containsEntry("max_memory_restart", "200M")
                .containsEntry("autorestart", false)
                .doesNotContainKey("args"));
    assertThat(services.received(UpdateSpec.class))
        .singleElement()
        .satisfies(updateSpec -> {
          assertThat(updateSpec.app().value()).isEqualTo("web");
          assertThat(updateSpec.keys()).containsExactlyInAnyOrder("max_memory_restart", "restart");
        });
    List<Class<?>> order =
        services.received.stream()
            .<Class<?>>map(Object::getClass)
            .filter(it -> it == UpdateSpec.class || it == Act.class)
            .toList();
    assertThat(order).containsExactly(UpdateSpec.class, Act.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--time", "--log-date-format=HH:mm"})
  void newDateFormatKeepsJsonLogs(String option) {
    services.instances.add(Instances.online(7, Instances.withLogOptions("json"), 0));
    assertThat(run("restart", "json", option).code()).isZero();
    assertThat(described.getFirst()).containsEntry("log_type", "json");
    assertThat(run("restart", "json", option, "--log-type", "raw").code()).isZero();
    assertThat(described.getLast()).containsEntry("log_type", "raw");
    assertThat(run("restart", "web", option).code()).isZero();
    assertThat(described.getLast()).doesNotContainKey("log_type");
  }

  @Test
  void restartWithoutAttributeOptionsDoesNotAlterTheApp() {
    assertThat(run("restart", "web").code()).isZero();
    assertThat(services.received(UpdateSpec.class)).isEmpty();
  }

  @Test
  void nameAndInstancesAreNotAlteredByRestart() {
    ConsoleClient client = run("restart", "web", "--name", "other", "-i", "4");
    assertThat(client.code()).isZero();
    assertThat(client.err())
        .contains("--instances has no effect", "use jpm scale", "--name has no effect");
    assertThat(services.received(UpdateSpec.class)).isEmpty();
    assertThat(services.received(Act.class)).hasSize(1);
  }

  @Test
  void watchOptionOfRestartTurnsWatchingOn() {
    assertThat(run("restart", "web", "--watch").code()).isZero();
    assertThat(described.getFirst()).containsEntry("watch", true);
    assertThat(services.received(UpdateSpec.class).getFirst().keys()).containsExactly("watch");
  }

  @Test
  void parallelLimitsConcurrentRestarts() {
    ConsoleClient client = run("restart", "all", "--parallel", "1");
    assertThat(client.code()).isZero();
    assertThat(services.received(Act.class).stream().map(Act::targets).toList())
        .containsExactly(List.of("0"), List.of("1"));
    assertThat(client.out()).contains("Restarted job (id 1)", "Restarted web (id 0)");
    assertThat(run("restart", "all", "--parallel", "0").code()).isOne();
  }

  /// The fake God knows names and ids, but no scripts. The queries that it receives show how the
  /// path was resolved.
  @Test
  void relativePathIsResolvedInTheDirectoryOfTheCaller() {
    run("delete", "./app.js").code();
    assertThat(services.received(GodCommand.Show.class).stream().map(GodCommand.Show::targets))
        .contains(List.of("./app.js"), List.of("/home/me/app.js"));
  }
}
