package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.model.AppName;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Phase;
import java.util.Optional;

/// An action that the user requests by pressing a key.
public sealed interface MonitAction {
  /// Restarts an instance.
  record Restart(InstanceId id, AppName app) implements MonitAction {}

  /// Reloads an app, as `jpm reload` does.
  record Reload(AppName app) implements MonitAction {}

  /// Stops an instance.
  record Stop(InstanceId id, AppName app) implements MonitAction {}

  /// Starts an instance.
  record Start(InstanceId id, AppName app) implements MonitAction {}

  /// Adds or removes one instance of an app.
  ///
  /// @param by 1 or -1
  record Scale(AppName app, int by) implements MonitAction {}

  /// Closes the screen.
  record Quit() implements MonitAction {}

  /// Returns the question that the user must confirm first. Empty if the action needs no
  /// confirmation, because it does not stop a process.
  default Optional<String> question() {
    return switch (this) {
      case Restart(var id, var app) -> Optional.of("Restart %s (id %s)?".formatted(app, id));
      case Reload(var app) -> Optional.of("Reload %s?".formatted(app));
      case Stop(var id, var app) -> Optional.of("Stop %s (id %s)?".formatted(app, id));
      case Scale(var app, int by) ->
          by < 0 ? Optional.of("Stop one instance of %s?".formatted(app)) : Optional.empty();
      case Start _, Quit _ -> Optional.empty();
    };
  }

  /// Returns the text shown while the action is in progress.
  default String progress() {
    return switch (this) {
      case Restart(var id, var app) -> "restarting %s (id %s)".formatted(app, id);
      case Reload(var app) -> "reloading " + app;
      case Stop(var id, var app) -> "stopping %s (id %s)".formatted(app, id);
      case Start(var id, var app) -> "starting %s (id %s)".formatted(app, id);
      case Scale(var app, int by) ->
          by < 0 ? "stopping an instance of " + app : "starting an instance of " + app;
      case Quit() -> "";
    };
  }

  /// Returns the action that stops a running instance or starts a stopped one.
  static MonitAction toggled(InstanceView instance) {
    boolean resting = instance.phase() == Phase.STOPPED || instance.phase() == Phase.ERRORED;
    return resting
        ? new Start(instance.id(), instance.spec().name())
        : new Stop(instance.id(), instance.spec().name());
  }
}
