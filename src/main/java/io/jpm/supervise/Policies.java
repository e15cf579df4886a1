package io.jpm.supervise;

import io.jpm.model.AppSpec;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;

/// The rules of an app that decide about its instances.
///
/// @param restart when to start again
/// @param stop how to end
public record Policies(RestartPolicy restart, StopPolicy stop) {
  /// The rules of `spec`.
  public static Policies of(AppSpec spec) {
    return new Policies(spec.restart(), spec.stop());
  }
}
