package io.jpm.console.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Checks that jpm accepts the examples of its help.
class VerbExamplesTest {
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  static Stream<Examples.Line> lines() {
    return Stream.concat(
        Examples.ALL.stream().flatMap(group -> group.lines().stream()),
        Arrays.stream(Verb.values()).flatMap(verb -> VerbExamples.of(verb).stream()));
  }

  private static List<String> words(String command) {
    return WORD.matcher(command)
        .results()
        .map(word ->
            Stream.of(1, 2, 3)
                .map(word::group)
                .filter(java.util.Objects::nonNull)
                .findFirst()
                .orElseThrow())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("lines")
  void everyExampleIsAValidCommandLine(Examples.Line line) {
    List<String> words = words(line.command());
    assertThat(words.getFirst()).isEqualTo("jpm");
    assertThat(ArgumentReader.parse(words.subList(1, words.size())))
        .as(line.command())
        .isInstanceOf(ParsedCommand.Run.class);
    assertThat(line.text().strip().length()).isLessThanOrEqualTo(78);
  }

  @ParameterizedTest
  @EnumSource(Verb.class)
  void everyCommandHasExamples(Verb verb) {
    List<Examples.Line> examples = VerbExamples.of(verb);
    assertThat(examples).hasSizeBetween(1, verb == Verb.START ? 4 : 3);
    for (Examples.Line line : examples) {
      List<String> words = words(line.command());
      ParsedCommand parsedCommand = ArgumentReader.parse(words.subList(1, words.size()));
      assertThat(((ParsedCommand.Run) parsedCommand).verb()).isEqualTo(verb);
    }
    assertThat(HelpText.of(verb, false)).contains("\nExamples\n" + examples.getFirst().text());
  }

  @Test
  void helpFitsIn80Columns() {
    assertThat(HelpText.allCommands(false).lines()).allMatch(line -> line.length() <= 80);
  }
}
