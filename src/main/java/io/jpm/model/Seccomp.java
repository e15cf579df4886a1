package io.jpm.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The system calls that an app may make (`seccomp` in a process file).
public enum Seccomp {
  /// All system calls that the app's user may make.
  NONE("none"),
  /// All system calls except those that administer the machine, enter other namespaces or inspect
  /// other processes; see `seccomp(2)`.
  DEFAULT("default");

  private final String word;

  Seccomp(String word) {
    this.word = word;
  }

  /// Returns the keyword for this constant in process files.
  public String word() {
    return word;
  }

  /// Returns the keywords of all constants.
  public static List<String> words() {
    return Arrays.stream(values()).map(Seccomp::word).toList();
  }

  /// Returns the constant for `word`, the spelling in process files; empty if there is none.
  public static Optional<Seccomp> ofWord(String word) {
    return Arrays.stream(values()).filter(it -> it.word.equals(word)).findFirst();
  }
}
