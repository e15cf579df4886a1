package io.jpm.model;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The commands and webhooks that run on events of an app (`on` in a process file).
///
/// @param actions the actions for each event, in order
public record Hooks(Map<HookEvent, List<Action>> actions) {
  /// An app without hooks.
  public static final Hooks NONE = new Hooks(Map.of());

  public Hooks {
    actions = Map.copyOf(actions);
  }

  /// The events that hooks react to. The spelling in process files is the name in lower case.
  public enum HookEvent {
    /// A process exited without being stopped by jpm.
    CRASH,
    /// The app has entered a crash loop. Reported once per crash loop.
    CRASH_LOOPING,
    /// The instance is no longer restarted automatically.
    ERRORED,
    /// The readiness or liveness probe has failed.
    UNHEALTHY,
    /// The instance is healthy again after [#UNHEALTHY], is online again after [#CRASH] or
    /// [#ERRORED], or has run long enough after [#CRASH_LOOPING].
    RECOVERED,
    /// The instance has exceeded a limit.
    LIMIT;

    /// Returns the keyword for this event in process files.
    public String keyword() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// Returns the event for `word`, the spelling in process files; empty if there is none.
    public static Optional<HookEvent> ofKeyword(String word) {
      return Arrays.stream(values()).filter(it -> it.keyword().equals(word)).findFirst();
    }
  }

  /// The action of a hook.
  public sealed interface Action {}

  /// Runs a command in the app's directory, with the app's user and environment, and with the
  /// additional variables `JPM_EVENT`, `JPM_APP`, `JPM_ID`, `JPM_PID` and `JPM_REASON`.
  ///
  /// @param command the program and its arguments; no shell is involved
  public record Exec(List<String> command) implements Action {
    public Exec {
      command = List.copyOf(command);
    }
  }

  /// Posts the event as JSON, in the format that bridge clients receive.
  ///
  /// @param url an absolute URL, `http` or `https`
  public record Webhook(URI url) implements Action {}
}
