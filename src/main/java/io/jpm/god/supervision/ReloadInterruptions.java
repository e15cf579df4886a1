package io.jpm.god.supervision;

import io.jpm.model.AppName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/// The reloads under way, and between which of them another command has come: that one wins. Owned
/// by GodVerticle's context.
public final class ReloadInterruptions {
  private final Map<AppName, Boolean> underWay = new HashMap<>();
  private final Map<AppName, Deque<Runnable>> waiting = new HashMap<>();

  /// Whether the reload of `app` may begin: there is no other of it.
  public boolean begin(AppName app) {
    return underWay.putIfAbsent(app, false) == null;
  }

  public void end(AppName app) {
    underWay.remove(app);
    Deque<Runnable> others = waiting.get(app);
    // One after the other: the first may begin something that the next has to wait for.
    while (others != null && !others.isEmpty() && !underWay.containsKey(app)) {
      others.remove().run();
    }
    if (others != null && others.isEmpty()) {
      waiting.remove(app, others);
    }
  }

  /// Runs `action` when what is under way for `app` has ended.
  public void onceFree(AppName app, Runnable action) {
    waiting.computeIfAbsent(app, _ -> new ArrayDeque<>()).add(action);
  }

  /// Somebody wants something else of `app`.
  public void interrupt(AppName app) {
    underWay.replace(app, true);
  }

  /// Whether the reload of `app` must not go on.
  public boolean interrupted(AppName app) {
    return underWay.getOrDefault(app, true);
  }
}
