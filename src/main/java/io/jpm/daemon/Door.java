package io.jpm.daemon;

import io.jpm.bridge.BridgeSettings;
import io.jpm.bus.Addresses;
import io.jpm.config.Settings;
import java.util.List;

/// How the daemon can be reached from outside, and what is to be had there.
final class Door {
  private Door() {}

  /// @throws StartupFailure when it could not be reached
  static BridgeSettings of(Home home, Settings.Bridge bridge) throws StartupFailure {
    if (!bridge.host().equals("127.0.0.1")) {
      throw new StartupFailure(
          "%s: bridge.host: %s — use 127.0.0.1, the address that bin/jpm connects to"
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
        List.of(Addresses.CONSOLE, Addresses.COMMAND),
        List.of(),
        List.of(Addresses.EVENTS, Addresses.BALANCE, Addresses.USAGE, Addresses.SETTINGS),
        List.of(
            Addresses.EVENTS_OF_ANY_APP,
            Addresses.LINES_OF_ANY_APP,
            Addresses.MESSAGES_OF_ANY_APP));
  }
}
