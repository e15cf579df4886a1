package io.jpm.model.access;

import java.util.Set;

/// Who asks: the owner of the home, or the holder of a token.
///
/// @param name the token's name; `owner` for who has the home itself
/// @param role what it may do
/// @param apps the names of the apps it may see and act on; empty: all
public record Principal(String name, Role role, Set<String> apps) {
  /// The name of [#OWNER], which no token may have.
  public static final String OWNER_NAME = "owner";

  /// Who has the home, and may do everything.
  public static final Principal OWNER = new Principal(OWNER_NAME, Role.ADMIN, Set.of());

  public Principal {
    apps = Set.copyOf(apps);
  }

  /// Whether it may do what needs this role, be it on its own apps only.
  public boolean may(Role needed) {
    return role.covers(needed);
  }

  /// Whether all apps are its own, also those to come.
  public boolean reachesAll() {
    return apps.isEmpty();
  }

  /// Whether it may see and act on the app of this name.
  public boolean reaches(String app) {
    return apps.isEmpty() || apps.contains(app);
  }
}
