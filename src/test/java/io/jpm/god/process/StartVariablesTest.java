package io.jpm.god.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.god.process.StartVariables.Outcome;
import io.jpm.god.store.KeyValueStore;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvFile;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.InheritFilter;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.SecretSource;
import io.jpm.os.AppAccess;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StartVariablesTest {
  private static final String CANARY = "c4n4ry";

  @TempDir Path dir;
  private Vertx vertx;

  @BeforeEach
  void open() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void close() throws Exception {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }

  private Outcome read(List<EnvFile> files, Map<String, SecretSource> secrets) throws Exception {
    return read(files, secrets, Duration.ofSeconds(20));
  }

  private Outcome read(List<EnvFile> files, Map<String, SecretSource> secrets, Duration limit)
      throws Exception {
    var appCommand = new AppCommand(Path.of("/bin/thing"), Optional.empty(), List.of(), List.of());
    AppSpec app =
        AppSpec.builder(new AppName("web"), appCommand, dir)
            .variables(
                new EnvironmentVariables(
                    Map.of("INHERITED", "i"),
                    Map.of("OWN", "o"),
                    Set.of(),
                    InheritFilter.NOTHING,
                    new ReferencedVariables(files, secrets)))
            .build();
    return new StartVariables(
            vertx,
            Map.of("CREDENTIALS_DIRECTORY", dir.toString()),
            limit,
            new KeyValueStore(dir),
            AppAccess.OF_DAEMON)
        .read(app)
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(40), TimeUnit.SECONDS);
  }

  private String refusal(SecretSource secretSource) throws Exception {
    return refusal(secretSource, Duration.ofSeconds(20));
  }

  private String refusal(SecretSource secretSource, Duration limit) throws Exception {
    Outcome outcome = read(List.of(), Map.of("DB", secretSource), limit);
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    String reason = ((Outcome.Refused) outcome).reason();
    assertThat(reason).startsWith("secret DB: " + secretSource.displayText() + " ");
    return reason.substring(("secret DB: " + secretSource.displayText() + " ").length());
  }

  private static SecretSource command(String script) {
    return new SecretSource.FromCommand(List.of("sh", "-c", script));
  }

  @Test
  void laterFilesOverrideEarlierOnesAndExpandOtherVariables() throws Exception {
    file("a.env", "A=1\nB=${OWN}${INHERITED}${NONE}\n");
    file("b.env", "A=2\nC=${B}\nOWN=never\nD=${OWN}\n");
    assertThat(
            read(
                List.of(
                    new EnvFile(dir.resolve("a.env"), false),
                    new EnvFile(dir.resolve("gone.env"), true),
                    new EnvFile(dir.resolve("b.env"), false)),
                Map.of()))
        .isEqualTo(
            new Outcome.Read(
                Map.of("A", "2", "B", "oi${NONE}", "C", "oi${NONE}", "OWN", "never", "D", "never"),
                Map.of()));
  }

  @Test
  void secretsAreReadFromFilesCredentialsAndCommands() throws Exception {
    file("db", CANARY + "\r\n");
    file("key", CANARY + "\n\n");
    Outcome outcome =
        read(
            List.of(),
            Map.of(
                "DB", new SecretSource.FromFile(dir.resolve("db")),
                "KEY", new SecretSource.FromCredential("key"),
                "TOKEN", command("echo it is $(cat db); echo noise >&2")));
    assertThat(outcome)
        .isEqualTo(
            new Outcome.Read(
                Map.of(), Map.of("DB", CANARY, "KEY", CANARY + "\n", "TOKEN", "it is " + CANARY)));
    assertThat(outcome.toString()).doesNotContain(CANARY);
  }

  @Test
  void failureIsReportedWithoutTheValueOfASecret() throws Exception {
    file("broken.env", "A=1\n" + CANARY + "\n");
    file("empty", "\n");
    file("large", CANARY.repeat(20_000));
    assertThat(read(List.of(new EnvFile(dir.resolve("broken.env"), false)), Map.of()))
        .isEqualTo(
            new Outcome.Refused(
                "env_file %s:2 is not a variable: it contains no ="
                    .formatted(dir.resolve("broken.env"))));
    assertThat(read(List.of(new EnvFile(dir.resolve("gone.env"), false)), Map.of()))
        .isEqualTo(
            new Outcome.Refused(
                "env_file %1$s does not exist: create it, or write \"%1$s?\" if it is optional"
                    .formatted(dir.resolve("gone.env"))));
    assertThat(refusal(new SecretSource.FromFile(dir.resolve("gone")))).isEqualTo("does not exist");
    assertThat(refusal(new SecretSource.FromFile(dir))).isEqualTo("is not a regular file");
    assertThat(refusal(new SecretSource.FromFile(dir.resolve("empty")))).isEqualTo("is empty");
    assertThat(refusal(new SecretSource.FromFile(dir.resolve("large"))))
        .isEqualTo("is larger than 65536 bytes");
    assertThat(refusal(new SecretSource.FromCredential("none"))).isEqualTo("does not exist");
    assertThat(refusal(command("cat large; cat large >&2; exit 3")))
        .isEqualTo("printed more than 65536 bytes");
    assertThat(refusal(command("echo c4n4ry-value; echo c4n4ry-value >&2; exit 3")))
        .isEqualTo("exited with code 3");
    assertThat(refusal(new SecretSource.FromCommand(List.of("/no/such"))))
        .isEqualTo("cannot be run: No such file or directory");
    file("db", CANARY);
    assertThat(refusal(new SecretSource.FromCommand(List.of(dir.resolve("db").toString()))))
        .isEqualTo("cannot be run: Permission denied");
  }

  @Test
  void hangingCommandIsEndedWithItsDescendants() throws Exception {
    assertThat(refusal(command("echo $$ > pid; sleep 1000; echo x"), Duration.ofSeconds(2)))
        .isEqualTo("took longer than 2.0 s");
    long pid = Long.parseLong(Files.readString(dir.resolve("pid")).strip());
    io.jpm.testing.Eventually.await(
        "the process of the command has ended",
        Duration.ofSeconds(20),
        () -> ProcessHandle.of(pid).map(handle -> !handle.isAlive()).orElse(true));
  }
}
