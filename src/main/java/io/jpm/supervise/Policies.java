package io.jpm.supervise;

import io.jpm.model.AppSpec;
import io.jpm.model.Readiness;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;

/// The rules of an app that decide about its instances.
///
/// @param restart when to start again
/// @param stop how to end
/// @param readiness when it is online
/// @param dependent whether it depends on other apps
public record Policies(
    RestartPolicy restart, StopPolicy stop, Readiness readiness, boolean dependent) {
  /// The rules of `spec`.
  public static Policies of(AppSpec spec) {
    return new Policies(spec.restart(), spec.stop(), spec.readiness(), !spec.dependsOn().isEmpty());
  }
}
