package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.spec.AppKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Compares `conf/process-file.schema.json` with the schema generated from the catalogue. With
/// `-Djpm.golden.write=true` the test writes the file. A JSON Schema validator applies the schema
/// to process files.
class AppEntryFinderSchemaTest {
  private static final Path FILE = Path.of("conf/process-file.schema.json");

  private static final Validator VALIDATOR =
      Validator.create(
          JsonSchema.of(new JsonObject(ProcessFileSchema.make().encode())),
          new JsonSchemaOptions()
              .setBaseUri("https://jpm.local/")
              .setDraft(Draft.DRAFT202012)
              .setOutputFormat(OutputFormat.Flag));

  /// Reports whether the schema accepts a file.
  static boolean accepts(Object file) {
    return VALIDATOR.validate(file).getValid();
  }

  @Test
  void fileEqualsTheSchemaGeneratedFromTheCatalogue() throws IOException {
    String schema = ProcessFileSchema.make().encodePrettily() + "\n";
    if (Boolean.getBoolean("jpm.golden.write")) {
      Files.writeString(FILE, schema);
    }
    assertThat(schema).isEqualTo(Files.readString(FILE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"examples/ecosystem.json", "examples/supervision.json"})
  void examplesConformToTheSchema(String example) throws IOException {
    assertThat(accepts(new JsonObject(Files.readString(Path.of(example))))).isTrue();
  }

  @Test
  void schemaAcceptsEverySpellingOfEveryKey() {
    for (String spelling : AppKey.everySpelling()) {
      AppKey key = AppKey.named(spelling).orElseThrow();
      if (key != AppKey.SCRIPT && key != AppKey.ENV_NAME) {
        assertThat(accepts(new JsonObject().put("script", "a").putNull(spelling)))
            .as(spelling)
            .isTrue();
      }
    }
    for (String script : Set.of("script", "exec", "cmd", "command")) {
      assertThat(accepts(new JsonObject().put(script, "a"))).as(script).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"script": "a"}
          [{"script": "a", "env": {"A": 1, "B": null}, "env_production": {"A": 2}}]
          {"apps": {"script": "a"}, "deploy": {}}
          {"pm2": {"apps": [{"script": "a"}]}, "name": "package"}
          {"script": "a", "instances": "max", "exec_mode": "cluster", "port": 80, "listen": [80, "[::1]:81"]}
          {"script": "a", "args": ["x", 1], "min_uptime": "10s", "restartDelay": 5, "max_memory_restart": "1G"}
          {"script": "a", "stop": {"signal": 15, "timeout": "1s", "command": "x y"}, "restart": "on-failure"}
          {"script": "a", "logs": {"maxSize": "5M", "keep": 3, "compress": true, "when_full": "block"}}
          {"script": "a", "env_file": ["a", "b?"], "secrets": {"A": "file:x", "B": {"command": ["x"]}}}
          {"script": "a", "depends_on": {"db": "ready"}, "watch": ["x"], "pmx": "whatever", "deploy": {}}
          """)
  void validFilesAreAccepted(String file) {
    Object json = file.startsWith("[") ? new JsonArray(file) : new JsonObject(file);
    assertThat(accepts(json)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"script": "a", "intances": 2}
          {"apps": [{"script": "a", "max_restart": 2}]}
          {"apps": [{"script": "a"}], "app": []}
          {"name": "a"}
          []
          {"apps": []}
          {"script": "a", "env": "A=1"}
          {"script": "a", "env_production": [1]}
          {"script": "a", "env_file": {"A": 1}}
          {"script": "a", "secrets": {"A": "hunter2"}}
          {"script": "a", "autorestart": "yes"}
          {"script": "a", "min_uptime": "ten"}
          {"script": "a", "max_memory_restart": "1T"}
          {"script": "a", "restart": "sometimes"}
          {"script": "a", "balance": "magic"}
          {"script": "a", "stop": {"sinal": 15}}
          {"script": "a", "logs": {"size": 15}}
          {"script": "a", "depends_on": {"db": "up"}}
          {"script": 5}
          """)
  void invalidFilesAreRejected(String file) {
    Object json = file.startsWith("[") ? new JsonArray(file) : new JsonObject(file);
    assertThat(accepts(json)).isFalse();
  }
}
