package io.jpm.bridge;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// The settings of the TLS listener for clients on other machines, which accepts only issued
/// tokens.
///
/// @param host the address to listen on
/// @param port the port; 0 selects any free port
/// @param identity the server's certificate and key
/// @param clientCa the PEM file of the CA that signs client certificates; if set, every client must
///   present a certificate
/// @param reloadInterval how often the files are checked for changes
public record TlsListenerSettings(
    String host, int port, Identity identity, Optional<Path> clientCa, Duration reloadInterval) {
  /// The default for `reloadInterval`.
  public static final Duration DEFAULT_RELOAD_INTERVAL = Duration.ofSeconds(5);

  /// A certificate and its key.
  public sealed interface Identity {}

  /// An identity in PEM files.
  ///
  /// @param cert the certificate chain, beginning with the server's own certificate
  /// @param key the private key, in PKCS #8 or PKCS #1 format
  public record Pem(Path cert, Path key) implements Identity {}

  /// An identity in a PKCS #12 file.
  ///
  /// @param file the PKCS #12 file
  /// @param passwordFile a file whose first line is the password; empty if the PKCS #12 file has no
  ///   password
  public record Keystore(Path file, Optional<Path> passwordFile) implements Identity {}

  /// Validates all values.
  ///
  /// @throws IllegalArgumentException with a message that names the setting and the allowed values
  public TlsListenerSettings {
    if (host.isBlank()) {
      throw new IllegalArgumentException("bridge.remote.host: must not be empty");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException(
          "bridge.remote.port: " + port + " is not valid: must be 0 (any free port) to 65535");
    }
    if (reloadInterval.toMillis() <= 0) {
      throw new IllegalArgumentException(
          "bridge.remote reloadInterval: "
              + reloadInterval
              + " is not valid: must be at least 1 ms");
    }
  }
}
