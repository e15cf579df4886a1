package io.jpm.model.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What somebody may do through the bridge, from the least to the most; each may do what those
/// before it may.
public enum Role {
  /// Look: lists, events, lines, usage.
  READ,
  /// Also stop, start, restart, reload, scale and signal apps that are in the list, and send to
  /// them.
  OPERATE,
  /// Everything, so to run any program as the daemon's user.
  ADMIN;

  /// Whether this role may do what needs `needed`.
  public boolean covers(Role needed) {
    return compareTo(needed) >= 0;
  }

  /// As it is written: `read`, `operate`, `admin`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The role of that word; empty: there is none.
  public static Optional<Role> of(String word) {
    return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
  }
}
