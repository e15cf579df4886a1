package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import java.util.Optional;

/// Authorizes a principal to use bus addresses, in addition to the allow-list that applies to every
/// peer. Requests to [Addresses#COMMAND] are authorized by their receiver.
final class AddressAuthorizer {
  private AddressAuthorizer() {}

  /// Returns the reason why `who` may not send or publish to `address`, as a sentence; empty if it
  /// may.
  static Optional<String> refusalToSend(Principal who, String address) {
    if (address.equals(Addresses.COMMAND) || (who.hasRole(Role.ADMIN) && who.canAccessAll())) {
      return Optional.empty();
    }
    return Optional.of(
        address.equals(Addresses.CONSOLE)
            ? "%s is only for the role admin without a limit to apps: use %s"
                .formatted(address, Addresses.COMMAND)
            : "%s is not for %s: use %s".formatted(address, who.name(), Addresses.COMMAND));
  }

  /// Returns the reason why `who` may not subscribe to `address`, as a sentence; empty if it may. A
  /// principal that is limited to some apps may subscribe to the addresses of these apps only.
  static Optional<String> refusalToSubscribe(Principal who, String address) {
    if (who.canAccessAll()) {
      return Optional.empty();
    }
    Optional<String> app = Addresses.appOf(address);
    if (app.isPresent()) {
      return app.filter(name -> !who.canAccess(name))
          .map(name -> "%s may not see the app %s".formatted(who.name(), name));
    }
    String instead =
        address.equals(Addresses.EVENTS)
            ? ": subscribe to "
                + Addresses.eventsOf(who.apps().stream().sorted().toList().getFirst())
            : "";
    return Optional.of(
        "%s is about all apps, and %s may see only some%s".formatted(address, who.name(), instead));
  }
}
