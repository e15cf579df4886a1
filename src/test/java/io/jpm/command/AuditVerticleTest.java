package io.jpm.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.access.AuditCommand;
import io.jpm.bus.access.AuditRecord;
import io.jpm.bus.access.AuditReply;
import io.jpm.config.settings.Settings;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.os.linux.DatagramReceiver;
import io.jpm.os.linux.notify.LinuxSystemLog;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AuditVerticleTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private static final Principal CI = new Principal("ci", Role.OPERATE, Set.of("web"));
  private static final Principal OTHER = new Principal("other", Role.OPERATE, Set.of());

  @TempDir Path home;

  /// One event loop, so that tasks submitted later run later.
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  private final AtomicLong nanos = new AtomicLong();
  private volatile CountDownLatch disk = new CountDownLatch(0);
  private final LinuxSystemLog system = new LinuxSystemLog();
  private volatile String socket = "";
  private volatile Settings.Log limits = new Settings.Log(10 << 20, 5);

  private Optional<String> toSyslog(byte[] datagram) {
    return socket.isEmpty() ? Optional.empty() : system.send(socket, datagram);
  }

  @BeforeEach
  void deploy() throws Exception {
    BusCodec.install(vertx);
    vertx
        .deployVerticle(
            new AuditVerticle(
                home, () -> NOW, this::limits, this::toSyslog, nanos::get, Duration.ofMillis(100)))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private void redeploy() throws Exception {
    for (String id : vertx.deploymentIDs()) {
      vertx.undeploy(id).await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    }
    vertx
        .deployVerticle(
            new AuditVerticle(
                home, () -> NOW, this::limits, this::toSyslog, nanos::get, Duration.ofMillis(100)))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  /// Called before each line is written. It can therefore simulate a slow disk.
  private Settings.Log limits() {
    try {
      disk.await();
      return limits;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private Path file() {
    return home.resolve("audit.log");
  }

  private Path refusedFile() {
    return home.resolve("audit-refused.log");
  }

  private void audit(String verb) {
    audit(CI, verb, "done");
  }

  private void audit(Principal who, String verb, String result) {
    vertx
        .eventBus()
        .send(
            Addresses.AUDIT, new AuditRecord(who, "127.0.0.1:4711", verb, List.of("web"), result));
  }

  private AuditReply verify() {
    try {
      return vertx
          .eventBus()
          .<AuditReply>request(Addresses.AUDIT_COMMAND, new AuditCommand())
          .await(TestDeadline.scaledSeconds(LIMIT.toSeconds()), TimeUnit.SECONDS)
          .body();
    } catch (TimeoutException late) {
      throw new AssertionError(late);
    }
  }

  /// Returns the location where the hash chain is broken, without the path of the home.
  private String brokenLocation() {
    return verify().broken().orElseThrow().replace(home + "/", "");
  }

  /// Writes `count` lines of the owner and waits until they are in the file.
  private void writeLines(int count) {
    for (int i = 0; i < count; i++) {
      audit(Principal.OWNER, "stop", "done");
    }
    assertThat(verify().broken()).isEmpty();
  }

  private List<String> lines() {
    return lines(file());
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException beingReplaced) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void recordsAreWrittenInOrderAndReadableOnlyByTheOwner() throws IOException {
    for (int i = 0; i < 100; i++) {
      audit("stop" + i);
    }
    Eventually.await("100 lines", LIMIT, () -> lines().size() == 100);
    for (int i = 0; i < 100; i++) {
      assertThat(new JsonObject(lines().get(i)).getString("verb")).isEqualTo("stop" + i);
    }
    JsonObject first = new JsonObject(lines().getFirst());
    assertThat(first.remove("n")).isEqualTo(1);
    assertThat(first.remove("prev")).isEqualTo("0".repeat(64));
    assertThat((String) first.remove("hash")).matches("[0-9a-f]{64}");
    assertThat(first)
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
  void rotationDeletesTheOldestFileAndContinuesTheHashChain() throws IOException {
    limits = new Settings.Log(8 << 10, 2);
    for (int i = 0; i < 150; i++) {
      audit(Principal.OWNER, "stop" + i, "done");
    }
    AuditReply reply = verify();
    assertThat(reply.broken()).isEmpty();
    assertThat(reply.lines()).isBetween(40L, 110L);
    assertThat(home.toFile().list())
        .containsExactlyInAnyOrder("audit.log", "audit.log.1", "audit.log.2", "audit.log.head");
    assertThat(lines().getLast()).contains("stop149");
    assertThat(Files.size(home.resolve("audit.log.2"))).isLessThanOrEqualTo(8 << 10);
  }

  @Test
  void limitOfZeroRotatedFilesKeepsOnlyTheCurrentFile() {
    limits = new Settings.Log(8 << 10, 0);
    writeLines(100);
    assertThat(home.toFile().list()).containsExactlyInAnyOrder("audit.log", "audit.log.head");
    assertThat(new JsonObject(lines().getLast()).getInteger("n")).isEqualTo(100);
  }

  @Test
  void recordsDroppedBecauseOfASlowDiskAreCounted() throws Exception {
    disk = new CountDownLatch(1);
    for (int i = 0; i < AuditVerticle.MOST_WAITING + 50; i++) {
      audit(Principal.OWNER, "stop", "done");
    }
    Promise<Void> taken = Promise.promise();
    vertx.getOrCreateContext().runOnContext(_ -> taken.complete());
    taken.future().await(TestDeadline.scaledSeconds(LIMIT.toSeconds()), TimeUnit.SECONDS);
    disk.countDown();
    Eventually.await(
        "all lines that were not dropped",
        Duration.ofSeconds(50),
        () -> lines().size() == AuditVerticle.MOST_WAITING);
    assertThat(lines().toString()).doesNotContain("dropped");
    audit("last");
    assertThat(verify().broken()).isEmpty();
    var last = new JsonObject(lines().getLast());
    assertThat(last.getString("verb")).isEqualTo("last");
    assertThat(last.getInteger("dropped")).isEqualTo(50);
  }

  @Test
  void refusedRequestsAreWrittenToASeparateFile() throws IOException {
    for (String result : List.of("denied: no", "not_found: no", "invalid", "refused: no token")) {
      audit(CI, "stop", result);
    }
    audit(CI, "stop", "failed: it did not end");
    assertThat(verify().lines()).isEqualTo(5);
    assertThat(lines(refusedFile())).hasSize(4);
    assertThat(lines()).singleElement().asString().contains("failed: it did not end");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(refusedFile())))
        .isEqualTo("rw-------");
  }

  @Test
  void principalThatFloodsTheLogCannotDisplaceLinesOfOthers() {
    audit(OTHER, "mine", "done");
    for (int i = 0; i < 50_000; i++) {
      audit(CI, "stop", "done");
      if (i % 1000 == 0) {
        verify(); // Waits, so that no line is dropped.
      }
    }
    audit(OTHER, "mine too", "done");
    Eventually.await(
        "the number of lines over the quota",
        LIMIT,
        () ->
            lines().stream()
                    .map(JsonObject::new)
                    .filter(line -> "ci".equals(line.getString("who")))
                    .mapToInt(line -> line.getInteger("over", 0))
                    .sum()
                == 50_000 - AuditQuota.BURST);
    assertThat(lines().getFirst()).contains("\"mine\"");
    assertThat(lines().toString()).contains("\"mine too\"");
    long of = lines().stream().filter(line -> line.contains("\"stop\"")).count();
    assertThat(of).isEqualTo(AuditQuota.BURST);
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
    for (int i = 0; i < 100; i++) {
      audit(CI, "later", "done");
    }
    assertThat(verify().broken()).isEmpty();
    assertThat(lines().stream().filter(line -> line.contains("later")))
        .hasSize(AuditQuota.PER_MINUTE);
  }

  @Test
  void longValuesAreTruncated() {
    List<String> texts =
        List.of("x".repeat(100_000), "\u0000".repeat(5000), "\ud83d\ude00".repeat(5000));
    for (String text : texts) {
      vertx
          .eventBus()
          .send(
              Addresses.AUDIT,
              new AuditRecord(
                  CI, text, text, Collections.nCopies(10_000, text), "failed: " + text));
    }
    AuditReply reply = verify();
    assertThat(reply).isEqualTo(new AuditReply(3, 0, Optional.empty()));
    for (String line : lines()) {
      assertThat(line.getBytes(StandardCharsets.UTF_8).length)
          .isLessThanOrEqualTo(AuditLine.MOST_BYTES);
      var json = new JsonObject(line);
      assertThat(json.getString("result")).startsWith("failed: ").endsWith("…");
      assertThat(json.getJsonArray("apps").getList().getLast().toString()).endsWith(" more");
    }
  }

  @Test
  void changedLineIsReported() throws IOException {
    writeLines(5);
    String text = Files.readString(file());
    int third = text.indexOf("stop", text.indexOf("\"n\":2"));
    Files.writeString(file(), text.substring(0, third) + "look" + text.substring(third + 4));
    assertThat(brokenLocation())
        .isEqualTo("audit.log:3: this line or the one before it was changed");
  }

  @Test
  void removedLineIsReported() throws IOException {
    writeLines(5);
    List<String> lines = new ArrayList<>(lines());
    lines.remove(2);
    Files.write(file(), lines);
    assertThat(brokenLocation()).startsWith("audit.log:3: lines before this one are missing");
  }

  @Test
  void removedFileIsReported() throws IOException {
    limits = new Settings.Log(8 << 10, 5);
    writeLines(80);
    Files.delete(home.resolve("audit.log.1"));
    assertThat(brokenLocation()).startsWith("audit.log:1: lines before this one are missing");
  }

  @Test
  void truncatedTailIsDetectedByTheSameAndTheNextDaemon() throws Exception {
    writeLines(5);
    Files.write(file(), lines().subList(0, 3));
    assertThat(brokenLocation())
        .isEqualTo("audit.log:4: lines up to n 5 are missing before this one");
    audit("stop");
    assertThat(brokenLocation()).startsWith("audit.log:4: ");
    for (Path file : List.of(file(), home.resolve("audit.log.head"))) {
      Files.delete(file);
    }
    redeploy();
    writeLines(5);
    for (String id : vertx.deploymentIDs()) {
      vertx.undeploy(id).await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    }
    Files.write(file(), lines().subList(0, 3));
    redeploy();
    assertThat(brokenLocation())
        .isEqualTo("audit.log:4: lines up to n 5 are missing before this one");
  }

  @Test
  void removedLogIsDetected() throws Exception {
    writeLines(5);
    Files.delete(file());
    redeploy();
    assertThat(brokenLocation())
        .isEqualTo("audit.log:1: lines up to n 5 are missing before this one");
  }

  @Test
  void removedHeadFileIsDetected() throws Exception {
    writeLines(5);
    Files.delete(home.resolve("audit.log.head"));
    redeploy();
    assertThat(brokenLocation())
        .isEqualTo(
            "audit.log:6: audit.log.head was missing or damaged, so lines after n 5 may be missing");
  }

  @Test
  void crashWhileALineIsWrittenDoesNotBreakTheChain() throws Exception {
    writeLines(5);
    String torn = lines().getLast().substring(0, 57);
    Files.writeString(file(), torn, StandardOpenOption.APPEND);
    redeploy();
    writeLines(3);
    assertThat(verify()).isEqualTo(new AuditReply(9, 0, Optional.empty()));
    assertThat(home.resolve("audit.log.torn")).hasContent(torn);
    assertThat(new JsonObject(lines().get(5)).getString("result"))
        .isEqualTo("an incomplete line of 57 bytes was moved to audit.log.torn");
  }

  @Test
  void crashBetweenLineAndHeadFileDoesNotBreakTheChain() throws Exception {
    writeLines(4);
    byte[] head = Files.readAllBytes(home.resolve("audit.log.head"));
    writeLines(1);
    Files.write(home.resolve("audit.log.head"), head);
    redeploy();
    writeLines(1);
    assertThat(verify()).isEqualTo(new AuditReply(6, 0, Optional.empty()));
  }

  @Test
  void crashDuringRotationDoesNotBreakTheChain() throws Exception {
    writeLines(4);
    Files.move(file(), home.resolve("audit.log.1"));
    redeploy();
    writeLines(1);
    assertThat(verify()).isEqualTo(new AuditReply(5, 0, Optional.empty()));
  }

  @Test
  void chainBeginsAfterTheLinesOfAnEarlierVersion() throws Exception {
    String old = "{\"at\":\"2026-11-01T12:00:00Z\",\"who\":\"owner\",\"verb\":\"stop\"}\n";
    Files.writeString(file(), old.repeat(3));
    writeLines(2);
    redeploy();
    writeLines(2);
    assertThat(verify()).isEqualTo(new AuditReply(4, 3, Optional.empty()));
    Files.writeString(file(), old, StandardOpenOption.APPEND);
    redeploy();
    assertThat(brokenLocation()).isEqualTo("audit.log:8: this line has no hash");
  }

  @Test
  void eachLineIsAlsoSentToSyslog() throws Exception {
    Path log = home.resolve("log");
    socket = log.toString();
    audit("lost"); // The socket does not exist yet.
    assertThat(verify().lines()).isEqualTo(1);
    try (var datagramReceiver = new DatagramReceiver(socket)) {
      audit("stop");
      audit(CI, "kill", "denied: no");
      Eventually.await("both have come", LIMIT, () -> datagramReceiver.letters().size() == 2);
      assertThat(datagramReceiver.letters())
          .containsExactlyInAnyOrder(
              "<85>1 2026-11-21T12:00:00Z - jpm - changed - %s".formatted(lines().get(1)),
              "<84>1 2026-11-21T12:00:00Z - jpm - refused - %s"
                  .formatted(lines(refusedFile()).getFirst()));
    }
    assertThat(verify()).isEqualTo(new AuditReply(3, 0, Optional.empty()));
  }

  @Test
  void symbolicLinkIsNotFollowed() throws Exception {
    Path elsewhere = Files.writeString(home.resolve("elsewhere"), "precious");
    Files.createSymbolicLink(file(), elsewhere);
    audit("stop");
    assertThatThrownBy(this::verify).hasMessageContaining("not a regular file");
    assertThat(elsewhere).hasContent("precious");
  }
}
