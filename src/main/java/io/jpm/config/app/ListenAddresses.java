package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.model.ListenAddress;
import io.jpm.spec.AppKey;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads `listen`: the addresses of the sockets that an app inherits. Host names are rejected,
/// because their addresses may change while the sockets stay open.
final class ListenAddresses {
  private static final String FORMS =
      "%s is not an address to listen on: use a port, \"127.0.0.1:8000\" or \"[::1]:8000\"";
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");
  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final Pattern WITH_HOST = Pattern.compile("(\\[[^\\]]*\\]|[^:\\[\\]]*):([0-9]+)");

  private final AttributeReader attributeReader;
  private final List<ResolvedAddress> read = new ArrayList<>();

  /// An address with its parsed host; an empty host means all addresses.
  private record ResolvedAddress(ListenAddress address, Optional<InetAddress> host) {
    /// Reports whether a socket with this address prevents another socket from binding to `other`.
    boolean covers(ResolvedAddress other) {
      return address.port() == other.address.port()
          && (host.isEmpty()
              || host.equals(other.host)
              || (host.get().isAnyLocalAddress()
                  && other.host.filter(host.get().getClass()::isInstance).isPresent()));
    }
  }

  ListenAddresses(AttributeReader attributeReader) {
    this.attributeReader = attributeReader;
  }

  /// Returns the addresses in the order in which they are written. Must be called at most once.
  List<ListenAddress> read() {
    attributeReader.node(AppKey.LISTEN).ifPresent(this::addAll);
    return read.stream().map(ResolvedAddress::address).toList();
  }

  private void addAll(ConfigNode configNode) {
    switch (configNode) {
      case ConfigNode.Arr list -> {
        if (list.items().isEmpty()) {
          attributeReader.refuse(AppKey.LISTEN, "is empty: specify a port or remove the key");
        }
        for (int i = 0; i < list.items().size(); i++) {
          add(list.items().get(i), "[" + i + "]");
        }
      }
      case ConfigNode.Text text when text.value().indexOf(',') >= 0 ->
          Arrays.stream(text.value().split(",", -1))
              .forEach(part -> add(new ConfigNode.Text(text.line(), part.strip()), ""));
      case ConfigNode.Text _,
          ConfigNode.Num _,
          ConfigNode.Bool _,
          ConfigNode.Nil _,
          ConfigNode.Obj _ ->
          add(configNode, "");
    }
  }

  private void add(ConfigNode configNode, String tail) {
    switch (configNode) {
      case ConfigNode.Num _ ->
          port(configNode, tail, configNode.json())
              .map(ListenAddress::any)
              .ifPresent(
                  address -> add(configNode, tail, new ResolvedAddress(address, Optional.empty())));
      case ConfigNode.Text text ->
          one(text, tail).ifPresent(resolvedAddress -> add(configNode, tail, resolvedAddress));
      case ConfigNode.Bool _, ConfigNode.Nil _, ConfigNode.Arr _, ConfigNode.Obj _ ->
          refuse(configNode, tail, FORMS.formatted(configNode.displayText()));
    }
  }

  private void add(ConfigNode configNode, String tail, ResolvedAddress resolvedAddress) {
    Optional<ResolvedAddress> earlier =
        read.stream()
            .filter(other -> other.covers(resolvedAddress) || resolvedAddress.covers(other))
            .findFirst();
    if (earlier.isEmpty()) {
      read.add(resolvedAddress);
    } else if (earlier.get().address().equals(resolvedAddress.address())) {
      refuse(configNode, tail, resolvedAddress.address() + " is listed twice: remove one of them");
    } else {
      refuse(
          configNode,
          tail,
          "%s and %s overlap: keep one of them"
              .formatted(resolvedAddress.address(), earlier.get().address()));
    }
  }

  private Optional<ResolvedAddress> one(ConfigNode.Text text, String tail) {
    String written = text.value().strip();
    if (DIGITS.matcher(written).matches()) {
      return port(text, tail, written)
          .map(port -> new ResolvedAddress(ListenAddress.any(port), Optional.empty()));
    }
    Matcher parts = WITH_HOST.matcher(written);
    if (!parts.matches()) {
      refuse(text, tail, FORMS.formatted(text.displayText()));
      return Optional.empty();
    }
    String host = parts.group(1);
    Optional<Integer> port = port(text, tail, parts.group(2));
    Optional<InetAddress> address = port.flatMap(number -> host(text, tail, host, number));
    return address.map(known ->
        new ResolvedAddress(
            new ListenAddress(
                known instanceof Inet4Address
                    ? known.getHostAddress()
                    : host.substring(1, host.length() - 1).toLowerCase(Locale.ROOT),
                port.orElseThrow()),
            address));
  }

  private Optional<Integer> port(ConfigNode configNode, String tail, String digits) {
    OptionalLong port = ConfigNode.wholeNumber(digits);
    if (port.isPresent() && port.getAsLong() >= 1 && port.getAsLong() <= 65_535) {
      return Optional.of((int) port.getAsLong());
    }
    refuse(configNode, tail, configNode.displayText() + " does not contain a port from 1 to 65535");
    return Optional.empty();
  }

  private Optional<InetAddress> host(ConfigNode.Text place, String tail, String host, int port) {
    boolean bracketed = host.startsWith("[");
    String literal = bracketed ? host.substring(1, host.length() - 1) : host;
    if (host.isEmpty() || host.equals("*")) {
      refuse(
          place,
          tail,
          "%s has no address: use %d for all addresses".formatted(place.displayText(), port));
      return Optional.empty();
    }
    if (!(bracketed ? IPV6 : IPV4).matcher(literal).matches()) {
      refuse(
          place,
          tail,
          bracketed
              ? FORMS.formatted(place.displayText())
              : "%s contains a host name, not an address: use \"127.0.0.1:%d\" or \"[::1]:%d\""
                  .formatted(place.displayText(), port, port));
      return Optional.empty();
    }
    try {
      InetAddress address = InetAddress.ofLiteral(literal);
      if (address instanceof Inet6Address == bracketed) {
        return Optional.of(address);
      }
    } catch (IllegalArgumentException _) {
      // Reported below. An IPv4-mapped IPv6 address is reported too: Java converts it to an IPv4
      // address.
    }
    refuse(place, tail, FORMS.formatted(place.displayText()));
    return Optional.empty();
  }

  private void refuse(ConfigNode configNode, String tail, String what) {
    attributeReader.refusePart(AppKey.LISTEN, configNode, tail, what);
  }
}
