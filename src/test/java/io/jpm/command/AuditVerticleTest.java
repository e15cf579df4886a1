package io.jpm.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.Audited;
import io.jpm.bus.BusCodec;
import io.jpm.config.Settings;
import io.jpm.model.Principal;
import io.jpm.model.Role;
import io.jpm.testing.Eventually;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AuditVerticleTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path home;

  /// One event loop: what it is given later comes later.
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  private volatile Settings.Log limits = new Settings.Log(10 << 20, 5);

  @BeforeEach
  void deploy() throws Exception {
    BusCodec.install(vertx);
    vertx
        .deployVerticle(new AuditVerticle(file(), () -> NOW, () -> limits))
        .await(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  private Path file() {
    return home.resolve("audit.log");
  }

  private void tell(String verb) {
    var who = new Principal("ci", Role.OPERATE, Set.of("web"));
    vertx
        .eventBus()
        .send(Addresses.AUDIT, new Audited(who, "127.0.0.1:4711", verb, List.of("web"), "done"));
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(file());
    } catch (NoSuchFileException beingReplaced) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void eachIsALineInOrderForTheOwnerOnly() throws IOException {
    for (int i = 0; i < 100; i++) {
      tell("stop" + i);
    }
    Eventually.await("all are written", LIMIT, () -> lines().size() == 100);
    for (int i = 0; i < 100; i++) {
      assertThat(new JsonObject(lines().get(i)).getString("verb")).isEqualTo("stop" + i);
    }
    assertThat(new JsonObject(lines().getFirst()))
        .isEqualTo(
            new JsonObject(
                """
                {"at":"2026-11-21T12:00:00Z","who":"ci","role":"operate","from":"127.0.0.1:4711",
                 "verb":"stop0","apps":["web"],"result":"done"}
                """));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void largeFilesMakeRoomAndTheOldestGoes() throws IOException {
    limits = new Settings.Log(64 << 10, 2);
    for (int round = 1; round <= 4; round++) {
      Files.write(file(), new byte[64 << 10]);
      tell("stop" + round);
      String last = "stop" + round;
      Eventually.await("it is rotated", LIMIT, () -> lines().toString().contains(last));
    }
    assertThat(home.toFile().list())
        .containsExactlyInAnyOrder("audit.log", "audit.log.1", "audit.log.2");
    assertThat(lines().getFirst()).contains("stop4");
  }

  @Test
  void ofALimitOfNoneOnlyTheNewestStays() throws IOException {
    limits = new Settings.Log(64 << 10, 0);
    Files.write(file(), new byte[64 << 10]);
    tell("stop");
    Eventually.await("it begins anew", LIMIT, () -> lines().toString().contains("stop"));
    assertThat(home.toFile().list()).containsExactly("audit.log");
  }

  @Test
  void whatASlowDiskDoesNotTakeIsCounted() throws Exception {
    // Nobody reads the pipe yet, so the first line waits and all others behind it.
    assertThat(new ProcessBuilder("mkfifo", file().toString()).start().waitFor()).isZero();
    for (int i = 0; i < AuditVerticle.MOST_WAITING + 50; i++) {
      tell("stop");
    }
    Promise<Void> taken = Promise.promise();
    vertx.getOrCreateContext().runOnContext(_ -> taken.complete());
    taken.future().await(LIMIT.toSeconds(), TimeUnit.SECONDS);
    // For writing, too: the end does not come when one line is written and the next is not open.
    try (var pipe = new RandomAccessFile(file().toFile(), "rw")) {
      for (int i = 0; i < AuditVerticle.MOST_WAITING; i++) {
        assertThat(new JsonObject(pipe.readLine()).containsKey("dropped")).isFalse();
      }
      tell("last");
      var last = new JsonObject(pipe.readLine());
      assertThat(last.getString("verb")).isEqualTo("last");
      assertThat(last.getInteger("dropped")).isEqualTo(50);
    }
  }
}
