package io.jpm.config.settings;

import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;

/// What the daemon adds to what an app's owner writes: the `defaults` of its settings, and its
/// knowledge of schedules.
///
/// @param restart when to start again, where the owner is silent
/// @param stop how to end, where the owner is silent
/// @param cron what a `cron_restart` has to pass
/// @param maxInstances the most instances that an app may have
public record AppDefaults(
    RestartPolicy restart, StopPolicy stop, CronCheck cron, int maxInstances) {
  private static final int MAX_INSTANCES = 1000;

  /// PM2's own defaults.
  public static final AppDefaults PM2 = new AppDefaults(RestartPolicy.DEFAULT, StopPolicy.DEFAULT);

  /// With a check of schedules that only counts their fields.
  public AppDefaults(RestartPolicy restart, StopPolicy stop) {
    this(restart, stop, CronCheck.FIELDS, MAX_INSTANCES);
  }

  /// The same with another check of schedules.
  public AppDefaults with(CronCheck other) {
    return new AppDefaults(restart, stop, other, maxInstances);
  }
}
