package io.jpm.bridge;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// The door for services elsewhere, where TLS alone is spoken and issued tokens alone count.
///
/// @param host the address it listens on
/// @param port its port, 0 for any free one
/// @param identity by what it is known
/// @param clientCa PEM file of who signs clients' certificates, which every client then needs
/// @param lookEvery how often it is looked whether the files have changed
public record RemoteSettings(
    String host, int port, Identity identity, Optional<Path> clientCa, Duration lookEvery) {
  /// How often it is looked whether the files have changed, unless told otherwise.
  public static final Duration DEFAULT_LOOK_EVERY = Duration.ofSeconds(5);

  /// A certificate and its key.
  public sealed interface Identity {}

  /// In PEM files.
  ///
  /// @param cert the certificates, the door's own first
  /// @param key its key, PKCS8 or PKCS1
  public record Pem(Path cert, Path key) implements Identity {}

  /// In a PKCS12 file.
  ///
  /// @param passwordFile a file whose first line is the password; empty: there is none
  public record Keystore(Path file, Optional<Path> passwordFile) implements Identity {}

  /// @throws IllegalArgumentException naming the value and what would be right
  public RemoteSettings {
    if (host.isBlank()) {
      throw new IllegalArgumentException("bridge remote host: empty — name the address");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("bridge remote port: " + port + " — use 0 to 65535");
    }
    if (lookEvery.toMillis() <= 0) {
      throw new IllegalArgumentException("bridge remote lookEvery: " + lookEvery + " — use 1 ms");
    }
  }
}
