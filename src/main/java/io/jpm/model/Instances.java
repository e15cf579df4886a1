package io.jpm.model;

import java.util.Optional;

/// How many processes an app is, and how they tell themselves apart.
///
/// @param count 1 or more
/// @param numberVariable the variable with the instance's number, from 0 (PM2's `instance_var`)
/// @param counting the variable that is one higher in each further instance (PM2's `increment_var`)
public record Instances(int count, String numberVariable, Optional<String> counting) {
  /// More processes of one app than this are a typing mistake.
  public static final int MOST = 10_000;

  /// PM2's name for the variable with the number.
  public static final String NUMBER_VARIABLE = "NODE_APP_INSTANCE";

  public Instances {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException("instances " + count + ": use 1 to " + MOST);
    }
  }

  /// So many, with PM2's variable.
  public static Instances of(int count) {
    return new Instances(count, NUMBER_VARIABLE, Optional.empty());
  }
}
