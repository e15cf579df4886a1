package io.jpm.config;

import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;

/// What an app gets where its owner is silent: the `defaults` of the daemon's settings.
///
/// @param restart when to start again
/// @param stop how to end
public record AppDefaults(RestartPolicy restart, StopPolicy stop) {
  /// PM2's own defaults.
  public static final AppDefaults PM2 = new AppDefaults(RestartPolicy.DEFAULT, StopPolicy.DEFAULT);
}
