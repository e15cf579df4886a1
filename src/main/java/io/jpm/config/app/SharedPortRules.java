package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.Node;
import io.jpm.model.BalancingMode;
import io.jpm.model.Check;
import io.jpm.model.Cluster;
import io.jpm.model.Health;
import io.jpm.model.ListenAddress;
import io.jpm.model.Variables;
import io.jpm.spec.AppKey;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Rejects probes that would connect to a socket of `listen`. Every instance accepts connections
/// from it, so any of them could answer, and a connection cannot be directed to a certain instance.
final class SharedPortRules {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)\\}");

  private final AttributeReader attributeReader;
  private final Cluster cluster;
  private final Map<String, String> variables;

  SharedPortRules(AttributeReader attributeReader, Cluster cluster, Variables variables) {
    this.attributeReader = attributeReader;
    this.cluster = cluster;
    this.variables = variables.declared();
  }

  void check(Health health) {
    boolean inherited =
        cluster.enabled()
            && (cluster.balance() == BalancingMode.AUTO
                || cluster.balance() == BalancingMode.LISTEN_FDS);
    if (!inherited || cluster.listen().isEmpty()) {
      return;
    }
    health.startup().ifPresent(it -> check(AppKey.STARTUP, it.check()));
    health.readiness().ifPresent(it -> check(AppKey.READINESS, it.check()));
    health.liveness().ifPresent(it -> check(AppKey.LIVENESS, it.check()));
  }

  private void check(AppKey key, Check check) {
    place(check)
        .flatMap(
            place -> cluster.listen().stream().filter(shared -> isAt(shared, place)).findFirst())
        .ifPresent(shared ->
            attributeReader.refuse(
                key,
                "probes %s of %s, where any instance may accept the connection: use exec, log or notify, or probe a port that each instance has for itself"
                    .formatted(shared, attributeReader.shown(AppKey.LISTEN))));
  }

  /// Returns the address that the probe connects to, as far as it is known when the app is read.
  private Optional<Place> place(Check check) {
    return switch (check) {
      case Check.Http http -> ofUrl(completed(http.url()));
      case Check.Tcp(String host, String port) -> of(completed(host), completed(port));
      case Check.Exec _, Check.Log _, Check.Notify _ -> Optional.empty();
    };
  }

  /// @param host without brackets
  private record Place(String host, int port) {}

  private String completed(String text) {
    return VARIABLE
        .matcher(text)
        .replaceAll(found ->
            Matcher.quoteReplacement(
                variables.getOrDefault(found.group(1), String.valueOf(found.group()))));
  }

  private static Optional<Place> ofUrl(String url) {
    try {
      URI uri = new URI(url);
      int usual = "https".equals(uri.getScheme()) ? 443 : 80;
      int port = uri.getPort() < 0 ? usual : uri.getPort();
      return Optional.ofNullable(uri.getHost()).map(host -> new Place(bare(host), port));
    } catch (URISyntaxException unknownVariable) {
      return Optional.empty();
    }
  }

  private static Optional<Place> of(String host, String port) {
    return Node.wholeNumber(port).stream()
        .mapToObj(number -> new Place(bare(host), (int) number))
        .findFirst();
  }

  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static boolean isAt(ListenAddress shared, Place place) {
    if (shared.port() != place.port()) {
      return false;
    }
    boolean localhost = place.host().toLowerCase(Locale.ROOT).equals("localhost");
    Optional<InetAddress> asked = literal(place.host());
    Optional<InetAddress> there = literal(shared.host());
    boolean everywhere = there.isEmpty() || there.get().isAnyLocalAddress();
    return everywhere
        ? localhost || asked.isPresent()
        : asked.equals(there) || (localhost && there.get().isLoopbackAddress());
  }

  private static Optional<InetAddress> literal(String host) {
    try {
      return host.isEmpty() ? Optional.empty() : Optional.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException name) {
      return Optional.empty();
    }
  }
}
