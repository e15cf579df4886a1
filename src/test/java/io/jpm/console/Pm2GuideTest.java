package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.console.cli.ArgumentReader;
import io.jpm.console.cli.ParsedCommand;
import io.jpm.console.cli.UnsupportedPm2;
import io.jpm.console.cli.Verb;
import io.jpm.console.cli.VerbOption;
import io.jpm.spec.AppKey;
import io.jpm.testing.Pm2Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// `docs/pm2.md` is a reference for users who look up a word of PM2. It must contain every word of
/// PM2 and every word of the catalogue.
class Pm2GuideTest {
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

  /// Options that bin/jpm-startup and the parser of command lines handle themselves.
  private static final List<String> CLIENT_OPTIONS =
      List.of("-v", "--version", "--hp", "--service-name", "--wait-ip");

  private static Set<String> words() throws IOException {
    return CODE.matcher(Files.readString(Path.of("docs/pm2.md")))
        .results()
        .flatMap(code -> Arrays.stream(code.group(1).split("[\\s\\[\\]\\\\|…]+")))
        .collect(Collectors.toSet());
  }

  @Test
  void guideContainsEveryWordOfTheCatalogue() throws IOException {
    List<String> all = new ArrayList<>(Verb.keywords());
    all.addAll(UnsupportedPm2.commands());
    for (VerbOption option : VerbOption.values()) {
      all.addAll(option.names());
    }
    all.addAll(UnsupportedPm2.options());
    assertThat(words()).containsAll(all);
  }

  @Test
  void guideContainsEveryWordOfPm2AndEachIsKnown() throws IOException {
    assertThat(words()).containsAll(Pm2Words.COMMANDS).containsAll(Pm2Words.OPTIONS);
    assertThat(Pm2Words.COMMANDS)
        .allMatch(word -> Verb.find(word).isPresent() != UnsupportedPm2.find(word).isPresent());
    assertThat(Pm2Words.OPTIONS)
        .allMatch(word ->
            CLIENT_OPTIONS.contains(word)
                || VerbOption.find(word).isPresent()
                || UnsupportedPm2.find(word).isPresent());
  }

  @Test
  void guideContainsEveryAttributeOfPm2AndEachIsKnown() throws IOException {
    List<String> written =
        Pm2Words.ATTRIBUTES.stream()
            .map(word -> word.equals("env_") ? AppKey.ENV_NAME.key() : word)
            .toList();
    assertThat(words()).containsAll(written);
    assertThat(written).allMatch(word -> AppKey.named(word).isPresent());
  }

  @Test
  void unsupportedOptionNamesItsReplacement() {
    assertThat(UnsupportedPm2.options()).contains("-w", "--daemon");
    for (String name : UnsupportedPm2.options()) {
      assertThat(ArgumentReader.parse(List.of("start", "a.js", name)))
          .isEqualTo(
              new ParsedCommand.Mistake(
                  name + ": " + UnsupportedPm2.find(name).orElseThrow().line()));
    }
  }

  @Test
  void interpreterArgumentsMayLookLikeOptions() {
    for (List<String> given :
        List.of(List.of("--interpreter-args", "-u"), List.of("--node-args=-u"))) {
      List<String> line = new ArrayList<>(List.of("start", "a.py"));
      line.addAll(given);
      line.addAll(List.of("--name", "x"));
      assertThat(ArgumentReader.parse(line))
          .isInstanceOfSatisfying(
              ParsedCommand.Run.class,
              run -> {
                assertThat(run.arguments().value(VerbOption.INTERPRETER_ARGS)).contains("-u");
                assertThat(run.arguments().value(VerbOption.NAME)).contains("x");
                assertThat(run.arguments().has(VerbOption.UID)).isFalse();
              });
    }
    assertThat(ArgumentReader.parse(List.of("start", "a.py", "--node-args")))
        .isInstanceOf(ParsedCommand.Mistake.class);
  }
}
