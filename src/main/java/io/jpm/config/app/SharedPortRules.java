package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.HealthProbes;
import io.jpm.model.ListenAddress;
import io.jpm.model.ProbeHandler;
import io.jpm.spec.AppKey;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Rejects probes that would connect to a socket of `listen`. Any instance may accept a connection
/// to such a socket, so a probe cannot select an instance.
final class SharedPortRules {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)\\}");

  private final AttributeReader attributeReader;
  private final ClusterSettings clusterSettings;
  private final Map<String, String> variables;

  SharedPortRules(
      AttributeReader attributeReader,
      ClusterSettings clusterSettings,
      EnvironmentVariables environmentVariables) {
    this.attributeReader = attributeReader;
    this.clusterSettings = clusterSettings;
    this.variables = environmentVariables.declared();
  }

  void check(HealthProbes healthProbes) {
    boolean inherited =
        clusterSettings.enabled()
            && (clusterSettings.balance() == BalancingMode.AUTO
                || clusterSettings.balance() == BalancingMode.LISTEN_FDS);
    if (!inherited || clusterSettings.listen().isEmpty()) {
      return;
    }
    healthProbes.startup().ifPresent(it -> check(AppKey.STARTUP, it.check()));
    healthProbes.readiness().ifPresent(it -> check(AppKey.READINESS, it.check()));
    healthProbes.liveness().ifPresent(it -> check(AppKey.LIVENESS, it.check()));
  }

  private void check(AppKey key, ProbeHandler probeHandler) {
    endpoint(probeHandler)
        .flatMap(place ->
            clusterSettings.listen().stream().filter(shared -> isAt(shared, place)).findFirst())
        .ifPresent(shared ->
            attributeReader.refuse(
                key,
                "probes %s, an address in %s, where any instance may accept the connection: use exec, log or notify, or probe a port that belongs to one instance only"
                    .formatted(shared, attributeReader.displayName(AppKey.LISTEN))));
  }

  /// Returns the address to which the probe connects; empty if it does not connect, or if the
  /// address is not known yet.
  private Optional<Endpoint> endpoint(ProbeHandler probeHandler) {
    return switch (probeHandler) {
      case ProbeHandler.Http http -> ofUrl(expanded(http.url()));
      case ProbeHandler.Tcp(String host, String port) -> of(expanded(host), expanded(port));
      case ProbeHandler.Exec _, ProbeHandler.Log _, ProbeHandler.Notify _ -> Optional.empty();
    };
  }

  /// The address to which a probe connects.
  ///
  /// @param host the host, without brackets
  private record Endpoint(String host, int port) {}

  private String expanded(String text) {
    return VARIABLE
        .matcher(text)
        .replaceAll(found ->
            Matcher.quoteReplacement(
                variables.getOrDefault(found.group(1), String.valueOf(found.group()))));
  }

  private static Optional<Endpoint> ofUrl(String url) {
    try {
      URI uri = new URI(url);
      int usual = "https".equals(uri.getScheme()) ? 443 : 80;
      int port = uri.getPort() < 0 ? usual : uri.getPort();
      return Optional.ofNullable(uri.getHost()).map(host -> new Endpoint(bare(host), port));
    } catch (URISyntaxException unknownVariable) {
      return Optional.empty();
    }
  }

  private static Optional<Endpoint> of(String host, String port) {
    return ConfigNode.wholeNumber(port).stream()
        .mapToObj(number -> new Endpoint(bare(host), (int) number))
        .findFirst();
  }

  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static boolean isAt(ListenAddress shared, Endpoint place) {
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
