package io.jpm.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.config.settings.Settings;
import io.jpm.config.settings.SettingsReader;
import io.jpm.model.LogLimits;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SettingsWatchVerticleTest {
  private static final Path INSTALLED = Path.of("conf/jpm.json");
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration NEVER = Duration.ofHours(1);

  @TempDir Path dir;
  private final List<LogsCommand> sent = new CopyOnWriteArrayList<>();
  private final List<Settings> inForce = new CopyOnWriteArrayList<>();
  private final List<JsonObject> published = new CopyOnWriteArrayList<>();
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger logger = Logger.getLogger("jpm.settings");
  private final Handler handler = new Lines();
  private volatile LogsReply answer = new LogsReply.Done();
  private MessageConsumer<LogsCommand> aggregator;
  private Vertx vertx;
  private Path home;

  private final class Lines extends Handler {
    @Override
    public void publish(LogRecord line) {
      lines.add(line.getLevel() + " " + new SimpleFormatter().formatMessage(line));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void begin() {
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    home = dir.resolve("jpm.json");
    vertx = Vertx.vertx();
    BusCodec.install(vertx);
    listen();
    vertx
        .eventBus()
        .<JsonObject>consumer(Addresses.SETTINGS, message -> published.add(message.body()));
  }

  /// Registers a minimal LogAggregator.
  private void listen() {
    aggregator =
        vertx
            .eventBus()
            .consumer(
                Addresses.LOGS_COMMAND,
                message -> {
                  sent.add(message.body());
                  message.reply(answer);
                });
  }

  @AfterEach
  void end() {
    await(vertx.close());
    logger.removeHandler(handler);
  }

  private static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
    } catch (Exception error) {
      throw new AssertionError(error);
    }
  }

  /// Deploys a watch that checks only on request, after it has seen the current files.
  private SettingsWatchVerticle watch() {
    SettingsWatchVerticle watch = watch(NEVER);
    check(watch, 2);
    return watch;
  }

  private SettingsWatchVerticle watch(Duration pause) {
    var watch =
        new SettingsWatchVerticle(
            INSTALLED, home, SettingsReader.read(INSTALLED, home), pause, inForce::add);
    await(vertx.deployVerticle(watch));
    return watch;
  }

  private static void check(SettingsWatchVerticle watch, int times) {
    for (int i = 0; i < times; i++) {
      await(watch.check());
    }
  }

  private void write(String text) throws IOException {
    Files.writeString(home, text);
  }

  private List<Long> maxSizes() {
    return sent.stream().map(command -> ((LogsCommand.Limits) command).perApp().maxSize()).toList();
  }

  @Test
  void changedLimitsAreSentSoon() throws IOException {
    watch(Duration.ofMillis(10));
    write("{\"logs\": {\"max_size\": \"3M\"}}");
    Eventually.await(
        "the changed limits are sent",
        LONG,
        () -> maxSizes().equals(List.of(3L << 20)),
        () -> sent);
    Files.delete(home);
    Eventually.await("the default limits are sent", LONG, () -> sent.size() == 2, () -> sent);
    assertThat(sent.getLast())
        .isEqualTo(SettingsWatchVerticle.limits(SettingsReader.read(INSTALLED, home).settings()));
    assertThat(((LogsCommand.Limits) sent.getLast()).perApp()).isEqualTo(LogLimits.DEFAULT);
  }

  @Test
  void unchangedSettingsAreNeitherSentNorLogged() throws IOException {
    write("{\"logs\": {\"max_size\": \"3M\"}, \"bridge\": {\"port\": 7070}}");
    SettingsWatchVerticle watch = watch();
    write("{\"bridge\": {\"port\": 7070},\n\"logs\": {\"max_size\": \"3072K\"}}");
    check(watch, 3);
    assertThat(sent).isEmpty();
    assertThat(lines).isEmpty();
  }

  @Test
  void editBeforeTheFirstCheckIsDetected() throws IOException {
    SettingsWatchVerticle watch = watch(NEVER);
    write("{\"logs\": {\"max_size\": \"3M\"}}");
    check(watch, 2);
    assertThat(maxSizes()).containsExactly(3L << 20);
    assertThat(lines).containsExactly("INFO settings edited: logs.max_size 50M -> 3M: in effect");
  }

  @Test
  void mistakeChangesNoSettingsAndIsLoggedOnceWithItsLine() throws IOException {
    SettingsWatchVerticle watch = watch();
    write("{\"logs\": {\n\"max_size\": \"3M\",\n\"keep\": \"x\", \"kep\": 1}}");
    check(watch, 5);
    assertThat(sent).isEmpty();
    assertThat(lines)
        .containsExactly(
            "WARNING the edited settings are not valid, so the previous settings remain in effect: "
                + home
                + ":3: logs.keep: \"x\" is not valid: use 0 for no limit, or a whole number (and 1 more)");
    write("{\"logs\": {\n\"max_size\": \"3M\"}}");
    check(watch, 5);
    assertThat(maxSizes()).containsExactly(3L << 20);
    assertThat(lines)
        .hasSize(3)
        .endsWith(
            "INFO the settings are valid again",
            "INFO settings edited: logs.max_size 50M -> 3M: in effect");
  }

  @Test
  void settingsThatNeedARestartAreNamed() throws IOException {
    SettingsWatchVerticle watch = watch();
    write("{\"bridge\": {\"port\": 7070}, \"log\": {\"keep\": 1}, \"logs\": {\"keep\": 1}}");
    check(watch, 3);
    assertThat(lines)
        .containsExactly(
            "INFO settings edited: bridge.port 0 -> 7070: takes effect at the next start of the daemon (run jpm update); "
                + "log.keep 5 -> 1: in effect; logs.keep 20 -> 1: in effect");
    assertThat(inForce).singleElement().extracting(it -> it.log().keep()).isEqualTo(1);
    write("{\"bridge\": {\"port\": 7070}, \"log\": {\"keep\": 1}}");
    check(watch, 3);
    assertThat(lines)
        .hasSize(2)
        .last()
        .isEqualTo("INFO settings edited: logs.keep 1 -> 20: in effect");
    write("{}");
    check(watch, 3);
    assertThat(lines)
        .last()
        .isEqualTo(
            "INFO settings edited: bridge.port 7070 -> 0: in effect; log.keep 1 -> 5: in effect");
  }

  @Test
  void changesAndProblemsArePublished() throws IOException {
    SettingsWatchVerticle watch = watch();
    write("{\"bridge\": {\"port\": 7070}, \"defaults\": {\"max_restarts\": 3}}");
    check(watch, 3);
    Eventually.await(
        "the changes are published", LONG, () -> published.size() == 1, () -> published);
    assertThat(published.getFirst())
        .isEqualTo(
            new JsonObject(
                """
                {"v": 1, "problems": [], "changes": [
                  {"key": "bridge.port", "from": "0", "to": "7070", "in_force": false},
                  {"key": "defaults.max_restarts", "from": "16", "to": "3", "in_force": true}]}
                """));
    assertThat(inForce.getFirst().appDefaults().restart().maxRestarts()).isEqualTo(3);
    write("{\"bridge\":\n {\"port\": 70700},\n\"a\": 1}");
    check(watch, 3);
    Eventually.await(
        "the problems are published", LONG, () -> published.size() == 2, () -> published);
    assertThat(published.getLast().getJsonArray("changes")).isEmpty();
    assertThat(published.getLast().getJsonArray("problems"))
        .hasSize(2)
        .first()
        .isEqualTo(
            home + ":2: bridge.port: 70700 is not valid: use a whole number from 0 to 65535");
    assertThat(inForce).hasSize(1);
  }

  @Test
  void fileWrittenInPiecesIsReadWhenComplete() throws IOException {
    SettingsWatchVerticle watch = watch();
    for (String piece :
        List.of("{\"logs\"", "{\"logs\": {\"keep\": 4", "{\"logs\": {\"keep\": 45")) {
      write(piece);
      check(watch, 1);
    }
    write("{\"logs\": {\"keep\": 456}}");
    check(watch, 2);
    assertThat(lines).containsExactly("INFO settings edited: logs.keep 20 -> 456: in effect");
    assertThat(((LogsCommand.Limits) sent.getFirst()).perApp().keep()).isEqualTo(456);
  }

  @Test
  void briefAbsenceOfTheFileIsIgnored() throws IOException {
    write("{\"logs\": {\"max_size\": \"3M\"}}");
    SettingsWatchVerticle watch = watch();
    Files.delete(home);
    check(watch, 1);
    write("{\"logs\": {\"max_size\": \"4M\"}}");
    check(watch, 3);
    assertThat(maxSizes()).containsExactly(4L << 20);
  }

  @Test
  void replacedFileIsDetectedWhateverItsTime() throws IOException {
    write("{\"logs\": {\"max_size\": \"3M\"}}");
    Files.setLastModifiedTime(home, FileTime.fromMillis(1_700_000_000_000L));
    SettingsWatchVerticle watch = watch();
    Path next = Files.writeString(dir.resolve("next"), "{\"logs\": {\"max_size\": \"4M\"}}");
    Files.setLastModifiedTime(next, FileTime.fromMillis(1_700_000_000_000L));
    Files.move(next, home, StandardCopyOption.ATOMIC_MOVE);
    check(watch, 2);
    assertThat(maxSizes()).containsExactly(4L << 20);
  }

  @Test
  void refusedSettingsAreLoggedAndSentAgain() throws IOException {
    SettingsWatchVerticle watch = watch();
    answer = new LogsReply.Failed("no memory");
    write("{\"logs\": {\"max_size\": \"3M\"}}");
    check(watch, 2);
    assertThat(maxSizes()).containsExactly(3L << 20);
    assertThat(lines)
        .containsExactly(
            "WARNING the changed settings logs.max_size were not applied and will be retried: no memory");
    answer = new LogsReply.Done();
    check(watch, 3);
    assertThat(maxSizes()).containsExactly(3L << 20, 3L << 20);
    assertThat(lines)
        .hasSize(2)
        .last()
        .isEqualTo("INFO settings edited: logs.max_size 50M -> 3M: in effect");
  }

  @Test
  void unansweredSettingsAreSentAgain() throws IOException {
    SettingsWatchVerticle watch = watch();
    await(aggregator.unregister());
    write("{\"logs\": {\"max_size\": \"3M\"}}");
    check(watch, 2);
    assertThat(lines).singleElement().asString().startsWith("WARNING").contains("logs.max_size");
    listen();
    check(watch, 2);
    assertThat(maxSizes()).containsExactly(3L << 20);
  }
}
