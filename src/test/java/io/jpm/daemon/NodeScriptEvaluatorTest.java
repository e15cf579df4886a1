package io.jpm.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.command.CallerContext;
import io.jpm.config.deploy.ScriptEvaluator.Evaluation;
import io.jpm.os.AppAccess;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Representatives;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
@Needs(Need.NODE)
class NodeScriptEvaluatorTest {
  @TempDir Path dir;
  private final Path node = Need.program("node");

  private Evaluation evaluate(String name, String script, Duration limit) throws IOException {
    Path file = Files.writeString(dir.resolve(name), script);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("COLOR", "blue");
    return new NodeScriptEvaluator(limit, AppAccess.OF_DAEMON)
        .evaluate(node, file, new CallerContext(dir, environment));
  }

  @ParameterizedTest
  @Representatives({1, 2})
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a.config.js  | module.exports = {a: process.env.COLOR, b: __dirname === process.cwd()} | {"a":"blue","b":true}
          a.config.cjs | module.exports = async () => [1, NaN, 2n] | [1,"NaN","2"]
          a.config.mjs | export default Promise.resolve({a: undefined, b: null}) | {"b":null}
          b.config.mjs | export const apps = [1]; export const deploy = {} | {"apps":[1],"deploy":{}}
          c.config.mjs | export default () => ({a: 1}) | {"a":1}
          c.config.js  | console.log("noise"); require("child_process").execSync("echo noise", {stdio: "inherit"}); setInterval(() => {}, 1e6); module.exports = 5 | 5
          d.config.js  | exports.__esModule = true; exports.default = {a: 1} | {"a":1}
          """)
  void valueOfAScriptIsItsExports(String name, String script, String json) throws IOException {
    assertThat(evaluate(name, script, NodeScriptEvaluator.LIMIT))
        .isEqualTo(new Evaluation.Value(json));
  }

  @ParameterizedTest
  @Representatives({1, 2})
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a.config.js  | \\nmodule.exports = {\\n a: foo} | 3 | ReferenceError: foo is not defined
          a.config.cjs | \\nmodule.exports = {a: 1 b} | 2 | SyntaxError: Unexpected identifier
          a.config.mjs | \\n\\nexport default {] | 3 | SyntaxError: Unexpected token ']'
          b.config.mjs | \\nimport "./gone.mjs" | 0 | Error: Cannot find module
          b.config.js  | process.exit(3) | 0 | made node exit with code 3 before returning a value
          b.config.cjs | throw "soup" | 0 | throws soup
          c.config.cjs | const a = {}; a.a = a; module.exports = a | 0 | TypeError: Converting circular structure to JSON
          c.config.js  | module.exports = "x".repeat(5e6) | 0 | its value is larger than 4 MiB
          """)
  void failedScriptIsReportedWithItsLine(String name, String script, int line, String what)
      throws IOException {
    assertThat(evaluate(name, script.translateEscapes(), NodeScriptEvaluator.LIMIT))
        .isInstanceOfSatisfying(
            Evaluation.Failed.class,
            failed -> {
              assertThat(failed.message()).startsWith(what);
              assertThat(failed.line()).isEqualTo(line);
            });
  }

  @Test
  void hangingScriptIsEnded() throws IOException {
    assertThat(evaluate("a.config.js", "while (true);", Duration.ofMillis(500)))
        .isEqualTo(new Evaluation.Failed(0, 0, "took longer than 0.5 s"));
    Eventually.await(
        "the node process has ended",
        Duration.ofSeconds(20),
        () ->
            ProcessHandle.current()
                .descendants()
                .noneMatch(it -> it.info().commandLine().orElse("").contains(dir.toString())));
  }
}
