package io.jpm.model;

import java.util.Optional;

/// The number of instances of an app, and the variables that distinguish them.
///
/// @param count the number of instances, 1 or more
/// @param numberVariable the variable that contains the number of the instance, from 0 (PM2's
///   `instance_var`)
/// @param counting the variable that is incremented for each further instance (PM2's
///   `increment_var`)
public record InstanceSettings(int count, String numberVariable, Optional<String> counting) {
  /// Upper bound on the number of instances. A larger number is almost certainly a typing error.
  public static final int MOST = 10_000;

  /// The default variable for the number of the instance, as in PM2.
  public static final String NUMBER_VARIABLE = "NODE_APP_INSTANCE";

  public InstanceSettings {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException(
          "instances must be between 1 and " + MOST + ", not " + count);
    }
  }

  /// Returns the settings for `count` instances with [#NUMBER_VARIABLE].
  public static InstanceSettings of(int count) {
    return new InstanceSettings(count, NUMBER_VARIABLE, Optional.empty());
  }
}
