package io.jpm.console.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.BusCodec;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.settings.AppDefaults;
import io.jpm.console.ConsoleClient;
import io.jpm.console.ConsoleVerticle;
import io.jpm.console.FakePrograms;
import io.jpm.console.Instances;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.testing.Need;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitCommandTest {
  @TempDir Path dir;
  private Vertx vertx;

  @BeforeEach
  void deploy() throws Exception {
    vertx = Vertx.vertx();
    BusCodec.install(vertx);
    var context = Instances.console(ConsoleTiming.DEFAULT);
    vertx
        .deployVerticle(
            new ConsoleVerticle(
                context,
                AppSource.of(AppDefaults.PM2, ScriptEvaluator.NONE),
                FakePrograms.NO_TOOLS))
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @CsvSource({
    "init, a.config.js, module.exports = {",
    "ecosystem, a.config.mjs, export default {",
    "init, a.json, '\"apps\": [{'",
    "init, a.yaml, 'apps:'",
  })
  void sampleDoesNotOverwriteAFile(String verb, String name, String part) throws IOException {
    Path file = dir.resolve(name);
    ConsoleClient client = ConsoleClient.run(vertx, verb, file.toString());
    assertThat(client.code()).isZero();
    assertThat(client.out()).isEqualTo("File " + file + " generated\n");
    assertThat(Files.readString(file)).contains(part);
    Files.writeString(file, "mine");
    ConsoleClient again = ConsoleClient.run(vertx, verb, file.toString());
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err())
        .isEqualTo(
            "[jpm][ERROR] %s already exists: choose another name, or remove the file\n"
                .formatted(file));
    assertThat(Files.readString(file)).isEqualTo("mine");
  }

  @Test
  void unwritableFileIsReported() {
    String nowhere = dir.resolve("no/a.json").toString();
    ConsoleClient client = ConsoleClient.run(vertx, "init", nowhere);
    assertThat(client.code()).isEqualTo(1);
    assertThat(client.err())
        .isEqualTo(
            "[jpm][ERROR] %s cannot be written: create its directory first\n".formatted(nowhere));
    ConsoleClient program = ConsoleClient.run(vertx, "init", "app.js");
    assertThat(program.code()).isEqualTo(1);
    assertThat(program.err()).startsWith("[jpm][ERROR] app.js is not a process file name: ");
  }

  @ParameterizedTest
  @CsvSource({"a.config.js", "a.json", "a.yaml"})
  void simpleSampleIsMinimalAndValid(String name) throws IOException {
    Path file = dir.resolve(name);
    assertThat(ConsoleClient.run(vertx, "init", "simple", file.toString()).code()).isZero();
    assertThat(Files.readString(file))
        .contains("script", "./app.js", "env_production")
        .doesNotContain("max_restarts");
    Files.writeString(dir.resolve("app.js"), "");
    if (!name.endsWith(".js")) { // Node evaluates .js files.
      Need.assume(Need.NODE_FOR_ALL); // The app needs Node.
      assertThat(ConsoleClient.run(vertx, "validate", file.toString()).code()).isZero();
    }
  }
}
