package io.jpm.model.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The roles of bridge clients, from the least to the most powerful. Each role includes the
/// previous ones.
public enum Role {
  /// May read lists, events, log lines and usage.
  READ,
  /// May also stop, start, restart, reload, scale and signal apps that are in the list, and send
  /// messages and input to them.
  OPERATE,
  /// May do everything, including running any program as the daemon's user.
  ADMIN;

  /// Reports whether this role includes `needed`.
  public boolean covers(Role needed) {
    return compareTo(needed) >= 0;
  }

  /// Returns the name of the role: `read`, `operate` or `admin`.
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Returns the role with the name `word`; empty if there is none.
  public static Optional<Role> of(String word) {
    return Arrays.stream(values()).filter(role -> role.keyword().equals(word)).findFirst();
  }
}
