package io.jpm.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.Audited;
import io.jpm.bus.BusCodec;
import io.jpm.model.Principal;
import io.jpm.model.Role;
import io.jpm.testing.Eventually;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
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
import org.junit.jupiter.api.io.TempDir;

class AuditVerticleTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path home;
  private final Vertx vertx = Vertx.vertx();

  @BeforeEach
  void deploy() throws Exception {
    BusCodec.install(vertx);
    vertx.deployVerticle(new AuditVerticle(file(), () -> NOW)).await(10, TimeUnit.SECONDS);
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
      return Files.exists(file()) ? Files.readAllLines(file()) : List.of();
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
  void aLargeFileMakesRoom() throws IOException {
    Files.write(file(), new byte[AuditVerticle.MOST_BYTES]);
    tell("stop");
    Path older = home.resolve("audit.log.1");
    Eventually.await("it is rotated", LIMIT, () -> Files.exists(older) && lines().size() == 1);
    assertThat(older).hasSize(AuditVerticle.MOST_BYTES);
  }
}
