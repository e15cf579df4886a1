package io.jpm.console.completion;

import io.jpm.console.cli.Verb;
import io.jpm.console.completion.Completion.Files;
import io.jpm.model.process.Signal;
import java.util.Arrays;
import java.util.List;

/// A kind of target that a command accepts at one position, according to [Verb#targetNames].
sealed interface TargetKind {
  /// An app, or a namespace of apps.
  record App() implements TargetKind {}

  /// The id of an instance.
  record Id() implements TargetKind {}

  /// A file.
  record FilePath(Files files) implements TargetKind {}

  /// One of these words.
  record OneOf(List<String> values) implements TargetKind {
    public OneOf {
      values = List.copyOf(values);
    }
  }

  /// An action that the preceding app has registered.
  record Action() implements TargetKind {}

  /// Any text.
  record Free() implements TargetKind {}

  /// Returns the kinds of targets that the command accepts at index `place`, counted from 0. If the
  /// command accepts any number of targets, the last kind applies to all further targets.
  static List<TargetKind> at(Verb verb, int place) {
    String names = verb.targetNames();
    if (names.isEmpty()) {
      return List.of();
    }
    String[] places = names.replaceAll("[\\[\\]\"]", "").split(" ", -1);
    boolean goesOn = names.contains("…");
    if (place >= places.length && !goesOn) {
      return List.of();
    }
    String alternatives = places[Math.min(place, places.length - 1)].replace("…", "");
    return Arrays.stream(alternatives.split("\\|", -1)).map(TargetKind::of).toList();
  }

  private static TargetKind of(String name) {
    return switch (name) {
      case "name" -> new App();
      case "id" -> new Id();
      case "file", "script" -> new FilePath(Files.FILES);
      case "path" -> new FilePath(Files.DIRECTORIES);
      case "signal" -> new OneOf(Arrays.stream(Signal.values()).map(Signal::name).toList());
      case "shell" -> new OneOf(CompletionShell.keywords());
      case "action" -> new Action();
      case "all",
          "max",
          "simple",
          "systemd",
          "stop",
          "status",
          "verify",
          "install",
          "uninstall",
          "create",
          "rotate",
          "ls",
          "revoke" ->
          new OneOf(List.of(name));
      default -> new Free();
    };
  }
}
