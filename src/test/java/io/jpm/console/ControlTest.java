package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.BusCodec;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Act;
import io.jpm.bus.god.GodCommand.Alter;
import io.jpm.bus.god.GodCommand.Reset;
import io.jpm.bus.god.GodCommand.Send;
import io.jpm.bus.god.GodCommand.SendSignal;
import io.jpm.config.AppsOutcome;
import io.jpm.config.command.CallerContext;
import io.jpm.console.file.AppSource;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.model.run.Signal;
import io.jpm.testing.Patience;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `send`, `message`, `sendSignal`, `reset`, `inspect`, and options of apps given with `restart`.
@Timeout(60)
class ControlTest {
  private final Vertx vertx = Vertx.vertx();
  private final FakeRooms rooms = new FakeRooms(vertx);
  private final List<Map<String, Object>> described = new CopyOnWriteArrayList<>();

  @BeforeEach
  void deploy() throws InterruptedException, ExecutionException, TimeoutException {
    BusCodec.install(vertx);
    vertx
        .deployVerticle(
            new ConsoleVerticle(
                Instances.console(ConsoleTiming.DEFAULT), new OneScript(), FakePrograms.NO_TOOLS))
        .toCompletionStage()
        .toCompletableFuture()
        .get(Patience.seconds(10), TimeUnit.SECONDS);
    rooms.instances.add(Instances.online(0, "web"));
    rooms.instances.add(Instances.online(1, "job"));
  }

  @AfterEach
  void close() throws InterruptedException, ExecutionException, TimeoutException {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(Patience.seconds(10), TimeUnit.SECONDS);
  }

  private final class OneScript implements AppSource {
    @Override
    public boolean isProcessFile(String word) {
      return word.endsWith(".json");
    }

    @Override
    public AppsOutcome fromFile(
        Path path, Optional<String> environment, CallerContext callerContext) {
      throw new AssertionError("no file is asked for");
    }

    @Override
    public AppsOutcome fromStdin(
        byte[] content, Optional<String> environment, CallerContext callerContext) {
      throw new AssertionError("nothing is piped in");
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
    assertThat(rooms.asked(GodCommand.Type.class))
        .containsExactly(new GodCommand.Type("0", "hello you\n"));
  }

  @Test
  void whatFollowsTheDashesIsSentAsItIs() {
    assertThat(run("send", "-s", "--separator=;", "web", "--", "--json").code()).isZero();
    assertThat(run("send", "web", "--", "").code()).isZero();
    assertThat(rooms.asked(GodCommand.Type.class))
        .containsExactly(new GodCommand.Type("web", "--json;"), new GodCommand.Type("web", "\n"));
  }

  @Test
  void aLineThatCannotBeSentIsAFailure() {
    rooms.problems =
        command -> command instanceof GodCommand.Type ? List.of("it is stopped") : List.of();
    ConsoleClient client = run("send", "web", "x");
    assertThat(client.code()).isOne();
    assertThat(client.err()).isEqualTo("[jpm][ERROR] it is stopped\n");
    ConsoleClient lacking = run("send", "web");
    assertThat(lacking.code()).isOne();
    assertThat(lacking.err()).contains("send takes an app and a line");
  }

  @Test
  void messageSpeaksOverTheChannel() {
    ConsoleClient client = run("message", "web", "{ \"a\" : 1 }");
    assertThat(client.code()).isZero();
    assertThat(rooms.asked(Send.class)).containsExactly(new Send(List.of("web"), "{\"a\":1}"));
  }

