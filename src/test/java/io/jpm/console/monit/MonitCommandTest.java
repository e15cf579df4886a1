package io.jpm.console.monit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.access.AuditRecord;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.satan.UsageLease;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.settings.AppDefaults;
import io.jpm.console.ConsoleClient;
import io.jpm.console.ConsoleVerticle;
import io.jpm.console.FakePrograms;
import io.jpm.console.FakeServices;
import io.jpm.console.Instances;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.ConsoleChunk;
import io.jpm.wire.ConsoleInput;
import io.jpm.wire.ConsoleRequest;
import io.jpm.wire.ConsoleRequest.Tty;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tests the daemon's side of `jpm monit` with the requests of `bin/jpm-monit`.
class MonitCommandTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Tty TERMINAL = new Tty(100, 30, false, true, true);

  @TempDir private Path home;
  private final Vertx vertx = Vertx.vertx();
  private final FakeServices services = new FakeServices(vertx);
  private final List<UsageLease> wanted = new CopyOnWriteArrayList<>();
  private final List<AuditRecord> audited = new CopyOnWriteArrayList<>();

  @BeforeEach
  void deploy() throws TimeoutException {
    BusCodec.install(vertx);
    vertx
        .eventBus()
        .<UsageLease>consumer(Addresses.USAGE_LEASES, message -> wanted.add(message.body()));
    vertx.eventBus().<AuditRecord>consumer(Addresses.AUDIT, message -> audited.add(message.body()));
    var context =
        new ConsoleContext(
            "1.2.3", 4711, "me", home, AppDefaults.PM2, () -> Instances.NOW, ConsoleTiming.DEFAULT);
    vertx
        .deployVerticle(new ConsoleVerticle(context, ScriptEvaluator.NONE, FakePrograms.NONE))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    services.instances.add(Instances.online(0, "web"));
    services.instances.add(Instances.stopped(1, "api"));
  }

  @AfterEach
  void close() throws TimeoutException {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  /// The client: it sends input and collects the output.
  private final class Client {
    private final StringBuilder printed = new StringBuilder();
    private Message<Object> last;

    Client(String... argv) throws TimeoutException {
      var request =
          new ConsoleRequest(List.of(argv), "/", Map.of("TERM", "xterm", "LANG", "C"), TERMINAL);
      last =
          vertx
              .eventBus()
              .request(Addresses.CONSOLE, request.toJson())
              .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
      receive();
    }

    private ConsoleChunk receive() {
      ConsoleChunk chunk = ConsoleChunk.fromJson((JsonObject) last.body());
      if (chunk instanceof ConsoleChunk.Out(String text)) {
        printed.append(text);
      }
      return chunk;
    }

    /// Sends the keys that were typed.
    ConsoleChunk type(String keys) {
      return send(new ConsoleInput(keys, 0, 0));
    }

    ConsoleChunk send(ConsoleInput input) {
      try {
        last =
            last.<Object>replyAndRequest(input.toJson())
                .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw new AssertionError("no answer; output so far: " + printed, e);
      }
      return receive();
    }

    /// Sends requests until the condition holds.
    void sendUntil(String what, BooleanSupplier condition) {
      Eventually.await(
          what,
          LIMIT,
          () -> {
            type("");
            return condition.getAsBoolean();
          },
          () -> printed);
    }

    void awaitPrinted(String text) {
      sendUntil(text + " is seen", () -> printed.indexOf(text) >= 0);
    }
  }

  @Test
  void appsAreDrawnAndLaterOnlyChangesAreSent() throws TimeoutException {
    var client = new Client("monit", "--", "screen");
    assertThat(client.printed).contains("\u001b[2J", "1 of 2 online", "web", "api");
    client.sendUntil("nothing changes", () -> client.type("") instanceof ConsoleChunk.KeepAlive);
    client.printed.setLength(0);
    client.type("j");
    assertThat(client.printed).contains(">").doesNotContain("\u001b[2J").doesNotContain("1.2.3");
    client.send(new ConsoleInput("", 60, 20));
    assertThat(client.printed).contains("\u001b[2J");
    assertThat(client.type("q")).isEqualTo(new ConsoleChunk.Code(0));
  }

  @Test
  void confirmedActionIsSentToGod() throws TimeoutException {
    var client = new Client("monit", "--", "screen");
    client.type("G");
    client.type("r");
    assertThat(services.received(GodCommand.Act.class)).isEmpty();
    client.type("y");
    client.awaitPrinted("restarting web (id 0): done");
    assertThat(services.received(GodCommand.Act.class))
        .containsExactly(new GodCommand.Act(GodCommand.Action.RESTART, List.of("0")));
    services.problems = _ -> List.of("web cannot be stopped now");
    client.type("sy");
    client.awaitPrinted("web cannot be stopped now");
    Eventually.await("both audit records", LIMIT, () -> audited.size() == 2);
    assertThat(audited)
        .extracting(told -> told.verb() + " " + told.apps() + " " + told.result())
        .containsExactly("restart [0] done", "stop [0] failed");
  }

  @Test
  void keysAreHandledWhileVerticlesDoNotAnswer() throws TimeoutException {
    var client = new Client("monit", "--", "screen");
    services.mute = true;
    services.satanSilent = true;
    client.type("ry");
    assertThat(client.printed).contains("restarting api (id 1)");
    client.type("?");
    assertThat(client.printed).contains("restart the instance");
    client.type("x");
    client.type("/we");
    assertThat(client.printed).contains("filter apps by name: we");
    assertThat(client.type("\u0003")).isEqualTo(new ConsoleChunk.Code(0));
  }

  @Test
  void logOfTheSelectedInstanceIsShownAndFollowed() throws TimeoutException {
    Path log = Instances.online(0, "web").outFile();
    services.past.add(
        new LogsReply.Line(log, Instances.NOW, "an old line", LogPosition.startOf(log)));
    var client = new Client("monit", "web", "--", "screen");
    client.awaitPrinted("an old line");
    client.sendUntil("a follower of the log", () -> services.isFollowed(log));
    services.printLine(log, "a new \u001b[2Jline");
    client.awaitPrinted("a new line");
  }

  @Test
  void logOfAnInstanceThatIsSkippedIsNotRead() throws TimeoutException {
    services.instances.add(Instances.online(2, "between"));
    var client = new Client("monit", "--", "screen");
    client.type("j");
    client.type("j");
    client.awaitPrinted("log of web");
    Path passed = Instances.online(2, "between").outFile();
    assertThat(services.received(LogsCommand.Seek.class))
        .noneMatch(seek -> seek.searches().stream().anyMatch(one -> one.log().equals(passed)));
  }

  @Test
  void usageIsSampledWhileTheScreenIsOpen() throws TimeoutException {
    var client = new Client("monit", "--", "screen");
    Eventually.await(
        "Satan is told", LIMIT, () -> wanted.stream().anyMatch(UsageLease::subscribed));
    JsonObject web = new JsonObject().put("id", 0).put("cpu", 12.5).put("memory", 3 << 20);
    vertx
        .eventBus()
        .publish(
            Addresses.USAGE,
            new JsonObject()
                .put("at", 1_000_000L)
                .put("system", new JsonObject().put("cores", 2).put("cpu", 50.0).put("load", 0.5))
                .put("instances", new JsonArray().add(web)));
    client.awaitPrinted("12.5%");
    client.awaitPrinted("3.0mb");
    client.awaitPrinted("cpu 25% of 2");
    client.type("q");
    client.last.reply(new JsonObject());
    Eventually.await("end of the usage request", LIMIT, () -> !wanted.getLast().subscribed());
  }

  @Test
  void clientThatCannotDrawIsToldTheAlternative() {
    ConsoleClient pipe = ConsoleClient.run(vertx, "monit", "--", "screen");
    assertThat(pipe.code()).isEqualTo(1);
    assertThat(pipe.err()).contains("jpm ls --json").hasLineCount(1);
    ConsoleClient other = ConsoleClient.run(vertx, ConsoleClient.WIDE, "monit");
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err()).contains("monit runs only through bin/jpm").hasLineCount(1);
    ConsoleClient dumb = ConsoleClient.run(vertx, ConsoleClient.WIDE, "dash", "--", "screen");
    assertThat(dumb.code()).isEqualTo(1);
    assertThat(dumb.err()).contains("TERM=").hasLineCount(1);
  }

  @Test
  void localeDeterminesTheCharacterSet() {
    assertThat(MonitCommand.isUnicode(Map.of("LANG", "de_DE.UTF-8"))).isTrue();
    assertThat(MonitCommand.isUnicode(Map.of("LANG", "de_DE.UTF-8", "LC_ALL", "C"))).isFalse();
    assertThat(MonitCommand.isUnicode(Map.of("LC_CTYPE", "C.utf8", "LANG", ""))).isTrue();
    assertThat(MonitCommand.isUnicode(Map.of())).isFalse();
  }
}
