package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import java.util.Optional;

/// What a peer may do at the bridge itself, beside the list of addresses that are open to anybody:
/// who it is decides. What it may have of [Addresses#COMMAND] is decided there.
final class PeerRights {
  private PeerRights() {}

  /// Why it may not send or publish to this address, in a sentence; empty: it may.
  static Optional<String> refusalToSend(Principal who, String address) {
    if (address.equals(Addresses.COMMAND) || (who.may(Role.ADMIN) && who.reachesAll())) {
      return Optional.empty();
    }
    return Optional.of(
        address.equals(Addresses.CONSOLE)
            ? "%s is for the role admin without a limit to apps: use %s"
                .formatted(address, Addresses.COMMAND)
            : "%s is not for %s: use %s".formatted(address, who.name(), Addresses.COMMAND));
  }

  /// Why it may not subscribe to this address, in a sentence; empty: it may. Whoever is limited to
  /// some apps gets what is published of one of these apps, and nothing that is of all.
  static Optional<String> refusalToSubscribe(Principal who, String address) {
    if (who.reachesAll()) {
      return Optional.empty();
    }
    Optional<String> app = Addresses.appOf(address);
    if (app.isPresent()) {
      return app.filter(name -> !who.reaches(name))
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
