package io.jpm.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.access.AccessCommand;
import io.jpm.bus.access.AccessReply;
import io.jpm.bus.access.IssuedToken;
import io.jpm.bus.access.TokenRevoked;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.testing.Eventually;
import io.jpm.testing.Patience;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class TokenVerticleTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path home;
  private final Vertx vertx = Vertx.vertx();
  private final List<String> ended = new CopyOnWriteArrayList<>();
  private volatile Instant now = NOW;

  @BeforeEach
  void deploy() throws TimeoutException {
    BusCodec.install(vertx);
    vertx
        .eventBus()
        .<TokenRevoked>consumer(
            Addresses.TOKEN_REVOKED,
            message ->
                ended.add(
                    message.body().name()
                        + message.body().digest().map(digest -> " " + digest).orElse("")));
    redeploy();
  }

  private void redeploy() throws TimeoutException {
    for (String id : vertx.deploymentIDs()) {
      vertx.undeploy(id).await(Patience.seconds(10), TimeUnit.SECONDS);
    }
    vertx
        .deployVerticle(new TokenVerticle(file(), () -> now))
        .await(Patience.seconds(10), TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws TimeoutException {
    vertx.close().await(Patience.seconds(10), TimeUnit.SECONDS);
  }

  private Path file() {
    return home.resolve("tokens.json");
  }

  private AccessReply ask(AccessCommand command) {
    try {
      return vertx
          .eventBus()
          .<AccessReply>request(Addresses.ACCESS_COMMAND, command)
          .await(Patience.seconds(LIMIT.toSeconds()), TimeUnit.SECONDS)
          .body();
    } catch (TimeoutException late) {
      throw new AssertionError(late);
    }
  }

  private AccessReply create(String name) {
    return ask(new AccessCommand.Create(name, Role.OPERATE, Set.of("web"), Optional.empty()));
  }

  private String created(String name) {
    return ((AccessReply.Created) create(name)).secret();
  }

  private AccessReply prove(String secret) {
    return ask(AccessCommand.Prove.of(secret).orElseThrow());
  }

  private boolean holds(String secret) {
    return prove(secret) instanceof AccessReply.Proved;
  }

  private List<String> names() {
    return ((AccessReply.Tokens) ask(new AccessCommand.All()))
        .tokens().stream().map(IssuedToken::name).toList();
  }

  @Test
  void aTokenProvesWhoItsHolderIsAndItsFileHoldsNoSecret() throws IOException {
    String secret = created("ci");
    assertThat(secret).matches("jpm_[A-Za-z0-9_-]{43}");
    assertThat(prove(secret))
        .isEqualTo(new AccessReply.Proved(new Principal("ci", Role.OPERATE, Set.of("web"))));
    assertThat(Files.readString(file())).doesNotContain(secret).contains("\"sha256\"");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(home.toFile().list()).containsExactly("tokens.json");
  }

  @Test
  void aRevokedTokenHoldsNoLongerAndIsTold() {
    String ci = created("ci");
    String other = created("other");
    assertThat(ask(new AccessCommand.Revoke("ci"))).isInstanceOf(AccessReply.Revoked.class);
    assertThat(holds(ci)).isFalse();
    assertThat(holds(other)).isTrue();
    Eventually.await("it is told", LIMIT, () -> ended.equals(List.of("ci")));
    assertThat(ask(new AccessCommand.Revoke("ci")))
        .isEqualTo(new AccessReply.Refused("there is no token \"ci\": jpm token ls shows all"));
  }

  @Test
  void tokensOutliveTheDaemonAndRevokedOnesDoNotComeBack() throws TimeoutException {
    String kept = created("kept");
    String gone = created("gone");
    ask(new AccessCommand.Revoke("gone"));
    redeploy();
    assertThat(holds(kept)).isTrue();
    assertThat(holds(gone)).isFalse();
    assertThat(names()).containsExactly("kept");
  }

  @Test
  void aTokenEndsByItself() {
    String secret =
        ((AccessReply.Created)
                ask(
                    new AccessCommand.Create(
                        "short", Role.READ, Set.of(), Optional.of(Duration.ofMillis(50)))))
            .secret();
    assertThat(holds(secret)).isTrue();
    now = NOW.plusMillis(50);
    assertThat(holds(secret)).isFalse();
    assertThat(ended).containsExactly("short");
    assertThat(names()).isEmpty();
  }

  private String rotated(String name, Duration grace) {
    return ((AccessReply.Created) ask(new AccessCommand.Rotate(name, grace, Optional.empty())))
        .secret();
  }

  @Test
  void rotatingEndsTheOldSecretAtOnceAndOutlivesTheDaemon() throws TimeoutException {
    String old = created("ci");
    String secret = rotated("ci", Duration.ZERO);
    assertThat(holds(old)).isFalse();
    assertThat(ended).containsExactly("ci");
    redeploy();
    assertThat(holds(old)).isFalse();
    assertThat(holds(secret)).isTrue();
    assertThat(names()).containsExactly("ci");
  }

  @Test
  void atTheEndOfTheGraceTheOldSecretAloneEnds() throws TimeoutException {
    String old = created("ci");
    String secret = rotated("ci", Duration.ofMinutes(10));
    assertThat(ended).isEmpty();
    redeploy();
    assertThat(holds(old)).isTrue();
    assertThat(holds(secret)).isTrue();
    now = NOW.plus(Duration.ofMinutes(10));
    assertThat(holds(old)).isFalse();
    assertThat(holds(secret)).isTrue();
    assertThat(ended).containsExactly("ci " + AccessCommand.Prove.of(old).orElseThrow().digest());
    redeploy();
    assertThat(holds(old)).isFalse();
    assertThat(holds(secret)).isTrue();
  }

  @Test
  void rotatingTwiceEndsTheOldestSecretAndRevokingAll() {
    String oldest = created("ci");
    String old = rotated("ci", Duration.ofMinutes(10));
    String secret = rotated("ci", Duration.ofMinutes(10));
    assertThat(holds(oldest)).isFalse();
    assertThat(holds(old)).isTrue();
    assertThat(ended)
        .containsExactly("ci " + AccessCommand.Prove.of(oldest).orElseThrow().digest());
    ask(new AccessCommand.Revoke("ci"));
    assertThat(holds(old)).isFalse();
    assertThat(holds(secret)).isFalse();
  }

  @Test
  void aGraceIsNoLongerThanTheTokenWasToHold() {
    String old =
        ((AccessReply.Created)
                ask(
                    new AccessCommand.Create(
                        "ci", Role.READ, Set.of(), Optional.of(Duration.ofMinutes(10)))))
            .secret();
    now = NOW.plus(Duration.ofMinutes(5));
    String secret = rotated("ci", Duration.ofDays(1));
    now = NOW.plus(Duration.ofMinutes(10));
    assertThat(holds(old)).isFalse();
    assertThat(holds(secret)).isTrue();
  }

  @Test
  void aTimerTellsOfTheEndWhenNobodyAsks() {
    ask(new AccessCommand.Create("short", Role.READ, Set.of(), Optional.of(Duration.ofMillis(50))));
    now = NOW.plusMillis(60);
    Eventually.await("it is told", LIMIT, () -> ended.equals(List.of("short")));
  }

  @Test
  void namesThatAreTakenOrWrongAreRefused() {
    created("ci");
    assertThat(create("ci"))
        .isEqualTo(
            new AccessReply.Refused(
                "the token ci exists already: choose another name, or type jpm token revoke ci first"));
    for (String name : List.of("owner", "", "a b", "?", "-x", "x".repeat(65))) {
      assertThat(create(name)).as(name).isInstanceOf(AccessReply.Refused.class);
    }
    assertThat(names()).containsExactly("ci");
  }

  static Stream<String> damaged() {
    String good =
        "\"name\":\"ci\",\"role\":\"read\",\"sha256\":\"%s\",\"created\":\"2026-11-21T12:00:00Z\""
            .formatted("0".repeat(64));
    return Stream.of(
        "",
        "not json",
        "[]",
        "{}",
        "{\"v\":2,\"tokens\":[]}",
        "{\"v\":1,\"tokens\":{}}",
        "{\"v\":1,\"tokens\":[7]}",
        "{\"v\":1,\"tokens\":[{}]}",
        "{\"v\":1,\"tokens\":[{%s},{%s}]}".formatted(good, good),
        "{\"v\":1,\"tokens\":[{%s,\"apps\":[]}]}".formatted(good),
        "{\"v\":1,\"tokens\":[{%s,\"apps\":\"web\"}]}".formatted(good),
        "{\"v\":1,\"tokens\":[{%s,\"apps\":[7]}]}".formatted(good),
        "{\"v\":1,\"tokens\":[{%s,\"app\":[\"web\"]}]}".formatted(good),
        "{\"v\":1,\"tokens\":[{%s,\"expires\":\"soon\"}]}".formatted(good),
        "{\"v\":1,\"tokens\":[{%s,\"former\":{}}]}".formatted(good),
        "{\"v\":1,\"tokens\":[{%s,\"former\":7}]}".formatted(good),
        "{\"v\":1,\"tokens\":[{%s}]}".formatted(good.replace("read", "root")),
        "{\"v\":1,\"tokens\":[{%s}]}".formatted(good.replace("\"ci\"", "\"owner\"")),
        "{\"v\":1,\"tokens\":[{%s}]}".formatted(good.replace("000", "0")));
  }

  @ParameterizedTest
  @MethodSource("damaged")
  void whileTheFileIsDamagedNoTokenHoldsAndItIsLeftAlone(String text)
      throws IOException, TimeoutException {
    String secret = created("ci");
    String whole = Files.readString(file());
    Files.writeString(file(), text);
    assertThat(holds(secret)).isFalse();
    assertThat(ended).containsExactly("ci");
    assertThat(create("other"))
        .isInstanceOfSatisfying(
            AccessReply.Refused.class,
            refused ->
                assertThat(refused.why())
                    .startsWith(file().toString())
                    .endsWith("until then no token is accepted")
                    .doesNotContain("\n"));
    assertThat(Files.readString(file())).isEqualTo(text);
    redeploy();
    assertThat(holds(secret)).isFalse();
    Files.writeString(file(), whole);
    assertThat(holds(secret)).isTrue();
  }

  @Test
  void tokensThatAreTakenOutByHandEnd() throws IOException {
    String secret = created("ci");
    Files.delete(file());
    assertThat(holds(secret)).isFalse();
    assertThat(ended).containsExactly("ci");
    assertThat(created("ci")).isNotEqualTo(secret);
  }

  @Test
  void whatCannotBeWrittenIsNotMade() throws IOException {
    Files.createDirectory(home.resolve("tokens.json.new"));
    Files.createFile(home.resolve("tokens.json.new").resolve("x"));
    assertThat(create("ci"))
        .isInstanceOfSatisfying(
            AccessReply.Refused.class,
            refused -> assertThat(refused.why()).contains("cannot be written"));
    assertThat(names()).isEmpty();
  }

  @Test
  void randomBytesInTheFileAreNeverTokens() throws IOException {
    long seed = Long.getLong("jpm.seed", 20261121);
    var random = new SplittableRandom(seed);
    created("ci");
    byte[] whole = Files.readAllBytes(file());
    for (int i = 0; i < 300; i++) {
      byte[] bytes = whole.clone();
      for (int changes = random.nextInt(1, 5); changes > 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Path place = home.resolve("fuzzed.json");
      Files.write(place, bytes);
      TokenFile.Found found = new TokenFile(place).read();
      if (found instanceof TokenFile.Found.Whole(List<Token> tokens)) {
        // A changed letter of a name is a name still; nobody gets more than the file says.
        assertThat(tokens).as("seed %d, round %d", seed, i).hasSize(1);
        assertThat(tokens.getFirst().token().apps()).hasSize(1);
      }
    }
  }
}
