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
/// @param trial whether this is a process beside the one that counts: what ends of itself, or does
///   not get ready, stays so
public record Policies(
    RestartPolicy restart, StopPolicy stop, Readiness readiness, boolean dependent, boolean trial) {
  /// Of an instance that counts.
  public Policies(RestartPolicy restart, StopPolicy stop, Readiness readiness, boolean dependent) {
    this(restart, stop, readiness, dependent, false);
  }

  /// The rules of `spec`.
  public static Policies of(AppSpec spec) {
    return new Policies(spec.restart(), spec.stop(), spec.readiness(), !spec.dependsOn().isEmpty());
  }

  /// The rules for a process of `spec` that is to take the place of another, or had to leave its
  /// own: it is never restarted, and only online when somebody has said that it is ready.
  public static Policies onTrial(AppSpec spec) {
    var readiness = new Readiness(true, spec.readiness().timeout());
    return new Policies(spec.restart(), spec.stop(), readiness, false, true);
  }
}
