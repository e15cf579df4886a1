package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.BusCodec;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogFilter;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogSearch;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.logs.LogsReply.Line;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.model.process.InstanceId;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests `jpm logs`, `flush`, `reloadLogs` and what `describe` reports of logs.
class LogsCommandsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Path DAEMON_LOG = Path.of("/home/me/.jpm/jpm.log");

  private final Vertx vertx = Vertx.vertx();
  private final FakeServices services = new FakeServices(vertx);
  private final InstanceView web = Instances.online(0, "web");
  private volatile Instant now = Instances.NOW;

  @BeforeEach
  void deploy() throws Exception {
    BusCodec.install(vertx);
    var console = Instances.console(ConsoleTiming.DEFAULT);
    var context =
        new ConsoleContext(
            console.version(),
            console.pid(),
            console.user(),
            console.home(),
            console.defaults(),
            () -> now,
            console.timing());
    vertx
        .deployVerticle(new ConsoleVerticle(context, ScriptEvaluator.NONE, FakePrograms.NONE))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    services.instances.add(web);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private ConsoleClient run(String line) {
    return ConsoleClient.run(vertx, line.split(" "));
  }

  private static void assertEnd(ConsoleClient client, int code) {
    assertThat(client.code())
        .describedAs("out: %s%nerr: %s", client.out(), client.err())
        .isEqualTo(code);
  }

  private LogsCommand.Seek runAndGetSearch(String line) {
    services.received.clear();
    assertEnd(run(line), 0);
    return services.received(LogsCommand.Seek.class).getFirst();
  }

  private static List<Path> logs(LogsCommand.Seek seek) {
    return seek.searches().stream().map(LogSearch::log).toList();
  }

  @Test
  void logOfTheDaemonIsPartOfAllLogs() {
    services.past.add(
        new Line(web.outFile(), Instances.NOW, "hello", LogPosition.startOf(web.outFile())));
    services.past.add(
        new Line(DAEMON_LOG, Instances.NOW, "a restart", LogPosition.startOf(DAEMON_LOG)));
    ConsoleClient client = ConsoleClient.run(vertx, ConsoleClient.WIDE, "logs", "--nostream");
    assertEnd(client, 0);
    assertThat(client.out()).endsWith("0|web | hello\njpm   | a restart\n");
    assertThat(logs(runAndGetSearch("logs all --nostream"))).contains(DAEMON_LOG);
    for (String without :
        List.of("web", "--raw", "--err", "--out", "--err --out", "--json", "--format")) {
      assertThat(logs(runAndGetSearch("logs --nostream " + without)))
          .describedAs(without)
          .doesNotContain(DAEMON_LOG)
          .isNotEmpty();
    }
  }

  @Test
  void optionsDetermineTheSearch() {
    LogsCommand.Seek plain = runAndGetSearch("logs --nostream");
    assertThat(plain.lines()).isEqualTo(15);
    assertThat(plain.filter()).isEqualTo(LogFilter.ALL);
    assertThat(plain.unfinished()).isTrue();
    LogsCommand.Seek seek =
        runAndGetSearch("logs web --nostream --since 10m --until 5m --grep a|b -i --lines 3");
    assertThat(seek.lines()).isEqualTo(3);
    assertThat(seek.filter())
        .isEqualTo(
            new LogFilter(
                Optional.of(Instant.parse("2026-03-04T09:50:00Z")),
                Optional.of(Instant.parse("2026-03-04T09:55:00Z")),
                Optional.of("a|b"),
                true));
    assertThat(runAndGetSearch("logs web --nostream --since 1d").lines()).isEqualTo(Long.MAX_VALUE);
    assertThat(runAndGetSearch("logs web --nostream --until 1d").lines()).isEqualTo(Long.MAX_VALUE);
    assertThat(runAndGetSearch("logs web --nostream --grep x").lines()).isEqualTo(15);
  }

  @Test
  void logsUntilAPastTimeAreNotFollowed() {
    services.past.add(
        new Line(web.outFile(), Instances.NOW, "hello", LogPosition.startOf(web.outFile())));
    ConsoleClient client = run("logs web --until 1m --raw");
    assertEnd(client, 0);
    assertThat(client.out()).isEqualTo("hello\n");
    assertThat(services.received(LogsCommand.Follow.class)).isEmpty();
  }

  @Test
  void logsUntilAFutureTimeAreFollowedUntilThen() {
    ConsoleClient client = run("logs web --until 2026-03-04T10:00:30Z --raw");
    Eventually.await("a follower", LIMIT, () -> services.isFollowed(web.outFile()));
    services.printLine(web.outFile(), "hello");
    now = Instances.NOW.plusSeconds(31);
    assertEnd(client, 0);
    assertThat(client.out()).isEqualTo("hello\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "logs --raw --json | --raw and --json cannot be combined: choose one",
        "logs --json --format | --json and --format cannot be combined: choose one",
        "logs --json --timestamp=HH:mm | --json and --timestamp cannot be combined: --json has a fixed format, so omit the other option",
        "logs --format --highlight x | --format and --highlight cannot be combined",
        "logs -i | --ignore-case requires --grep: add --grep PATTERN",
        "logs --since soon | --since \"soon\" is not a valid time: use a value such as 10m, 2h, 1d, 13:20",
        "logs --since 1m --until 2m | --since 1m is later than --until 2m: use an earlier time for --since",
        "logs --grep ( | --grep \"(\" is not a valid pattern: ",
        "logs --timestamp=web | --timestamp \"web\" is not a time format: use a format such as",
        "logs api web --timestamp web | --timestamp \"web\" is not a time format: use a format such as",
        "reloadLogs web | jpm reloadLogs does not accept \"web\""
      })
  void mistakesAreReportedInOneLine(String line, String sentence) {
    ConsoleClient client = run(line.strip());
    assertEnd(client, 1);
    assertThat(client.err().lines()).hasSize(1);
    assertThat(client.err()).startsWith("[jpm][ERROR] ").contains(sentence);
    assertThat(services.received).isEmpty();
  }

  @Test
  void nextPageIsReadWhenTheClientAnswers() {
    IntStream.range(0, 3_500)
        .forEach(i ->
            services.past.add(
                new Line(
                    web.outFile(),
                    Instances.NOW,
                    "line " + i,
                    LogPosition.startOf(web.outFile()))));
    ConsoleClient client = run("logs web --nostream --raw");
    assertEnd(client, 0);
    assertThat(client.out().lines())
        .isEqualTo(IntStream.range(0, 3_500).mapToObj(i -> "line " + i).toList());
    assertThat(services.received(LogsCommand.Read.class)).hasSize(4);
    ConsoleClient gone = run("logs web --nostream --raw");
    gone.disconnect();
    Eventually.await("an unanswered chunk", LIMIT, () -> !gone.chunks().isEmpty());
    assertEnd(run("ping"), 0);
    assertThat(services.received(LogsCommand.Read.class).size()).isLessThan(8);
  }

  @Test
  void jsonIsOneObjectPerLine() {
    services.past.add(
        new Line(
            web.errorFile(), Instances.NOW, "oh \"no\"", LogPosition.startOf(web.errorFile())));
    ConsoleClient client = run("logs --nostream --json");
    assertEnd(client, 0);
    assertThat(client.out())
        .isEqualTo(
            "{\"message\":\"oh \\\"no\\\"\",\"timestamp\":\"2026-03-04T10:00:00.000Z\",\"type\":\"err\",\"process_id\":0,\"app_name\":\"web\"}\n");
  }

  @Test
  void followingKeepsTheFilter() {
    ConsoleClient client = run("logs web --lines 0 --grep x");
    Eventually.await("a follower of web", LIMIT, () -> services.isFollowed(web.outFile()));
    LogsCommand.Follow follow = services.received(LogsCommand.Follow.class).getFirst();
    assertThat(follow.filter().grep()).contains("x");
    assertThat(services.received(LogsCommand.Seek.class).getFirst().unfinished()).isFalse();
    client.disconnect();
  }

  @Test
  void devNullIsNotALogFile() {
    services.instances.clear();
    services.instances.add(Instances.withOutFile(web, Path.of("/dev/null")));
    assertThat(logs(runAndGetSearch("logs web --nostream"))).containsExactly(web.errorFile());
  }

  // flush, reloadLogs, describe

  @Test
  void flushReportsWhoseLogsWereFlushed() {
    services.instances.add(Instances.online(1, "api"));
    services.instances.add(Instances.online(2, "api"));
    ConsoleClient client = run("flush");
    assertEnd(client, 0);
    assertThat(client.out())
        .isEqualTo(
            "[jpm] Flushed the logs of api (ids 1, 2)\n[jpm] Flushed the logs of web (id 0)\n");
    assertThat(services.received(LogsCommand.Flush.class))
        .containsExactly(
            new LogsCommand.Flush(
                List.of(new InstanceId(0), new InstanceId(1), new InstanceId(2))));
    assertEnd(run("flush api"), 0);
    assertThat(services.received(LogsCommand.Flush.class).getLast().ids())
        .containsExactly(new InstanceId(1), new InstanceId(2));
  }

  @Test
  void flushOfAnUnknownAppFails() {
    ConsoleClient client = run("flush nope");
    assertEnd(client, 1);
    assertThat(client.err())
        .isEqualTo("[jpm][ERROR] no app was found: run jpm ls to see all apps\n");
    assertThat(services.received(LogsCommand.Flush.class)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"flush", "flush all"})
  void flushWithoutAppsSucceeds(String line) {
    services.instances.clear();
    ConsoleClient client = run(line);
    assertEnd(client, 0);
    assertThat(client.out()).isEqualTo("[jpm] There are no log files to flush\n");
    assertThat(services.received(LogsCommand.Flush.class)).isEmpty();
  }

  @Test
  void reloadLogsReopensTheFiles() {
    ConsoleClient client = run("reloadLogs");
    assertEnd(client, 0);
    assertThat(client.out()).isEqualTo("[jpm] Reopened the log files\n");
    assertThat(services.received(LogsCommand.Reopen.class)).hasSize(1);
    services.logsProblem = Optional.of("/srv/x.log: Permission denied");
    ConsoleClient refused = run("reloadLogs");
    assertEnd(refused, 1);
    assertThat(refused.err()).isEqualTo("[jpm][ERROR] /srv/x.log: Permission denied\n");
  }

  @Test
  void describeReportsDroppedLinesOnlyIfThereAreSome() {
    ConsoleClient well = run("describe web");
    assertEnd(well, 0);
    assertThat(well.out()).doesNotContain("log lines dropped", "log problem");
    services.capture = new LogsReply.Status(12_345, 0, "disk full", OptionalLong.empty());
    ConsoleClient ill = run("describe web");
    assertEnd(ill, 0);
    assertThat(ill.out())
        .containsPattern("log lines dropped +│ 12,345 ")
        .containsPattern("log problem +│ disk full ");
  }
}
