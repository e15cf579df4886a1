package io.jpm.model.access;

import java.util.Set;

/// The sender of a request: the owner of the home, or the holder of a token.
///
/// @param name the name of the token; `owner` for the owner of the home
/// @param role the role of the principal, which determines its rights
/// @param apps the names of the apps that the principal may access; empty for all apps
public record Principal(String name, Role role, Set<String> apps) {
  /// The name of [#OWNER], which no token may have.
  public static final String OWNER_NAME = "owner";

  /// The owner of the home, who is allowed to do everything.
  public static final Principal OWNER = new Principal(OWNER_NAME, Role.ADMIN, Set.of());

  public Principal {
    apps = Set.copyOf(apps);
  }

  /// Reports whether the role of the principal includes `needed`. The rights may still be
  /// restricted to some apps.
  public boolean hasRole(Role needed) {
    return role.covers(needed);
  }

  /// Reports whether the principal may access all apps, including future ones.
  public boolean canAccessAll() {
    return apps.isEmpty();
  }

  /// Reports whether the principal may access the app of this name.
  public boolean canAccess(String app) {
    return apps.isEmpty() || apps.contains(app);
  }
}