  @ParameterizedTest
  @CsvSource({"SIGUSR2,SIGUSR2", "usr2,SIGUSR2", "HUP,SIGHUP", "10,SIGUSR1"})
  void aSignalGoesByNameOrNumber(String word, Signal signal) {
    ConsoleClient client = run("sendSignal", word, "0", "job");
    assertThat(client.code()).isZero();
    assertThat(rooms.asked(SendSignal.class))
        .containsExactly(new SendSignal(List.of("0", "job"), signal));
    assertThat(client.out()).contains("Sent %s to web (id 0)".formatted(signal));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SIGNOSUCH", "0", "64", ""})
  void whatIsNoSignalIsRefused(String word) {
    ConsoleClient client = run("sendSignal", word, "web");
    assertThat(client.code()).isOne();
    assertThat(client.err()).contains("signal \"%s\": use a name".formatted(word));
    assertThat(rooms.asked(SendSignal.class)).isEmpty();
  }

  @Test
  void resetSaysWhoseCountersAndShowsTheList() {
    ConsoleClient client = run("reset", "all");
    assertThat(client.code()).isZero();
    assertThat(client.out()).contains("[jpm] Reset the counters of web (id 0)", "online");
    rooms.problems = command -> command instanceof Reset ? List.of("no app 9") : List.of();
    assertThat(run("reset", "9").code()).isOne();
  }

  @Test
  void inspectSaysWhatToUseInstead() {
    ConsoleClient client = run("inspect", "web");
    assertThat(client.code()).isOne();
    assertThat(client.err()).contains("jpm sendSignal SIGUSR1 web").hasLineCount(1);
  }

  @Test
  void attachIsTheScriptsAffair() {
    ConsoleClient client = run("attach", "0");
    assertThat(client.code()).isOne();
    assertThat(client.err()).contains("bin/jpm runs this command itself");
    assertThat(run("attach", "9", "--", "follow").code()).isOne();
  }

  @Test
  void optionsOfAppsGivenWithARestartChangeTheAppFirst() {
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
    assertThat(rooms.asked(Alter.class))
        .singleElement()
        .satisfies(alter -> {
          assertThat(alter.app().value()).isEqualTo("web");
          assertThat(alter.keys()).containsExactlyInAnyOrder("max_memory_restart", "restart");
        });
    List<Class<?>> order =
        rooms.asked.stream()
            .<Class<?>>map(Object::getClass)
            .filter(it -> it == Alter.class || it == Act.class)
            .toList();
    assertThat(order).containsExactly(Alter.class, Act.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--time", "--log-date-format=HH:mm"})
  void anotherDateLeavesLinesTheObjectsTheyAre(String option) {
    rooms.instances.add(Instances.online(7, Instances.logging("json"), 0));
    assertThat(run("restart", "json", option).code()).isZero();
    assertThat(described.getFirst()).containsEntry("log_type", "json");
    assertThat(run("restart", "json", option, "--log-type", "raw").code()).isZero();
    assertThat(described.getLast()).containsEntry("log_type", "raw");
    assertThat(run("restart", "web", option).code()).isZero();
    assertThat(described.getLast()).doesNotContainKey("log_type");
  }

  @Test
  void withoutSuchOptionsNothingIsChanged() {
    assertThat(run("restart", "web").code()).isZero();
    assertThat(rooms.asked(Alter.class)).isEmpty();
  }

  @Test
  void whatAnAppIsStaysAsItIs() {
    ConsoleClient client = run("restart", "web", "--name", "other", "-i", "4");
    assertThat(client.code()).isZero();
    assertThat(client.err())
        .contains("--instances has no effect", "use jpm scale", "--name has no effect");
    assertThat(rooms.asked(Alter.class)).isEmpty();
    assertThat(rooms.asked(Act.class)).hasSize(1);
  }

  @Test
  void watchAloneTurnsItOnWhereItIsOff() {
    assertThat(run("restart", "web", "--watch").code()).isZero();
    assertThat(described.getFirst()).containsEntry("watch", true);
    assertThat(rooms.asked(Alter.class).getFirst().keys()).containsExactly("watch");
  }

  @Test
  void soManyAreRestartedAtATime() {
    ConsoleClient client = run("restart", "all", "--parallel", "1");
    assertThat(client.code()).isZero();
    assertThat(rooms.asked(Act.class).stream().map(Act::targets).toList())
        .containsExactly(List.of("0"), List.of("1"));
    assertThat(client.out()).contains("Restarted job (id 1)", "Restarted web (id 0)");
    assertThat(run("restart", "all", "--parallel", "0").code()).isOne();
  }

  /// The fake room of God knows names and ids, not scripts, so that what is asked tells.
  @Test
  void aPathIsSeenFromWhereTheCallerIs() {
    run("delete", "./app.js").code();
    assertThat(rooms.asked(GodCommand.Show.class).stream().map(GodCommand.Show::targets))
        .contains(List.of("./app.js"), List.of("/home/me/app.js"));
  }
}
