package io.jpm.console.monit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.access.AuditRecord;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.satan.UsageDemand;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.settings.AppDefaults;
import io.jpm.console.ConsoleClient;
import io.jpm.console.ConsoleVerticle;
import io.jpm.console.FakePrograms;
import io.jpm.console.FakeRooms;
import io.jpm.console.Instances;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.testing.Eventually;
import io.jpm.testing.Patience;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The daemon's half of `jpm monit`, asked as `bin/jpm-monit` asks.
@Timeout(60)
class MonitCommandTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Tty TERMINAL = new Tty(100, 30, false, true, true);

  @TempDir private Path home;
  private final Vertx vertx = Vertx.vertx();
  private final FakeRooms rooms = new FakeRooms(vertx);
  private final List<UsageDemand> wanted = new CopyOnWriteArrayList<>();
  private final List<AuditRecord> audited = new CopyOnWriteArrayList<>();

  @BeforeEach
  void deploy() throws TimeoutException {
    BusCodec.install(vertx);
    vertx
        .eventBus()
        .<UsageDemand>consumer(Addresses.USAGE_WANTED, message -> wanted.add(message.body()));
    vertx.eventBus().<AuditRecord>consumer(Addresses.AUDIT, message -> audited.add(message.body()));
    var context =
        new ConsoleContext(
            "1.2.3", 4711, "me", home, AppDefaults.PM2, () -> Instances.NOW, ConsoleTiming.DEFAULT);
    vertx
        .deployVerticle(new ConsoleVerticle(context, ScriptEvaluator.NONE, FakePrograms.NONE))
        .await(Patience.seconds(10), TimeUnit.SECONDS);
    rooms.instances.add(Instances.online(0, "web"));
    rooms.instances.add(Instances.stopped(1, "api"));
  }

  @AfterEach
  void close() throws TimeoutException {
    vertx.close().await(Patience.seconds(10), TimeUnit.SECONDS);
  }

  /// The thin client: it asks, and what it is told it prints.
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
              .await(Patience.seconds(10), TimeUnit.SECONDS);
      take();
    }

    private ConsoleChunk take() {
      ConsoleChunk chunk = ConsoleChunk.fromJson((JsonObject) last.body());
      if (chunk instanceof ConsoleChunk.Out(String text)) {
        printed.append(text);
      }
      return chunk;
    }

    /// Says what was typed.
    ConsoleChunk type(String keys) {
      return say(new ConsoleInput(keys, 0, 0));
    }

    ConsoleChunk say(ConsoleInput input) {
      try {
        last =
            last.<Object>replyAndRequest(input.toJson())
                .await(Patience.seconds(10), TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw new AssertionError("no answer; so far " + printed, e);
      }
      return take();
    }

    /// Asks until it is so.
    void until(String what, BooleanSupplier condition) {
      Eventually.await(
          what,
          LIMIT,
          () -> {
            type("");
            return condition.getAsBoolean();
          },
          () -> printed);
    }

    void untilSeen(String text) {
      until(text + " is seen", () -> printed.indexOf(text) >= 0);
    }
  }

  @Test
  void appsAreDrawnAndOnlyWhatChangesIsSentLater() throws TimeoutException {
    var client = new Client("monit", "--", "screen");
    assertThat(client.printed).contains("\u001b[2J", "1 of 2 online", "web", "api");
    client.until("nothing changes", () -> client.type("") instanceof ConsoleChunk.Wait);
    client.printed.setLength(0);
    client.type("j");
    assertThat(client.printed).contains(">").doesNotContain("\u001b[2J").doesNotContain("1.2.3");
    client.say(new ConsoleInput("", 60, 20));
    assertThat(client.printed).contains("\u001b[2J");
    assertThat(client.type("q")).isEqualTo(new ConsoleChunk.Code(0));
  }

  @Test
  void godIsAskedToDoWhatWasConfirmed() throws TimeoutException {
    var client = new Client("monit", "--", "screen");
    client.type("G");
    client.type("r");
    assertThat(rooms.asked(GodCommand.Act.class)).isEmpty();
    client.type("y");
    client.untilSeen("restarting web (id 0): done");
    assertThat(rooms.asked(GodCommand.Act.class))
        .containsExactly(new GodCommand.Act(GodCommand.Action.RESTART, List.of("0")));
    rooms.problems = _ -> List.of("web cannot be stopped now");
    client.type("sy");
    client.untilSeen("web cannot be stopped now");
    Eventually.await("both are told", LIMIT, () -> audited.size() == 2);
    assertThat(audited)
        .extracting(told -> told.verb() + " " + told.apps() + " " + told.result())
        .containsExactly("restart [0] done", "stop [0] failed");
  }

  @Test
  void keysAreAnsweredWhileNobodyElseAnswers() throws TimeoutException {
    var client = new Client("monit", "--", "screen");
    rooms.mute = true;
    rooms.satanSilent = true;
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
  void theSelectedLogIsShownAndFollowed() throws TimeoutException {
    Path log = Instances.online(0, "web").outFile();
    rooms.past.add(new LogsReply.Line(log, Instances.NOW, "an old line", LogPosition.nowhere(log)));
    var client = new Client("monit", "web", "--", "screen");
    client.untilSeen("an old line");
    client.until("it is followed", () -> rooms.isFollowed(log));
    rooms.print(log, "a new \u001b[2Jline");
    client.untilSeen("a new line");
  }

  @Test
  void whoIsOnlyPassedIsNotAskedForItsLog() throws TimeoutException {
    rooms.instances.add(Instances.online(2, "between"));
    var client = new Client("monit", "--", "screen");
    client.type("j");
    client.type("j");
    client.untilSeen("log of web");
    Path passed = Instances.online(2, "between").outFile();
    assertThat(rooms.asked(LogsCommand.Seek.class))
        .noneMatch(seek -> seek.searches().stream().anyMatch(one -> one.log().equals(passed)));
  }

  @Test
  void satanLooksAsLongAsTheScreenIsThere() throws TimeoutException {
    var client = new Client("monit", "--", "screen");
    Eventually.await("Satan is told", LIMIT, () -> wanted.stream().anyMatch(UsageDemand::wanted));
    JsonObject web = new JsonObject().put("id", 0).put("cpu", 12.5).put("memory", 3 << 20);
    vertx
        .eventBus()
        .publish(
            Addresses.USAGE,
            new JsonObject()
                .put("at", 1_000_000L)
                .put("system", new JsonObject().put("cores", 2).put("cpu", 50.0).put("load", 0.5))
                .put("instances", new JsonArray().add(web)));
    client.untilSeen("12.5%");
    client.untilSeen("3.0mb");
    client.untilSeen("cpu 25% of 2");
    client.type("q");
    client.last.reply(new JsonObject());
    Eventually.await("Satan is told the end", LIMIT, () -> !wanted.getLast().wanted());
  }

  @Test
  void whoCannotDrawIsToldWhatElseThereIs() {
    ConsoleClient pipe = ConsoleClient.run(vertx, "monit", "--", "screen");
    assertThat(pipe.code()).isEqualTo(1);
    assertThat(pipe.err()).contains("jpm ls --json").hasLineCount(1);
    ConsoleClient other = ConsoleClient.run(vertx, ConsoleClient.WIDE, "monit");
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err()).contains("bin/jpm runs this command itself").hasLineCount(1);
    ConsoleClient dumb = ConsoleClient.run(vertx, ConsoleClient.WIDE, "dash", "--", "screen");
    assertThat(dumb.code()).isEqualTo(1);
    assertThat(dumb.err()).contains("TERM=").hasLineCount(1);
  }

  @Test
  void theLocaleTellsWhichCharactersThereAre() {
    assertThat(MonitCommand.isUnicode(Map.of("LANG", "de_DE.UTF-8"))).isTrue();
    assertThat(MonitCommand.isUnicode(Map.of("LANG", "de_DE.UTF-8", "LC_ALL", "C"))).isFalse();
    assertThat(MonitCommand.isUnicode(Map.of("LC_CTYPE", "C.utf8", "LANG", ""))).isTrue();
    assertThat(MonitCommand.isUnicode(Map.of())).isFalse();
  }
}
