package io.jpm.bus.access;

import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// An access token of a service, without its secret.
///
/// @param name 1 to 64 letters, digits or `. _ -`, beginning with a letter or a digit; not `owner`
/// @param role the role of the token's holder
/// @param apps the names of the apps to which the token is limited; empty for all apps
/// @param created when the token's secret was created
/// @param expires when the token expires; empty if it never does
public record IssuedToken(
    String name, Role role, Set<String> apps, Instant created, Optional<Instant> expires) {
  /// The remaining lifetime below which [#expiresSoon] may report the token.
  private static final Duration SOON = Duration.ofDays(7);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /// Validates the name.
  ///
  /// @throws IllegalArgumentException with a message for the user if the name is not allowed
  public IssuedToken {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "token name \"%s\" is not valid: use 1 to 64 letters, digits or . _ -, beginning with a letter or a digit"
              .formatted(name));
    }
    if (name.equals(Principal.OWNER_NAME)) {
      throw new IllegalArgumentException(
          "token name \"%s\" is reserved for the owner of JPM_HOME: choose another name"
              .formatted(name));
    }
    apps = Set.copyOf(apps);
  }

  /// Reports whether the token should be rotated now: it expires within 7 days, and less than half
  /// of its lifetime is left.
  public boolean expiresSoon(Instant now) {
    return expires
        .filter(end -> {
          Duration left = Duration.between(now, end);
          return left.compareTo(SOON) < 0
              && left.compareTo(Duration.between(created, end).dividedBy(2)) < 0;
        })
        .isPresent();
  }

  /// Returns the principal of a caller that presents the token's secret.
  public Principal principal() {
    return new Principal(name, role, apps);
  }
}
