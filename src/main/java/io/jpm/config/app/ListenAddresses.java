package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.Node;
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

/// Reads the addresses of the sockets that an app inherits. Host names are rejected: their
/// addresses may change while the sockets stay open.
final class ListenAddresses {
  private static final String FORMS =
      "%s is not an address to listen on: use a port, \"127.0.0.1:8000\" or \"[::1]:8000\"";
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");
  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final Pattern WITH_HOST = Pattern.compile("(\\[[^\\]]*\\]|[^:\\[\\]]*):([0-9]+)");

  private final AttributeReader attributeReader;
  private final List<One> read = new ArrayList<>();

  /// An address and its parsed host; without a host it means every address.
  private record One(ListenAddress address, Optional<InetAddress> host) {
    /// Reports whether a socket with this address prevents one with the address `other`.
    boolean covers(One other) {
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

  /// Returns the addresses in the order written. Must be called at most once.
  List<ListenAddress> read() {
    attributeReader.node(AppKey.LISTEN).ifPresent(this::addAll);
    return read.stream().map(One::address).toList();
  }

  private void addAll(Node node) {
    switch (node) {
      case Node.Arr list -> {
        if (list.items().isEmpty()) {
          attributeReader.refuse(AppKey.LISTEN, "is empty: give a port, or omit it");
        }
        for (int i = 0; i < list.items().size(); i++) {
          add(list.items().get(i), "[" + i + "]");
        }
      }
      case Node.Text text when text.value().indexOf(',') >= 0 ->
          Arrays.stream(text.value().split(",", -1))
              .forEach(part -> add(new Node.Text(text.line(), part.strip()), ""));
      case Node.Text _, Node.Num _, Node.Bool _, Node.Nil _, Node.Obj _ -> add(node, "");
    }
  }

  private void add(Node node, String tail) {
    switch (node) {
      case Node.Num _ ->
          port(node, tail, node.json())
              .map(ListenAddress::any)
              .ifPresent(address -> add(node, tail, new One(address, Optional.empty())));
      case Node.Text text -> one(text, tail).ifPresent(one -> add(node, tail, one));
      case Node.Bool _, Node.Nil _, Node.Arr _, Node.Obj _ ->
          refuse(node, tail, FORMS.formatted(node.shown()));
    }
  }

  private void add(Node node, String tail, One one) {
    Optional<One> earlier =
        read.stream().filter(other -> other.covers(one) || one.covers(other)).findFirst();
    if (earlier.isEmpty()) {
      read.add(one);
    } else if (earlier.get().address().equals(one.address())) {
      refuse(node, tail, one.address() + " is given twice");
    } else {
      refuse(
          node,
          tail,
          "%s and %s overlap: keep one of them".formatted(one.address(), earlier.get().address()));
    }
  }

  private Optional<One> one(Node.Text text, String tail) {
    String written = text.value().strip();
    if (DIGITS.matcher(written).matches()) {
      return port(text, tail, written)
          .map(port -> new One(ListenAddress.any(port), Optional.empty()));
    }
    Matcher parts = WITH_HOST.matcher(written);
    if (!parts.matches()) {
      refuse(text, tail, FORMS.formatted(text.shown()));
      return Optional.empty();
    }
    String host = parts.group(1);
    Optional<Integer> port = port(text, tail, parts.group(2));
    Optional<InetAddress> address = port.flatMap(number -> host(text, tail, host, number));
    return address.map(known ->
        new One(
            new ListenAddress(
                known instanceof Inet4Address
                    ? known.getHostAddress()
                    : host.substring(1, host.length() - 1).toLowerCase(Locale.ROOT),
                port.orElseThrow()),
            address));
  }

  private Optional<Integer> port(Node node, String tail, String digits) {
    OptionalLong port = Node.wholeNumber(digits);
    if (port.isPresent() && port.getAsLong() >= 1 && port.getAsLong() <= 65_535) {
      return Optional.of((int) port.getAsLong());
    }
    refuse(node, tail, node.shown() + " has no port from 1 to 65535");
    return Optional.empty();
  }

  private Optional<InetAddress> host(Node.Text place, String tail, String host, int port) {
    boolean bracketed = host.startsWith("[");
    String literal = bracketed ? host.substring(1, host.length() - 1) : host;
    if (host.isEmpty() || host.equals("*")) {
      refuse(
          place,
          tail,
          "%s has no address: use %d for all addresses".formatted(place.shown(), port));
      return Optional.empty();
    }
    if (!(bracketed ? IPV6 : IPV4).matcher(literal).matches()) {
      refuse(
          place,
          tail,
          bracketed
              ? FORMS.formatted(place.shown())
              : "%s has a host name instead of an address: use \"127.0.0.1:%d\" or \"[::1]:%d\""
                  .formatted(place.shown(), port, port));
      return Optional.empty();
    }
    try {
      InetAddress address = InetAddress.ofLiteral(literal);
      if (address instanceof Inet6Address == bracketed) {
        return Optional.of(address);
      }
    } catch (IllegalArgumentException _) {
      // Reported below, as is an IPv4-mapped IPv6 address, which Java turns into an IPv4 address.
    }
    refuse(place, tail, FORMS.formatted(place.shown()));
    return Optional.empty();
  }

  private void refuse(Node node, String tail, String what) {
    attributeReader.refusePart(AppKey.LISTEN, node, tail, what);
  }
}
