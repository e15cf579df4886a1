package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestDeadline;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests that objects are printed as Node prints them: as observed, and by comparison with Node
/// itself if it is installed.
@Timeout(120)
class NodeInspectFormatterTest {
  private static final String PROGRAM =
      """
      let text = '';
      process.stdin.on('data', d => text += d).on('end', () => process.stdout.write(
        JSON.stringify(JSON.parse(text).map(v => require('util').inspect(v,
          { depth: null, maxArrayLength: null, maxStringLength: null })))));
      """;

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '¦',
      delimiter = '|',
      value = {
        "[]|[]",
        "{}|{}",
        "[[]]|[ [] ]",
        "[null,true,1,0.5,\"a\"]|[ null, true, 1, 0.5, 'a' ]",
        "[1.0,1e21,1e-7,-0.0]|[ 1, 1e+21, 1e-7, -0 ]",
        "{\"a$\":1,\"b_1\":2,\"x-y\":3,\"\":4,\"it's\":5}|{ 'a$': 1, b_1: 2, 'x-y': 3, '': 4, \"it's\": 5 }",
        "[\"it's\",\"'\\\"\",\"'\\\"`\"]|[ \"it's\", `'\"`, '\\'\"`' ]",
        "[\"\\n\\t\\u0000\\u007f\\u0085\\\\\"]|[ '\\n\\t\\x00\\x7F\\x85\\\\' ]",
        "{\"a\":{\"b\":{\"c\":{}}}}|{ a: { b: { c: {} } } }",
      })
  void shortValuesArePrintedOnOneLine(String json, String expected) {
    assertThat(NodeInspectFormatter.of(new JsonArray("[" + json + "]").getValue(0)))
        .isEqualTo(expected);
  }

  @Test
  void deepNestingIsPrintedOnSeveralLines() {
    assertThat(NodeInspectFormatter.of(new JsonObject("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":1}}}}}")))
        .isEqualTo(
            """
            {
              a: {
                b: { c: { d: { e: 1 } } }
              }
            }\
            """);
  }

  @Test
  void manyShortElementsArePrintedInColumns() {
    var numbers = new JsonArray(IntStream.rangeClosed(1, 10).boxed().toList());
    assertThat(NodeInspectFormatter.of(numbers))
        .isEqualTo(
            """
            [
              1, 2, 3, 4,  5,
              6, 7, 8, 9, 10
            ]\
            """);
    var words = new JsonArray(List.of("abc", "def", "ghiabc", "def", "ghiabc", "def", "ghi"));
    assertThat(NodeInspectFormatter.of(words))
        .isEqualTo(
            """
            [
              'abc',    'def',
              'ghiabc', 'def',
              'ghiabc', 'def',
              'ghi'
            ]\
            """);
  }

  @Test
  void longEntriesArePrintedOnTheirOwnLines() {
    var environment =
        new JsonObject()
            .put("pm_out_log_path", "/home/me/.jpm/logs/a-rather-long-name-out.log")
            .put("exec_interpreter", "none");
    assertThat(NodeInspectFormatter.of(new JsonObject().put("pm2_env", environment)))
        .contains("\n    pm_out_log_path: '/home/me/.jpm/logs/a-rather-long-name-out.log',\n")
        .contains("\n    exec_interpreter: 'none'\n");
  }

  @Test
  void arraysAndTextsAreNotTruncated() {
    var many = new JsonArray(IntStream.range(0, 150).boxed().toList());
    assertThat(NodeInspectFormatter.of(many)).contains("149").doesNotContain("more");
    String lone = "\ud83d";
    assertThat(NodeInspectFormatter.of(lone)).isEqualTo("'\\ud83d'");
    assertThat(NodeInspectFormatter.of("\ud83d\ude00")).isEqualTo("'\ud83d\ude00'");
  }

  @Test
  @Needs(Need.NODE)
  void outputEqualsThatOfNode() throws Exception {
    var random = new SplittableRandom(Long.getLong("jpm.seed", 4711));
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      values.add(randomValue(random, 5));
    }
    String input = new JsonArray(values).encode();
    var expected = new JsonArray(inspectWithNode(input));
    var read = new JsonArray(input);
    for (int i = 0; i < values.size(); i++) {
      assertThat(NodeInspectFormatter.of(read.getValue(i)))
          .describedAs("value %d: %s", i, values.get(i))
          .isEqualTo(expected.getString(i));
    }
  }

  private static Object randomValue(SplittableRandom random, int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0 -> random.nextInt(-100, 100_000);
      case 1 -> random.nextInt(1000) / 8.0;
      case 2 -> random.nextBoolean();
      case 3, 4, 5 -> randomText(random);
      case 6 -> randomArray(random, depth);
      default -> {
        var object = new JsonObject();
        for (int i = random.nextInt(7); i > 0; i--) {
          object.put(
              "k" + i + (random.nextInt(5) == 0 ? "-" : "_"), randomValue(random, depth - 1));
        }
        yield object;
      }
    };
  }

  /// Most arrays have elements of one kind, as lists usually do.
  private static JsonArray randomArray(SplittableRandom random, int depth) {
    var array = new JsonArray();
    int kind = random.nextInt(3);
    for (int i = random.nextInt(14); i > 0; i--) {
      array.add(
          switch (kind) {
            case 0 -> random.nextInt(-9, 2000);
            case 1 -> randomText(random);
            default -> randomValue(random, depth - 1);
          });
    }
    return array;
  }

  private static String randomText(SplittableRandom random) {
    String letters = "abcdefghij/.- '\"`\\\n\t$é";
    return IntStream.range(0, random.nextInt(random.nextInt(12) == 0 ? 120 : 12))
        .mapToObj(_ -> String.valueOf(letters.charAt(random.nextInt(letters.length()))))
        .collect(Collectors.joining());
  }

  private static String inspectWithNode(String input) throws Exception {
    Process node =
        new ProcessBuilder("node", "-e", PROGRAM)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var in = node.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String answer = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)).isTrue();
    assertThat(node.exitValue()).isZero();
    return answer;
  }
}
