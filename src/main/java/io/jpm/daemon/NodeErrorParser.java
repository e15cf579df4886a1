package io.jpm.daemon;

import io.jpm.config.deploy.ScriptEvaluator.Evaluation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds the position of a script error in the output of Node.
///
/// @param file the script
/// @param printed the text that Node printed on standard output and standard error
record NodeErrorParser(Path file, String printed) {
  private static final int LONGEST = 300;
  private static final Pattern ELSEWHERE =
      Pattern.compile("(?:file://)?(/[^\\s():]+):([0-9]{1,9})(?::([0-9]{1,9}))?");

  /// Returns the failure of a script that has thrown an error.
  ///
  /// @param error the name and message of the error
  Evaluation.Failed parse(String error) {
    String what = firstLine(error);
    return own()
        .map(place -> new Evaluation.Failed(number(place, 1), number(place, 2), what))
        .orElseGet(() -> new Evaluation.Failed(0, 0, what + elsewhere()));
  }

  /// Returns the failure of a script that made Node itself exit.
  Evaluation.Failed parseExit(int code) {
    String last = printed.strip().lines().reduce((_, line) -> line).orElse("");
    String said = last.isEmpty() ? "" : ", and printed \"%s\"".formatted(firstLine(last));
    return own()
        .filter(_ -> printed.contains("Error"))
        .map(place ->
            new Evaluation.Failed(number(place, 1), number(place, 2), firstLine(errorLine())))
        .orElseGet(() ->
            new Evaluation.Failed(
                0,
                0,
                "made node exit with code %d before returning a value%s".formatted(code, said)));
  }

  private String errorLine() {
    return printed.lines().filter(line -> line.contains("Error")).findFirst().orElse("");
  }

  /// Finds the first position in the script itself, which may be given with the script's path, real
  /// path or URL.
  private Optional<Matcher> own() {
    String real = realPath();
    Pattern place =
        Pattern.compile(
            "(?:%s|%s|%s|%s):([0-9]{1,9})(?::([0-9]{1,9}))?"
                .formatted(
                    Pattern.quote(file.toString()),
                    Pattern.quote(file.toUri().toString()),
                    Pattern.quote(real),
                    Pattern.quote(Path.of(real).toUri().toString())));
    return Optional.of(place.matcher(printed)).filter(Matcher::find);
  }

  private String realPath() {
    try {
      return file.toRealPath().toString();
    } catch (IOException _) {
      return file.toString();
    }
  }

  private String elsewhere() {
    Matcher place = ELSEWHERE.matcher(printed);
    return place.find() ? " (" + place.group() + ")" : "";
  }

  private static int number(Matcher place, int group) {
    String digits = place.group(group);
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  private static String firstLine(String text) {
    String line = text.strip().lines().findFirst().orElse("");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }
}
