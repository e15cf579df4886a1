package io.jpm.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jpm.model.text.EnvFileText;
import io.jpm.model.text.Expansion;
import io.jpm.testing.CpuTimeBound;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// For any content of an env file, each line is a variable or a mistake whose message does not
/// quote the line. Variables that are written with quotes are read back unchanged.
class EnvFilesFuzz {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");
  private static final Map<String, String> OTHERS =
      Map.of("HOME", "/root", "EMPTY", "", "LONG", "x".repeat(2000));
  private static final Set<String> MESSAGES =
      Set.of(
          "is not a variable: it contains no =",
          "has no valid name before the =: use letters, digits and _",
          "opens a quote that is not closed",
          "has text after the closing quote",
          "expands to more than 131072 characters",
          "contains a NUL character");

  @FuzzTest
  void files(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    EnvFileText.Outcome outcome =
        CpuTimeBound.proportionalTo(
            data.length, () -> EnvFileText.parse(text, EnvFilesFuzz::other));
    outcome
        .variables()
        .forEach((name, value) -> {
          assertThat(name).matches(NAME);
          assertThat(value).doesNotContain("\0");
          assertThat(value.length()).isLessThanOrEqualTo(Math.max(Expansion.LONGEST, data.length));
        });
    long lines = text.chars().filter(c -> c == '\n').count() + 1;
    int before = 0;
    for (EnvFileText.Mistake mistake : outcome.mistakes()) {
      assertThat(MESSAGES).contains(mistake.message());
      assertThat((long) mistake.line()).isGreaterThan(before).isLessThanOrEqualTo(lines);
      before = mistake.line();
    }
    if (outcome.variables().values().stream().allMatch(it -> it.length() < Expansion.LONGEST)) {
      EnvFileText.Outcome again =
          EnvFileText.parse(written(outcome.variables()), EnvFilesFuzz::other);
      assertThat(again.mistakes()).isEmpty();
      assertThat(again.variables()).isEqualTo(outcome.variables());
    }
  }

  private static Optional<String> other(String name) {
    return Optional.ofNullable(OTHERS.get(name));
  }

  private static String written(Map<String, String> variables) {
    return variables.entrySet().stream()
        .map(one -> "export " + one.getKey() + "=\"" + escaped(one.getValue()) + "\" # as it was\n")
        .collect(Collectors.joining());
  }

  private static String escaped(String value) {
    return value
        .replace("\\", "\\\\")
        .replace("\"", "\\\"")
        .replace("\r", "\\r")
        .replace("\n", "\\n")
        .replace("\t", "\\t")
        .replace("${", "\\${");
  }
}
