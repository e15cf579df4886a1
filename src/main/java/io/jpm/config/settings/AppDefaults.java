package io.jpm.config.settings;

import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;

/// The values that the daemon contributes to the spec of an app: the `defaults` from its settings,
/// and the validation of schedules.
///
/// @param restart the restart policy, for attributes that the app does not set
/// @param stop the stop policy, for attributes that the app does not set
/// @param cron validates the expression of `cron_restart`
/// @param maxInstances the maximum number of instances of an app
public record AppDefaults(
    RestartPolicy restart, StopPolicy stop, CronValidator cron, int maxInstances) {
  private static final int MAX_INSTANCES = 1000;

  /// PM2's own defaults.
  public static final AppDefaults PM2 = new AppDefaults(RestartPolicy.DEFAULT, StopPolicy.DEFAULT);

  /// Creates defaults that validate only the number of fields in a schedule.
  public AppDefaults(RestartPolicy restart, StopPolicy stop) {
    this(restart, stop, CronValidator.FIELDS, MAX_INSTANCES);
  }

  /// Returns these defaults with a different validation of schedules.
  public AppDefaults with(CronValidator other) {
    return new AppDefaults(restart, stop, other, maxInstances);
  }
}
