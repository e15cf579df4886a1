package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.console.cli.ArgumentReader;
import io.jpm.console.cli.HelpText;
import io.jpm.console.cli.ParsedCommand;
import io.jpm.console.cli.UnsupportedPm2;
import io.jpm.console.cli.Verb;
import io.jpm.console.cli.VerbOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Options are accepted where users of PM2 put them: before the command, after it, between and
/// after its targets, with a separate value or one after `=`.
class OptionPositionsTest {
  /// The options of PM2's `start`. jpm accepts all of them.
  private static final String PM2 =
      """
      -n=x --name=x --namespace=x -i=2 --instances=max -x --execute-command --cwd=/tmp
      --interpreter=none --interpreter-args=a --node-args=a -o=f --output=f -e=f --error=f -l --log
      --log=f --merge-logs --log-type=json --log-date-format=HH --time --disable-logs -p=f --pid=f
      --env=x -a --update-env --filter-env=X -f --force -k=1 --kill-timeout=1
      --shutdown-with-message --no-treekill --listen-timeout=1 --wait-ready
      --max-memory-restart=1G --restart-delay=1 --exp-backoff-restart-delay=1 --max-restarts=3
      --stop-exit-codes=1 --no-autorestart --no-autostart -c=x --cron=x --cron-restart=x --watch
      --watch=src --ignore-watch=x --watch-delay=1 --ext=js,ts --uid=u -u=u --user=u --gid=g
      --source-map-support --disable-source-map-support --no-pmx --no-automation --no-vizion
      --trace --disable-trace --v8 --event-loop-inspector --deep-monitoring --only=a --no-daemon
      -s --silent --no-color
      """;

  static Stream<Arguments> pm2Options() {
    return Arrays.stream(PM2.split("\\s+"))
        .map(row -> {
          int equals = row.indexOf('=');
          return equals < 0
              ? Arguments.of(row, "")
              : Arguments.of(row.substring(0, equals), row.substring(equals + 1));
        });
  }

  private static void assertParsed(String name, String value, List<String> words) {
    ParsedCommand parsedCommand = ArgumentReader.parse(words);
    assertThat(parsedCommand).as(String.join(" ", words)).isInstanceOf(ParsedCommand.Run.class);
    ParsedCommand.Run run = (ParsedCommand.Run) parsedCommand;
    VerbOption option = VerbOption.find(name, Verb.START.options()).orElseThrow();
    assertThat(run.verb()).isEqualTo(Verb.START);
    assertThat(run.arguments().targets()).as(String.join(" ", words)).containsExactly("a.js", "b");
    assertThat(run.arguments().value(option)).as(String.join(" ", words)).contains(value);
    assertThat(run.arguments().rest()).containsExactly("--name", "y");
  }

  @ParameterizedTest
  @MethodSource("pm2Options")
  void optionIsAcceptedAnywhereBeforeTheDoubleDash(String name, String value) {
    List<String> line = List.of("start", "a.js", "b");
    boolean mayHaveOne = VerbOption.find(name, Verb.START.options()).orElseThrow().mayTakeValue();
    // Elsewhere the following word would be its value.
    int first = mayHaveOne && value.isEmpty() ? line.size() : 0;
    for (int at = first; at <= line.size(); at++) {
      for (List<String> typed : spellings(name, value)) {
        List<String> words = new ArrayList<>(line.subList(0, at));
        words.addAll(typed);
        words.addAll(line.subList(at, line.size()));
        words.addAll(List.of("--", "--name", "y"));
        assertParsed(name, value, words);
      }
    }
  }

  private static List<List<String>> spellings(String name, String value) {
    if (value.isEmpty()) {
      return List.of(List.of(name));
    }
    return name.startsWith("--")
        ? List.of(List.of(name, value), List.of(name + "=" + value))
        : List.of(List.of(name, value));
  }

  @ParameterizedTest
  @CsvSource({
    "-i logs web, LOGS, web",
    "-i 2 start web, START, web",
    "-f reload web, RELOAD, web",
    "--name logs start web, START, web",
    "-n start start web, START, web",
    "--watch start web, START, web",
    "--watch src start web, START, web",
    "--lines 3 --raw logs web, LOGS, web",
    "--silent --no-color stop web, STOP, web",
    "--only a -s delete web, DELETE, web"
  })
  void optionsBeforeACommandBelongToThatCommand(String line, Verb verb, String targets) {
    ParsedCommand.Run run = (ParsedCommand.Run) ArgumentReader.parse(List.of(line.split(" ")));
    assertThat(run.verb()).isEqualTo(verb);
    assertThat(String.join(",", run.arguments().targets())).isEqualTo(targets);
  }

  @Test
  void unsupportedPm2CommandNamesItsReplacementInOneLine() {
    for (String word : UnsupportedPm2.commands()) {
      assertThat(Verb.find(word)).as(word).isEmpty();
      for (List<String> line :
          List.of(List.of(word), List.of(word, "x", "--y"), List.of("help", word))) {
        assertThat(ArgumentReader.parse(line))
            .as(word)
            .isEqualTo(new ParsedCommand.Mistake(UnsupportedPm2.find(word).orElseThrow().line()));
      }
      assertThat(UnsupportedPm2.find(word).orElseThrow().line().lines()).hasSize(1);
      assertThat(HelpText.allCommands(false)).contains(" " + word);
      assertThat(HelpText.overview(false)).doesNotContain(" " + word + " ");
    }
    assertThat(ArgumentReader.parse(List.of("instal", "x")))
        .isEqualTo(
            new ParsedCommand.Mistake(
                "unknown command \"instal\": did you mean install? (jpm --help)"));
  }
}
