package io.jpm.console.completion;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The shells that jpm knows how to complete for.
enum CompletionShell {
  BASH,
  ZSH,
  FISH;

  /// As it is typed.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// As all are typed.
  static List<String> words() {
    return Arrays.stream(values()).map(CompletionShell::word).toList();
  }

  /// The shell of this name, or of a path that ends in it.
  static Optional<CompletionShell> named(String nameOrPath) {
    String name = nameOrPath.substring(nameOrPath.lastIndexOf('/') + 1);
    return Arrays.stream(values()).filter(shell -> shell.word().equals(name)).findFirst();
  }
}
