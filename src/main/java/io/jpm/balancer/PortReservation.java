package io.jpm.balancer;

import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.ListenAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The addresses on which an app listens or is going to listen, as far as they are known in
/// advance.
///
/// @param mode how the instances of the app share the addresses
/// @param addresses the addresses as text: `8000`, `*:8000`, `127.0.0.1:8000`, `[::1]:8000`
record PortReservation(AppName app, BalancingMode mode, List<String> addresses) {
  PortReservation {
    addresses = List.copyOf(addresses);
  }

  /// Returns the addresses that the spec of an app declares.
  static PortReservation of(AppSpec spec, BalancingMode mode) {
    Stream<ListenAddress> addresses =
        switch (mode) {
          case LISTEN_FDS -> spec.cluster().listen().stream();
          case PROXY -> ModeSelector.port(spec).stream().mapToObj(ListenAddress::any);
          case NODE, JVM -> spec.cluster().port().stream().mapToObj(ListenAddress::any);
          case AUTO, OFF -> Stream.empty();
        };
    return new PortReservation(spec.name(), mode, addresses.map(ListenAddress::toString).toList());
  }

  /// Returns a copy that also contains `seen`, the addresses on which the app was observed to
  /// listen.
  PortReservation with(List<String> seen) {
    return new PortReservation(
        app, mode, Stream.concat(seen.stream(), addresses.stream()).toList());
  }

  /// Returns the reason why this app cannot start while `other` is running, as text for users;
  /// empty if it can start.
  Optional<String> refusedBeside(PortReservation other) {
    // Node apps that request the same port share it, as in PM2.
    boolean mayShare =
        app.equals(other.app) || (mode == BalancingMode.NODE && other.mode == BalancingMode.NODE);
    return mayShare
        ? Optional.empty()
        : common(other)
            .map(address ->
                "%s is already in use by the app \"%s\" (balance: %s): stop that app, or assign a different port to one of them"
                    .formatted(spoken(address), other.app, other.mode.keyword()));
  }

  /// Returns the reason why a process cannot start beside a process of the same app that still uses
  /// the mode and the addresses of `former`, as text for users; empty if it can start.
  Optional<String> refusedAfter(PortReservation former) {
    if (mode == former.mode || mode == BalancingMode.OFF || former.mode == BalancingMode.OFF) {
      return Optional.empty();
    }
    // If no addresses are declared, the program chooses one, and most likely chooses the same
    // address again.
    Optional<String> kept =
        addresses.isEmpty() ? former.addresses.stream().findFirst() : common(former);
    return kept.map(address ->
        "balance is now %s instead of %s, and %s cannot be handed over between these modes: use jpm restart, which causes a short downtime"
            .formatted(mode.keyword(), former.mode.keyword(), spoken(address)));
  }

  private static String spoken(String address) {
    return address.matches("[0-9]+") ? "port " + address : address;
  }

  /// Returns the first address of `other` that overlaps with an address of this app.
  private Optional<String> common(PortReservation other) {
    return other.addresses.stream()
        .filter(there -> addresses.stream().anyMatch(here -> overlap(here, there)))
        .findFirst();
  }

  private static boolean overlap(String one, String other) {
    return port(one).equals(port(other)) && (covers(one, other) || covers(other, one));
  }

  private static boolean covers(String one, String other) {
    String host = host(one);
    return switch (host) {
      case "", "*", "[::]" -> true;
      case "0.0.0.0" -> !host(other).startsWith("[");
      default -> host.equals(host(other));
    };
  }

  private static String port(String address) {
    return address.substring(address.lastIndexOf(':') + 1);
  }

  private static String host(String address) {
    return address.substring(0, Math.max(0, address.lastIndexOf(':')));
  }
}
