package io.jpm.bridge;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// The settings of the TLS listener for clients on other machines, which accepts issued tokens
/// only.
///
/// @param host the address to listen on
/// @param port the port, 0 for any free one
/// @param identity the server's certificate and key
/// @param clientCa PEM file of the CA that signs client certificates; if set, every client must
///   present one
/// @param reloadInterval how often the files are checked for changes
public record TlsListenerSettings(
    String host, int port, Identity identity, Optional<Path> clientCa, Duration reloadInterval) {
  /// The default of `lookEvery`.
  public static final Duration DEFAULT_LOOK_EVERY = Duration.ofSeconds(5);

  /// A certificate and its key.
  public sealed interface Identity {}

  /// An identity in PEM files.
  ///
  /// @param cert the certificate chain, the server's own certificate first
  /// @param key its private key, PKCS8 or PKCS1
  public record Pem(Path cert, Path key) implements Identity {}

  /// An identity in a PKCS12 file.
  ///
  /// @param passwordFile a file whose first line is the password; empty if the file has none
  public record Keystore(Path file, Optional<Path> passwordFile) implements Identity {}

  /// @throws IllegalArgumentException with a message that names the value and what is allowed
  public TlsListenerSettings {
    if (host.isBlank()) {
      throw new IllegalArgumentException("bridge remote host: empty — name the address");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("bridge remote port: " + port + " — use 0 to 65535");
    }
    if (reloadInterval.toMillis() <= 0) {
      throw new IllegalArgumentException(
          "bridge remote lookEvery: " + reloadInterval + " — use 1 ms");
    }
  }
}
