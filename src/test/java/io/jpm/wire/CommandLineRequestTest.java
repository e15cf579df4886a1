package io.jpm.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.wire.ConsoleRequest.ParseResult;
import io.jpm.wire.ConsoleRequest.Tty;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineRequestTest {
  private static final ConsoleRequest REQUEST =
      new ConsoleRequest(
          List.of("start", "日本.js", "a\nb\"c", "\uDCFFx"),
          "/home/grüße",
          Map.of("KEY", "a=b\nc", "EMPTY", ""),
          new Tty(120, 40, true, true, false));

  @Test
  void roundTrip() {
    JsonObject overTheWire = new JsonObject(REQUEST.toJson().toBuffer());
    assertThat(ConsoleRequest.read(overTheWire)).isEqualTo(new ParseResult.Understood(REQUEST));
  }

  @Test
  void roundTripOfOptionalFields() {
    var whole =
        new ConsoleRequest(
            List.of("ls"),
            "/",
            Map.of(),
            Tty.NONE,
            Optional.empty(),
            true,
            true,
            true,
            Optional.of("a-mark_1"),
            Optional.of("a-key"));
    JsonObject overTheWire = new JsonObject(whole.toJson().toBuffer());
    assertThat(ConsoleRequest.read(overTheWire)).isEqualTo(new ParseResult.Understood(whole));
  }

  @Test
  void argumentsAreSentAsByteStrings() {
    assertThat(REQUEST.toJson().getJsonArray("argv").getString(1))
        .isEqualTo("\u00e6\u0097\u00a5\u00e6\u009c\u00ac.js");
    assertThat(REQUEST.toJson().getJsonArray("argv").getString(3)).isEqualTo("\u00ffx");
  }

  @Test
  void terminalIsOptional() {
    JsonObject json = REQUEST.toJson();
    json.remove("tty");
    assertThat(ConsoleRequest.read(json))
        .isInstanceOfSatisfying(
            ParseResult.Understood.class,
            understood -> assertThat(understood.request().tty()).isEqualTo(Tty.NONE));
  }

  @Test
  void invalidVariablesAreIgnored() {
    JsonObject json = REQUEST.toJson().put("env", new JsonArray().add("A=1").add("odd").add("=x"));
    assertThat(ConsoleRequest.read(json))
        .isInstanceOfSatisfying(
            ParseResult.Understood.class,
            understood ->
                assertThat(understood.request().environment()).isEqualTo(Map.of("A", "1")));
  }

  @ParameterizedTest
  @CsvSource({
    "argv, argv: expected a list of strings",
    "cwd, cwd: expected a string",
    "env, env: expected a list of strings",
    "v, version null"
  })
  void refusalsSayWhatIsMissing(String key, String sentence) {
    JsonObject json = REQUEST.toJson();
    json.remove(key);
    assertThat(refusal(json)).contains(sentence);
  }

  @Test
  void refusalsSayWhatIsWrong() {
    assertThat(refusal(null)).isEqualTo("a console request must be a JSON object");
    assertThat(refusal("ls")).isEqualTo("a console request must be a JSON object");
    assertThat(refusal(REQUEST.toJson().put("v", 2))).contains("version 2", "version 1");
    assertThat(refusal(REQUEST.toJson().put("tty", 3))).isEqualTo("tty: expected an object");
    assertThat(refusal(REQUEST.toJson().put("argv", new JsonArray().add("ls").add(1))))
        .isEqualTo("argv[1]: expected a string");
    assertThat(refusal(REQUEST.toJson().put("cwd", "/日本"))).contains("no character above U+00FF");
  }

  private static String refusal(@Nullable Object body) {
    return switch (ConsoleRequest.read(body)) {
      case ParseResult.Refused(String why) -> why;
      case ParseResult.Understood(var request) -> "understood as " + request;
    };
  }
}
