package io.jpm.balancer;

import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Balance;
import io.jpm.model.ListenAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where an app listens, or is going to, as far as can be told before it does.
///
/// @param way how its instances share that
/// @param addresses as people write them: `8000`, `*:8000`, `127.0.0.1:8000`, `[::1]:8000`
record Claim(AppName app, Balance way, List<String> addresses) {
  Claim {
    addresses = List.copyOf(addresses);
  }

  /// What the description of an app says.
  static Claim of(AppSpec spec, Balance way) {
    Stream<ListenAddress> addresses =
        switch (way) {
          case LISTEN_FDS -> spec.cluster().listen().stream();
          case PROXY -> WayChooser.port(spec).stream().mapToObj(ListenAddress::any);
          case NODE, JVM -> spec.cluster().port().stream().mapToObj(ListenAddress::any);
          case AUTO, OFF -> Stream.empty();
        };
    return new Claim(spec.name(), way, addresses.map(ListenAddress::toString).toList());
  }

  /// The same with where it was seen to listen.
  Claim with(List<String> seen) {
    return new Claim(app, way, Stream.concat(seen.stream(), addresses.stream()).toList());
  }

  /// Why this app cannot be started beside another one, as a sentence; empty: it can.
  Optional<String> refusedBeside(Claim other) {
    // Apps of Node that ask for the same port share it, as in PM2.
    boolean mayShare = app.equals(other.app) || (way == Balance.NODE && other.way == Balance.NODE);
    return mayShare
        ? Optional.empty()
        : common(other)
            .map(address ->
                "%s is in use already: the app \"%s\" listens there (balance: %s); stop that, or give one of them another port"
                    .formatted(spoken(address), other.app, other.way.word()));
  }

  /// Why a process that shares in this way cannot come up beside one of the same app that shares in
  /// another, as a sentence; empty: it can.
  Optional<String> refusedAfter(Claim former) {
    if (way == former.way || way == Balance.OFF || former.way == Balance.OFF) {
      return Optional.empty();
    }
    // Without an address it is for the program to say, and it will hardly be another one.
    Optional<String> kept =
        addresses.isEmpty() ? former.addresses.stream().findFirst() : common(former);
    return kept.map(address ->
        "balance is %s and was %s, and %s cannot be handed from one to the other: use jpm restart for this change, which has a gap"
            .formatted(way.word(), former.way.word(), spoken(address)));
  }

  private static String spoken(String address) {
    return address.matches("[0-9]+") ? "port " + address : address;
  }

  /// The first of the other's addresses at which both would get the same connections.
  private Optional<String> common(Claim other) {
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
