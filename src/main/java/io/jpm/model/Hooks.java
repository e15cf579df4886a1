package io.jpm.model;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Who is told when something happens to an app (`on` in a process file).
///
/// @param actions what is done on which occasion, in order
public record Hooks(Map<Occasion, List<Action>> actions) {
  /// Nobody.
  public static final Hooks NONE = new Hooks(Map.of());

  public Hooks {
    actions = Map.copyOf(actions);
  }

  /// What is told. The word in a process file is the name in lower case.
  public enum Occasion {
    /// A process ended and nobody had asked for it.
    CRASH,
    /// It fails again and again; told once, when that begins.
    CRASH_LOOPING,
    /// It is not started again by itself.
    ERRORED,
    /// Its readiness or liveness check fails.
    UNHEALTHY,
    /// It is well again after [#UNHEALTHY], or online again after [#CRASH] or [#ERRORED], or has
    /// run for long enough after [#CRASH_LOOPING].
    RECOVERED,
    /// It has crossed a limit.
    LIMIT;

    /// The word in a process file.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// The occasion that `word` names.
    public static Optional<Occasion> ofWord(String word) {
      return Arrays.stream(values()).filter(it -> it.word().equals(word)).findFirst();
    }
  }

  /// What is done.
  public sealed interface Action {}

  /// Runs a command in the app's directory, with the app's user and environment, and with
  /// `JPM_EVENT`, `JPM_APP`, `JPM_ID`, `JPM_PID` and `JPM_REASON`.
  ///
  /// @param command program and arguments, without a shell
  public record Exec(List<String> command) implements Action {
    public Exec {
      command = List.copyOf(command);
    }
  }

  /// Posts the event as JSON, in the form that subscribers of the bridge get.
  ///
  /// @param url `http` or `https`, absolute
  public record Webhook(URI url) implements Action {}
}
