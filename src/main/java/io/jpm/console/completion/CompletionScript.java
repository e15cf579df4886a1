package io.jpm.console.completion;

import io.jpm.console.cli.Verb;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/// Builds the completion script of a shell from a template. The script contains the commands and
/// options of [Verb], which it uses if no daemon is running.
final class CompletionScript {
  private CompletionScript() {}

  /// Returns the script for one shell. Reads from the jar, so it must not run on an event loop.
  static String of(CompletionShell shell) {
    return template(shell)
        .replace("@COMMANDS@", String.join(" ", Completer.commandWords()))
        .replaceFirst("(?m)^ *# @OPTIONS@\n", cases(shell));
  }

  private static String template(CompletionShell shell) {
    String name = "completion." + shell.keyword();
    try (InputStream stream = CompletionScript.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException(name + " is not in the jar");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String cases(CompletionShell shell) {
    return Arrays.stream(Verb.values())
        .map(verb -> {
          String options =
              verb.listedOptions().stream()
                  .flatMap(option -> option.names().stream())
                  .collect(Collectors.joining(" "));
          return switch (shell) {
            case BASH, ZSH ->
                "    %s) options='%s' ;;\n".formatted(String.join(" | ", verb.names()), options);
            case FISH ->
                "        case %s\n            string split ' ' -- '%s'\n"
                    .formatted(String.join(" ", verb.names()), options);
          };
        })
        .collect(Collectors.joining());
  }
}
