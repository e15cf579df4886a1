package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.model.AppName;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.Phase;
import java.util.Optional;

/// What the user wants done.
public sealed interface MonitAction {
  /// Stop this instance and start it again.
  record Restart(InstanceId id, AppName app) implements MonitAction {}

  /// Replace the processes of this app without a gap.
  record Reload(AppName app) implements MonitAction {}

  /// Stop this instance.
  record Stop(InstanceId id, AppName app) implements MonitAction {}

  /// Start this instance.
  record Start(InstanceId id, AppName app) implements MonitAction {}

  /// Have one instance more or fewer.
  ///
  /// @param by 1 or -1
  record Scale(AppName app, int by) implements MonitAction {}

  /// Leave the screen.
  record Quit() implements MonitAction {}

  /// What is asked before it is done; empty: it ends nothing, and is done at once.
  default Optional<String> question() {
    return switch (this) {
      case Restart(var id, var app) -> Optional.of("Restart %s (id %s)?".formatted(app, id));
      case Reload(var app) -> Optional.of("Reload %s?".formatted(app));
      case Stop(var id, var app) -> Optional.of("Stop %s (id %s)?".formatted(app, id));
      case Scale(var app, int by) ->
          by < 0 ? Optional.of("End one instance of %s?".formatted(app)) : Optional.empty();
      case Start _, Quit _ -> Optional.empty();
    };
  }

  /// What is said while it goes on.
  default String progress() {
    return switch (this) {
      case Restart(var id, var app) -> "restarting %s (id %s)".formatted(app, id);
      case Reload(var app) -> "reloading " + app;
      case Stop(var id, var app) -> "stopping %s (id %s)".formatted(app, id);
      case Start(var id, var app) -> "starting %s (id %s)".formatted(app, id);
      case Scale(var app, int by) ->
          by < 0 ? "ending an instance of " + app : "starting an instance of " + app;
      case Quit() -> "";
    };
  }

  /// Stop what runs, start what does not.
  static MonitAction toggled(InstanceView instance) {
    boolean resting = instance.phase() == Phase.STOPPED || instance.phase() == Phase.ERRORED;
    return resting
        ? new Start(instance.id(), instance.spec().name())
        : new Stop(instance.id(), instance.spec().name());
  }
}
