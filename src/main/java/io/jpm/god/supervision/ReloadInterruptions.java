package io.jpm.god.supervision;

import io.jpm.model.AppName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/// Records which apps are being reloaded or scaled, and whether another command, which takes
/// precedence, has interrupted this. Confined to GodVerticle's context.
public final class ReloadInterruptions {
  private final Map<AppName, Boolean> underWay = new HashMap<>();
  private final Map<AppName, Deque<Runnable>> waiting = new HashMap<>();

  /// Records that a reload or a change in the number of instances of `app` begins.
  ///
  /// @return false if the app is already being reloaded or scaled
  public boolean begin(AppName app) {
    return underWay.putIfAbsent(app, false) == null;
  }

  /// Records that the reload of `app` has finished, and runs the actions that are waiting for this.
  public void end(AppName app) {
    underWay.remove(app);
    Deque<Runnable> others = waiting.get(app);
    // Actions are run one at a time, because each may begin a reload that the next one has to wait
    // for.
    while (others != null && !others.isEmpty() && !underWay.containsKey(app)) {
      others.remove().run();
    }
    if (others != null && others.isEmpty()) {
      waiting.remove(app, others);
    }
  }

  /// Runs `action` when the reload of `app` that is in progress has finished.
  public void onceFree(AppName app, Runnable action) {
    waiting.computeIfAbsent(app, _ -> new ArrayDeque<>()).add(action);
  }

  /// Interrupts the reload of `app`, if there is one, in favor of another command.
  public void interrupt(AppName app) {
    underWay.replace(app, true);
  }

  /// Reports whether the reload of `app` must not continue.
  public boolean interrupted(AppName app) {
    return underWay.getOrDefault(app, true);
  }
}
