package io.jpm.god;

import io.jpm.model.AppName;
import java.util.HashMap;
import java.util.Map;

/// The reloads under way, and between which of them another command has come: that one wins. Owned
/// by GodVerticle's context.
final class Interruptions {
  private final Map<AppName, Boolean> underWay = new HashMap<>();

  /// Whether the reload of `app` may begin: there is no other of it.
  boolean begin(AppName app) {
    return underWay.putIfAbsent(app, false) == null;
  }

  void end(AppName app) {
    underWay.remove(app);
  }

  /// Somebody wants something else of `app`.
  void interrupt(AppName app) {
    underWay.replace(app, true);
  }

  /// Whether the reload of `app` must not go on.
  boolean interrupted(AppName app) {
    return underWay.getOrDefault(app, true);
  }
}
