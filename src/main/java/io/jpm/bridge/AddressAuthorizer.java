package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import java.util.Optional;

/// Decides which bus addresses a principal is allowed to use. Its rules apply in addition to the
/// allow-list, which is the same for every peer. Requests to [Addresses#COMMAND] are authorized by
/// the component that receives them.
final class AddressAuthorizer {
  private AddressAuthorizer() {}

  /// Returns the reason why `who` is not allowed to send or publish to `address`, as text for
  /// users; empty if `who` is allowed.
  static Optional<String> refusalToSend(Principal who, String address) {
    if (address.equals(Addresses.COMMAND) || (who.hasRole(Role.ADMIN) && who.canAccessAll())) {
      return Optional.empty();
    }
    return Optional.of(
        address.equals(Addresses.CONSOLE)
            ? "%s is reserved for tokens with the role admin and access to all apps: use %s"
                .formatted(address, Addresses.COMMAND)
            : "%s is not available to %s: use %s"
                .formatted(address, who.name(), Addresses.COMMAND));
  }

  /// Returns the reason why `who` is not allowed to subscribe to `address`, as text for users;
  /// empty if `who` is allowed. A principal whose access is limited to some apps can subscribe only
  /// to the addresses of those apps.
  static Optional<String> refusalToSubscribe(Principal who, String address) {
    if (who.canAccessAll()) {
      return Optional.empty();
    }
    Optional<String> app = Addresses.appOf(address);
    if (app.isPresent()) {
      return app.filter(name -> !who.canAccess(name))
          .map(name -> "%s has no access to the app %s".formatted(who.name(), name));
    }
    String instead =
        address.equals(Addresses.EVENTS)
            ? ": subscribe to "
                + Addresses.eventsOf(who.apps().stream().sorted().toList().getFirst())
            : "";
    return Optional.of(
        "%s covers all apps, but %s has access to only some of them%s"
            .formatted(address, who.name(), instead));
  }
}
