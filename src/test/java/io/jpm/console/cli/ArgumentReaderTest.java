package io.jpm.console.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.spec.AppKey;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentReaderTest {
  private static ParsedCommand read(String... argv) {
    return ArgumentReader.parse(List.of(argv));
  }

  private static ParsedCommand start(
      List<String> targets, Map<VerbOption, String> options, String... rest) {
    Map<VerbOption, List<String>> values = new EnumMap<>(VerbOption.class);
    options.forEach((option, value) -> values.put(option, List.of(value)));
    return new ParsedCommand.Run(Verb.START, new Arguments(targets, values, List.of(rest)));
  }

  @Test
  void everyNameOfEveryCommandIsFound() {
    Set<String> seen = new HashSet<>();
    for (Verb verb : Verb.values()) {
      for (String name : verb.names()) {
        assertThat(Verb.find(name)).contains(verb);
        assertThat(seen.add(name)).describedAs(name).isTrue();
        assertThat(read(name, "--help")).isEqualTo(new ParsedCommand.Help(Optional.of(verb)));
      }
    }
  }

  @Test
  void optionsMayAppearAnywhere() {
    ParsedCommand wanted = start(List.of("a.js", "b.js"), Map.of(VerbOption.NAME, "x"));
    assertThat(read("start", "a.js", "b.js", "-n", "x")).isEqualTo(wanted);
    assertThat(read("start", "a.js", "--name=x", "b.js")).isEqualTo(wanted);
    assertThat(read("--name", "x", "start", "a.js", "b.js")).isEqualTo(wanted);
    assertThat(read("-nx", "start", "a.js", "b.js")).isEqualTo(wanted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b c",
        "-",
        "a --name web",
        "-n web a",
        "a --name=web=x -i 2 b",
        "a --no-autorestart --node-args=--harmony",
        "a --name x --name y",
        "--cwd / --only a,b --help a"
      })
  void simpleParserAgreesWithPicocli(String line) {
    List<String> words = List.of(line.split(" "));
    assertThat(
            new ParsedCommand.Run(
                Verb.START, SimpleParser.sort(Verb.START, words, List.of()).orElseThrow()))
        .isEqualTo(OptionParser.parse(Verb.START, words, List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a --nmae x",
        "a -nx",
        "-n=x",
        "a --name",
        "a --name --cwd",
        "a --lines 3",
        "--help=x"
      })
  void simpleParserDeclinesDifficultLines(String line) {
    assertThat(SimpleParser.sort(Verb.START, List.of(line.split(" ")), List.of())).isEmpty();
  }

  @Test
  void lastValueTakesPrecedenceAndAllAreKept() {
    ParsedCommand.Run asked = (ParsedCommand.Run) read("start", "a.js", "-n", "x", "--name", "y");
    assertThat(asked.arguments().value(VerbOption.NAME)).contains("y");
    assertThat(asked.arguments().values(VerbOption.NAME)).containsExactly("x", "y");
    ParsedCommand.Run run = (ParsedCommand.Run) read("start", "a.js", "-nx", "--name", "y");
    assertThat(run.arguments().values(VerbOption.NAME)).containsExactly("x", "y");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          start app.js --watch              | app.js     | -
          start --watch app.js              | app.js     | -
          --watch start app.js              | app.js     | -
          start app.js --watch src          | app.js     | src
          start --watch src app.js          | app.js     | src
          start --watch=src app.js          | app.js     | src
          start app.js --watch src --watch x/y --watch | app.js | src,x/y,-
          start app.js b.js --watch --name x | app.js,b.js | -
          start --watch app.js --name x     | app.js     | -
          start --name x --watch app.js     | app.js     | -
          start --watch src --name x app.js | app.js     | src
          start --watch app.js -- src       | app.js     | -
          """)
  void watchOptionMayHaveAPath(String line, String targets, String values) {
    ParsedCommand.Run asked = (ParsedCommand.Run) read(line.split(" "));
    assertThat(String.join(",", asked.arguments().targets())).isEqualTo(targets);
    assertThat(asked.arguments().values(VerbOption.WATCH))
        .containsExactly(values.replace("-", "").split(",", -1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          logs --timestamp                    | ''     | ''
          logs --timestamp HH:mm:ss           | ''     | HH:mm:ss
          logs --timestamp YYYY-MM-DD-HH:mm   | ''     | YYYY-MM-DD-HH:mm
          logs --timestamp web                | web    | ''
          logs --timestamp COMMON             | COMMON | ''
          logs --timestamp HH:mm web          | web    | HH:mm
          logs web --timestamp                | web    | ''
          """)
  void timeFormatIsNotATarget(String line, String targets, String values) {
    ParsedCommand.Run asked = (ParsedCommand.Run) read(line.split(" "));
    assertThat(String.join(",", asked.arguments().targets())).isEqualTo(targets);
    assertThat(asked.arguments().values(VerbOption.TIMESTAMP)).containsExactly(values);
  }

  @ParameterizedTest
  @CsvSource({
    "scale web 6, 'web,6'",
    "scale web +2, 'web,+2'",
    "scale web -1, 'web,-1'",
    "scale web -12 --no-color, 'web,-12'",
    "--no-color scale web -1, 'web,-1'",
    "scale web max, 'web,max'",
    "scale web 1 -2, 'web,1,-2'"
  })
  void signedNumberIsNotAnOptionOfScale(String line, String targets) {
    ParsedCommand.Run asked = (ParsedCommand.Run) read(line.split(" "));
    assertThat(asked.verb()).isEqualTo(Verb.SCALE);
    assertThat(String.join(",", asked.arguments().targets())).isEqualTo(targets);
    assertThat(asked.arguments().has(VerbOption.NO_COLOR)).isEqualTo(line.contains("--no-color"));
  }

  @ParameterizedTest
  @CsvSource({
    "scale web -x, 'unknown option \"-x\": did you mean -s? (jpm scale --help)'",
    "scale web -1x, 'unknown option \"-1x\": see jpm scale --help'",
    "scale web --by, 'unknown option \"--by\": see jpm scale --help'",
    "scale, 'jpm scale requires an argument: jpm scale name|id N|+N|-N|max'",
    "scale web 1 -- x, 'jpm scale does not accept arguments after --: remove them, or use jpm start'"
  })
  void otherWordsOfScaleWithAHyphenAreOptions(String line, String problem) {
    assertThat(read(line.split(" "))).isEqualTo(new ParsedCommand.Mistake(problem));
  }

  @Test
  void helpOptionOfScalePrintsHelp() {
    assertThat(read("scale", "web", "-1", "--help"))
        .isEqualTo(new ParsedCommand.Help(Optional.of(Verb.SCALE)));
  }

  @Test
  void reloadAcceptsOptionsAnywhere() {
    ParsedCommand.Run asked =
        (ParsedCommand.Run) read("--parallel", "3", "reload", "-f", "web", "--update-env", "/w.*/");
    assertThat(asked.verb()).isEqualTo(Verb.RELOAD);
    assertThat(asked.arguments().targets()).containsExactly("web", "/w.*/");
    assertThat(asked.arguments().value(VerbOption.PARALLEL)).contains("3");
    assertThat(asked.arguments().has(VerbOption.FORCE)).isTrue();
    assertThat(asked.arguments().has(VerbOption.UPDATE_ENV)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gracefulReload", "graceful-reload", "gracefulreload", "GRACEFUL-Reload"})
  void gracefulReloadHasTwoSpellingsInAnyCase(String word) {
    assertThat(Verb.find(word)).contains(Verb.GRACEFUL_RELOAD);
  }

  @Test
  void watchOptionIsSpecificToSomeCommands() {
    assertThat(read("delete", "web", "--watch")).isInstanceOf(ParsedCommand.Mistake.class);
    assertThat(read("stop", "--watch", "web"))
        .isEqualTo(
            new ParsedCommand.Run(
                Verb.STOP,
                new Arguments(
                    List.of("web"), Map.of(VerbOption.WATCH_NO_MORE, List.of("")), List.of())));
  }

  @Test
  void optionIsNotTheValueOfAnotherOption() {
    assertThat(read("start", "a.js", "--name", "--watch"))
        .isEqualTo(
            new ParsedCommand.Mistake("--name requires a value: --name NAME (jpm start --help)"));
  }

  @Test
  void optionsOfAttributesMatchTheCatalogue() {
    for (VerbOption option : VerbOption.values()) {
      option.attribute().ifPresent(key -> assertThat(key.option()).contains(option.longName()));
    }
    assertThat(AppKey.values())
        .filteredOn(key -> key.support() == AppKey.Support.ACTS && key.option().isPresent())
        .allMatch(key ->
            Arrays.stream(VerbOption.values())
                .anyMatch(option -> option.attribute().filter(key::equals).isPresent()));
  }

  @Test
  void valuesMayLookLikeOptions() {
    assertThat(read("start", "a.js", "-i", "-1", "--node-args", "--harmony --x"))
        .isEqualTo(
            start(
                List.of("a.js"),
                Map.of(VerbOption.INSTANCES, "-1", VerbOption.INTERPRETER_ARGS, "--harmony --x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--interpreter-args", "--node-args"})
  void interpreterArgumentsMayEqualOptionsOfJpm(String option) {
    assertThat(read("start", "a.py", option, "-u", "--no-autorestart"))
        .isEqualTo(
            start(
                List.of("a.py"),
                Map.of(VerbOption.INTERPRETER_ARGS, "-u", VerbOption.NO_AUTORESTART, "")));
    assertThat(read("start", option, "-u -B", "a.py"))
        .isEqualTo(start(List.of("a.py"), Map.of(VerbOption.INTERPRETER_ARGS, "-u -B")));
  }

  @Test
  void nothingIsExpanded() {
    assertThat(read("start", "@file", "${sys:user.home}", "\"quoted\"", "--no-autorestart"))
        .isEqualTo(
            start(
                List.of("@file", "${sys:user.home}", "\"quoted\""),
                Map.of(VerbOption.NO_AUTORESTART, "")));
  }

  @Test
  void firstDoubleDashEndsTheOptionsOfJpm() {
    assertThat(read("start", "a.js", "--", "--help", "-v", "--", "ls"))
        .isEqualTo(start(List.of("a.js"), Map.of(), "--help", "-v", "--", "ls"));
    assertThat(read("start", "a.js", "--")).isEqualTo(start(List.of("a.js"), Map.of()));
    assertThat(read("--", "ls")).isEqualTo(new ParsedCommand.Nothing());
  }

  @Test
  void versionAndHelpNeedNoCommand() {
    assertThat(read("-v")).isEqualTo(new ParsedCommand.Version());
    assertThat(read("-v", "ls")).isEqualTo(new ParsedCommand.Version());
    assertThat(read("help", "info")).isEqualTo(new ParsedCommand.Help(Optional.of(Verb.DESCRIBE)));
    assertThat(read()).isEqualTo(new ParsedCommand.Nothing());
  }

  @Test
  void singleDashIsATarget() {
    assertThat(read("start", "-")).isEqualTo(start(List.of("-"), Map.of()));
  }
}
