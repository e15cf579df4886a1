package io.jpm.console.completion;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The shells that completion supports.
enum CompletionShell {
  BASH,
  ZSH,
  FISH;

  /// Returns the name as users type it.
  String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Returns the names of all shells.
  static List<String> keywords() {
    return Arrays.stream(values()).map(CompletionShell::keyword).toList();
  }

  /// Returns the shell with this name, or the shell whose name is the last component of this path.
  static Optional<CompletionShell> named(String nameOrPath) {
    String name = nameOrPath.substring(nameOrPath.lastIndexOf('/') + 1);
    return Arrays.stream(values()).filter(shell -> shell.keyword().equals(name)).findFirst();
  }
}
