package io.jpm.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.Instances;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetSelectionTest {
  private static final List<InstanceView> ALL =
      List.of(
          Instances.online(0, Instances.spec("web", 2, "shop"), 0),
          Instances.online(1, Instances.spec("web", 2, "shop"), 1),
          Instances.online(2, Instances.spec("web-2", 1, "shop"), 0),
          Instances.online(3, Instances.spec("web.x", 1, "other"), 0),
          Instances.online(4, Instances.spec("4", 1, "other"), 0));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "web | 0 1",
        "web* | 0 1 2 3",
        "web-? | 2",
        "*.x | 3",
        "web.? | 3",
        "*e* | 0 1 2 3",
        "? | 4",
        "shop | 0 1 2",
        "/^web$/ | 0 1",
        "/e/ | 0 1 2 3",
        "/^[4w](eb)?$/ | 0 1 4",
        "/^.{3}$/ | 0 1",
        "#3 | 3",
        "all | 0 1 2 3 4",
      })
  void selectorMatchesInstances(String word, String ids) {
    assertThat(TargetSelection.of(List.of(word), ALL))
        .isEqualTo(
            new TargetSelection.Found(
                ALL.stream()
                    .filter(it -> List.of(ids.split(" ")).contains(it.id().toString()))
                    .toList()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"w?", "*y", "eb*", "/^eb/", "WEB*", "[web]*", "w{1}*", "\\w*"})
  void selectorWithoutMatchIsReportedAsMissing(String word) {
    assertThat(TargetSelection.of(List.of(word), ALL))
        .isEqualTo(new TargetSelection.Missing(List.of(word)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/(\\pL{1000}){50}/",
        "/((((a{9}){9}){9}){9}){9}/",
        "/(((a{9,}){9,}){9,}){9,}/",
        "/(((a{0,9}){1,9}){2,9}){0,9}/",
        "/(x{999999999})/",
      })
  void repetitionsInRegularExpressionsAreBounded(String word) {
    assertThat(TargetSelection.of(List.of(word), ALL))
        .isEqualTo(
            new TargetSelection.Invalid(
                "targets: %s is too complex: its length multiplied by its repetition counts exceeds 1000"
                    .formatted(word)));
  }

  @Test
  void patternsAndSelectorListsAreBoundedInLength() {
    for (String word : List.of("/" + "a".repeat(255) + "/", "*" + "a".repeat(256))) {
      assertThat(TargetSelection.of(List.of(word), ALL))
          .isEqualTo(
              new TargetSelection.Invalid(
                  "targets: a pattern has 257 characters, but at most 256 are allowed"));
    }
    assertThat(TargetSelection.of(Collections.nCopies(1001, "web"), ALL))
        .isEqualTo(
            new TargetSelection.Invalid("targets: 1001 selectors, but at most 1000 are allowed"));
    assertThat(TargetSelection.of(Collections.nCopies(1000, "web"), ALL))
        .isEqualTo(new TargetSelection.Found(ALL.subList(0, 2)));
  }

  @Test
  void invalidRegularExpressionIsReported() {
    assertThat(TargetSelection.of(List.of("/(/"), ALL))
        .isInstanceOfSatisfying(
            TargetSelection.Invalid.class,
            invalid ->
                assertThat(invalid.problem())
                    .startsWith("targets: /(/ is not a valid regular expression: "));
  }

  @Test
  void patternsAndLongListsCountAsLongRunning() {
    assertThat(TargetSelection.isLong(List.of("web", "all", "#1"))).isFalse();
    assertThat(TargetSelection.isLong(List.of("web", "/a/"))).isTrue();
    assertThat(TargetSelection.isLong(List.of("web*"))).isTrue();
    assertThat(TargetSelection.isLong(Collections.nCopies(21, "web"))).isTrue();
  }
}
