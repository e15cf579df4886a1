package io.jpm.god.supervision;

import io.jpm.model.AppName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/// Records the running reloads, and which of them another command has interrupted: the other
/// command takes precedence. Confined to GodVerticle's context.
public final class ReloadInterruptions {
  private final Map<AppName, Boolean> underWay = new HashMap<>();
  private final Map<AppName, Deque<Runnable>> waiting = new HashMap<>();

  /// Begins a reload of `app`.
  ///
  /// @return false if another one is running
  public boolean begin(AppName app) {
    return underWay.putIfAbsent(app, false) == null;
  }

  /// Ends the reload of `app` and runs the actions that wait for that.
  public void end(AppName app) {
    underWay.remove(app);
    Deque<Runnable> others = waiting.get(app);
    // One after the other: the first may begin a reload that the next must wait for.
    while (others != null && !others.isEmpty() && !underWay.containsKey(app)) {
      others.remove().run();
    }
    if (others != null && others.isEmpty()) {
      waiting.remove(app, others);
    }
  }

  /// Runs `action` when the running reload of `app` has ended.
  public void onceFree(AppName app, Runnable action) {
    waiting.computeIfAbsent(app, _ -> new ArrayDeque<>()).add(action);
  }

  /// Interrupts the reload of `app` for another command.
  public void interrupt(AppName app) {
    underWay.replace(app, true);
  }

  /// Reports whether the reload of `app` must not continue.
  public boolean interrupted(AppName app) {
    return underWay.getOrDefault(app, true);
  }
}
