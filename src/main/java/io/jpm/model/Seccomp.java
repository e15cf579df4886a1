package io.jpm.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Which system calls an app may make (`seccomp` in a process file).
public enum Seccomp {
  /// All that its user may.
  NONE("none"),
  /// All but those that administer the machine, enter other namespaces or look into other
  /// processes, `seccomp(2)`.
  DEFAULT("default");

  private final String word;

  Seccomp(String word) {
    this.word = word;
  }

  /// The word in a process file.
  public String word() {
    return word;
  }

  /// All words.
  public static List<String> words() {
    return Arrays.stream(values()).map(Seccomp::word).toList();
  }

  /// What `word` names.
  public static Optional<Seccomp> ofWord(String word) {
    return Arrays.stream(values()).filter(it -> it.word.equals(word)).findFirst();
  }
}
