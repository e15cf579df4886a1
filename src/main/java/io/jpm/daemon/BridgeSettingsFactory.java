package io.jpm.daemon;

import io.jpm.bridge.BridgeSettings;
import io.jpm.bridge.TlsListenerSettings;
import io.jpm.bus.Addresses;
import io.jpm.config.settings.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Builds the settings of the bridge: its addresses, its limits, and the bus addresses that clients
/// may use.
final class BridgeSettingsFactory {
  private BridgeSettingsFactory() {}

  /// Returns the settings of the bridge.
  ///
  /// @throws StartupException if clients could not connect with these settings
  static BridgeSettings of(Home home, Settings.Bridge bridge) throws StartupException {
    if (!bridge.host().equals("127.0.0.1")) {
      throw new StartupException(
          "%s: bridge.host is %s, but bin/jpm connects to 127.0.0.1: set it to 127.0.0.1"
              .formatted(home.settings(), bridge.host()));
    }
    return new BridgeSettings(
        home.socket(),
        home.portFile(),
        bridge.host(),
        bridge.port(),
        home.newToken(),
        bridge.authTimeout(),
        bridge.maxFrame(),
        bridge.slowPeerTimeout(),
        bridge.maxConnections(),
        BridgeSettings.DEFAULT_MAX_UNAUTHENTICATED,
        new BridgeSettings.Limits(bridge.maxSubscriptions(), bridge.requestsPerSecond()),
        remote(home, bridge.remote()),
        List.of(Addresses.CONSOLE, Addresses.COMMAND),
        List.of(),
        List.of(Addresses.EVENTS, Addresses.BALANCE, Addresses.USAGE, Addresses.SETTINGS),
        List.of(
            Addresses.EVENTS_OF_ANY_APP,
            Addresses.LINES_OF_ANY_APP,
            Addresses.MESSAGES_OF_ANY_APP));
  }

  /// Returns the settings of the remote port, which is for services on other machines. The port is
  /// disabled unless both an address and a port are set. It requires a certificate.
  private static Optional<TlsListenerSettings> remote(Home home, Settings.Remote remote)
      throws StartupException {
    if (remote.equals(Settings.Remote.NONE)) {
      return Optional.empty();
    }
    boolean pem = !remote.cert().isEmpty() && !remote.key().isEmpty();
    boolean half = remote.cert().isEmpty() != remote.key().isEmpty();
    boolean store = !remote.keystore().isEmpty();
    if (remote.host().isEmpty() || remote.port() == 0) {
      throw wrong(home, "requires host and port: set both, or remove bridge.remote");
    }
    if (half || pem == store) {
      throw wrong(
          home,
          "requires a certificate: set either cert and key (PEM) or keystore (PKCS12), or remove"
              + " bridge.remote");
    }
    TlsListenerSettings.Identity identity =
        store
            ? new TlsListenerSettings.Keystore(
                file(home, remote.keystore()), optional(home, remote.keystorePasswordFile()))
            : new TlsListenerSettings.Pem(file(home, remote.cert()), file(home, remote.key()));
    return Optional.of(
        new TlsListenerSettings(
            remote.host(),
            remote.port(),
            identity,
            optional(home, remote.clientCa()),
            TlsListenerSettings.DEFAULT_RELOAD_INTERVAL));
  }

  private static StartupException wrong(Home home, String what) {
    return new StartupException("%s: bridge.remote %s".formatted(home.settings(), what));
  }

  private static Optional<Path> optional(Home home, String file) {
    return file.isEmpty() ? Optional.empty() : Optional.of(file(home, file));
  }

  /// Resolves a relative path against the home directory.
  private static Path file(Home home, String file) {
    return home.root().resolve(file);
  }
}
