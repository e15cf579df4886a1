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
import io.jpm.testing.TestDeadline;
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
      vertx.undeploy(id).await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    }
    vertx
        .deployVerticle(new TokenVerticle(file(), () -> now))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws TimeoutException {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private Path file() {
    return home.resolve("tokens.json");
  }

  private AccessReply ask(AccessCommand command) {
    try {
      return vertx
          .eventBus()
          .<AccessReply>request(Addresses.ACCESS_COMMAND, command)
          .await(TestDeadline.scaledSeconds(LIMIT.toSeconds()), TimeUnit.SECONDS)
          .body();
    } catch (TimeoutException late) {
      throw new AssertionError(late);
    }
  }

  private AccessReply create(String name) {
    return ask(new AccessCommand.Create(name, Role.OPERATE, Set.of("web"), Optional.empty()));
  }

  private String createToken(String name) {
    return ((AccessReply.Created) create(name)).secret();
  }

  private AccessReply authenticate(String secret) {
    return ask(AccessCommand.Authenticate.of(secret).orElseThrow());
  }

  private boolean isAccepted(String secret) {
    return authenticate(secret) instanceof AccessReply.Authenticated;
  }

  private List<String> tokenNames() {
    return ((AccessReply.Tokens) ask(new AccessCommand.ListTokens()))
        .tokens().stream().map(IssuedToken::name).toList();
  }

  @Test
  void tokenIdentifiesItsHolderAndTheFileContainsNoSecret() throws IOException {
    String secret = createToken("ci");
    assertThat(secret).matches("jpm_[A-Za-z0-9_-]{43}");
    assertThat(authenticate(secret))
        .isEqualTo(new AccessReply.Authenticated(new Principal("ci", Role.OPERATE, Set.of("web"))));
    assertThat(Files.readString(file())).doesNotContain(secret).contains("\"sha256\"");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(home.toFile().list()).containsExactly("tokens.json");
  }

  @Test
  void revokedTokenIsRejectedAndTheRevocationIsPublished() {
    String ci = createToken("ci");
    String other = createToken("other");
    assertThat(ask(new AccessCommand.Revoke("ci"))).isInstanceOf(AccessReply.Revoked.class);
    assertThat(isAccepted(ci)).isFalse();
    assertThat(isAccepted(other)).isTrue();
    Eventually.await("the revocation", LIMIT, () -> ended.equals(List.of("ci")));
    assertThat(ask(new AccessCommand.Revoke("ci")))
        .isEqualTo(
            new AccessReply.Refused("there is no token \"ci\": run jpm token ls to list all"));
  }

  @Test
  void tokensSurviveADaemonRestartButRevokedTokensDoNot() throws TimeoutException {
    String kept = createToken("kept");
    String gone = createToken("gone");
    ask(new AccessCommand.Revoke("gone"));
    redeploy();
    assertThat(isAccepted(kept)).isTrue();
    assertThat(isAccepted(gone)).isFalse();
    assertThat(tokenNames()).containsExactly("kept");
  }

  @Test
  void tokenExpires() {
    String secret =
        ((AccessReply.Created)
                ask(
                    new AccessCommand.Create(
                        "short", Role.READ, Set.of(), Optional.of(Duration.ofMillis(50)))))
            .secret();
    assertThat(isAccepted(secret)).isTrue();
    now = NOW.plusMillis(50);
    assertThat(isAccepted(secret)).isFalse();
    assertThat(ended).containsExactly("short");
    assertThat(tokenNames()).isEmpty();
  }

  private String rotateToken(String name, Duration grace) {
    return ((AccessReply.Created) ask(new AccessCommand.Rotate(name, grace, Optional.empty())))
        .secret();
  }

  @Test
  void rotationRevokesTheOldSecretAtOnceAndSurvivesARestart() throws TimeoutException {
    String old = createToken("ci");
    String secret = rotateToken("ci", Duration.ZERO);
    assertThat(isAccepted(old)).isFalse();
    assertThat(ended).containsExactly("ci");
    redeploy();
    assertThat(isAccepted(old)).isFalse();
    assertThat(isAccepted(secret)).isTrue();
    assertThat(tokenNames()).containsExactly("ci");
  }

  @Test
  void onlyTheOldSecretExpiresAtTheEndOfTheGracePeriod() throws TimeoutException {
    String old = createToken("ci");
    String secret = rotateToken("ci", Duration.ofMinutes(10));
    assertThat(ended).isEmpty();
    redeploy();
    assertThat(isAccepted(old)).isTrue();
    assertThat(isAccepted(secret)).isTrue();
    now = NOW.plus(Duration.ofMinutes(10));
    assertThat(isAccepted(old)).isFalse();
    assertThat(isAccepted(secret)).isTrue();
    assertThat(ended)
        .containsExactly("ci " + AccessCommand.Authenticate.of(old).orElseThrow().digest());
    redeploy();
    assertThat(isAccepted(old)).isFalse();
    assertThat(isAccepted(secret)).isTrue();
  }

  @Test
  void secondRotationRevokesTheOldestSecretAndRevocationAllSecrets() {
    String oldest = createToken("ci");
    String old = rotateToken("ci", Duration.ofMinutes(10));
    String secret = rotateToken("ci", Duration.ofMinutes(10));
    assertThat(isAccepted(oldest)).isFalse();
    assertThat(isAccepted(old)).isTrue();
    assertThat(ended)
        .containsExactly("ci " + AccessCommand.Authenticate.of(oldest).orElseThrow().digest());
    ask(new AccessCommand.Revoke("ci"));
    assertThat(isAccepted(old)).isFalse();
    assertThat(isAccepted(secret)).isFalse();
  }

  @Test
  void gracePeriodEndsNoLaterThanTheOldExpiry() {
    String old =
        ((AccessReply.Created)
                ask(
                    new AccessCommand.Create(
                        "ci", Role.READ, Set.of(), Optional.of(Duration.ofMinutes(10)))))
            .secret();
    now = NOW.plus(Duration.ofMinutes(5));
    String secret = rotateToken("ci", Duration.ofDays(1));
    now = NOW.plus(Duration.ofMinutes(10));
    assertThat(isAccepted(old)).isFalse();
    assertThat(isAccepted(secret)).isTrue();
  }

  @Test
  void timerPublishesTheExpiryWithoutARequest() {
    ask(new AccessCommand.Create("short", Role.READ, Set.of(), Optional.of(Duration.ofMillis(50))));
    now = NOW.plusMillis(60);
    Eventually.await("the expiry", LIMIT, () -> ended.equals(List.of("short")));
  }

  @Test
  void duplicateAndInvalidNamesAreRejected() {
    createToken("ci");
    assertThat(create("ci"))
        .isEqualTo(
            new AccessReply.Refused(
                "the token ci already exists: choose another name, or run jpm token revoke ci first"));
    for (String name : List.of("owner", "", "a b", "?", "-x", "x".repeat(65))) {
      assertThat(create(name)).as(name).isInstanceOf(AccessReply.Refused.class);
    }
    assertThat(tokenNames()).containsExactly("ci");
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
    String secret = createToken("ci");
    String whole = Files.readString(file());
    Files.writeString(file(), text);
    assertThat(isAccepted(secret)).isFalse();
    assertThat(ended).containsExactly("ci");
    assertThat(create("other"))
        .isInstanceOfSatisfying(
            AccessReply.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .startsWith(file().toString())
                    .endsWith("no token is accepted until you repair the file or move it away")
                    .doesNotContain("\n"));
    assertThat(Files.readString(file())).isEqualTo(text);
    redeploy();
    assertThat(isAccepted(secret)).isFalse();
    Files.writeString(file(), whole);
    assertThat(isAccepted(secret)).isTrue();
  }

  @Test
  void fileThatCannotBeReadIsReportedWithThePlainReason() throws IOException {
    Files.createDirectory(file());
    assertThat(create("ci"))
        .isEqualTo(
            new AccessReply.Refused(
                file()
                    + " cannot be read: Is a directory; no token is accepted until you repair the file or move it away"));
  }

  @Test
  void fileThatCannotBeCheckedIsReportedWithThePlainReason() throws IOException {
    Files.createSymbolicLink(file(), file());
    assertThat(create("ci"))
        .isInstanceOfSatisfying(
            AccessReply.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .startsWith(file() + " cannot be checked: ")
                    .contains("Too many levels of symbolic links")
                    .doesNotContain("Exception"));
  }

  @Test
  void tokensThatAreDeletedFromTheFileAreRevoked() throws IOException {
    String secret = createToken("ci");
    Files.delete(file());
    assertThat(isAccepted(secret)).isFalse();
    assertThat(ended).containsExactly("ci");
    assertThat(createToken("ci")).isNotEqualTo(secret);
  }

  @Test
  void tokenThatCannotBeWrittenIsNotCreated() throws IOException {
    Files.createDirectory(home.resolve("tokens.json.new"));
    Files.createFile(home.resolve("tokens.json.new").resolve("x"));
    assertThat(create("ci"))
        .isInstanceOfSatisfying(
            AccessReply.Refused.class,
            refused -> assertThat(refused.reason()).contains("cannot be written"));
    assertThat(tokenNames()).isEmpty();
  }

  @Test
  void corruptedFileNeverYieldsMoreTokensOrApps() throws IOException {
    long seed = Long.getLong("jpm.seed", 20261121);
    var random = new SplittableRandom(seed);
    createToken("ci");
    byte[] whole = Files.readAllBytes(file());
    for (int i = 0; i < 300; i++) {
      byte[] bytes = whole.clone();
      for (int changes = random.nextInt(1, 5); changes > 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Path place = home.resolve("fuzzed.json");
      Files.write(place, bytes);
      TokenFile.Content found = new TokenFile(place).read();
      if (found instanceof TokenFile.Content.Intact(List<Token> tokens)) {
        // A changed letter of a name yields a valid name. No token may receive more rights than the
        // file grants.
        assertThat(tokens).as("seed %d, round %d", seed, i).hasSize(1);
        assertThat(tokens.getFirst().token().apps()).hasSize(1);
      }
    }
  }
}
