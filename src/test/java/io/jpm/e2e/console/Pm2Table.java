package io.jpm.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.Jpm;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// Runs command lines as PM2's users type them, and checks what each prints and how it ends.
/// Records the words that were typed.
final class Pm2Table {
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
  private static final Set<String> TYPED = ConcurrentHashMap.newKeySet();

  private final Jpm jpm;

  Pm2Table(Jpm jpm) {
    this.jpm = jpm;
  }

  /// Returns every word that was typed so far.
  static Set<String> typedWords() {
    return Set.copyOf(TYPED);
  }

  /// Splits a line into words and records them. Single quotes keep words together.
  static List<String> words(String line) {
    List<String> words =
        WORD.matcher(line)
            .results()
            .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
            .toList();
    int dashes = words.indexOf("--");
    words.stream()
        .limit(dashes < 0 ? words.size() : dashes)
        .map(word -> word.startsWith("-") ? word.replaceFirst("=.*", "") : word)
        .forEach(TYPED::add);
    return words;
  }

  /// Runs a line that must exit with 0 and print these parts to standard output.
  Jpm.Result succeeds(String line, String... parts) {
    Jpm.Result result = type(line);
    assertThat(result.code()).as("%s: %s", line, result).isZero();
    for (String part : parts) {
      assertThat(result.out()).as("%s: %s", line, result).contains(part);
    }
    return result;
  }

  /// Runs a line that must exit with 1 and print one line to standard error, which contains this
  /// part.
  Jpm.Result fails(String line, String part) {
    Jpm.Result result = type(line);
    assertThat(result.code()).as("%s: %s", line, result).isEqualTo(1);
    assertThat(result.err().lines()).as("%s: %s", line, result).hasSize(1);
    assertThat(result.err()).as(line).contains(part).doesNotContain("Exception");
    return result;
  }

  private Jpm.Result type(String line) {
    return jpm.run(words(line).toArray(String[]::new));
  }
}
