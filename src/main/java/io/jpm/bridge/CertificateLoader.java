package io.jpm.bridge;

import io.jpm.bridge.TlsListenerSettings.Identity;
import io.jpm.bridge.TlsListenerSettings.Keystore;
import io.jpm.bridge.TlsListenerSettings.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;

/// Reads and verifies the certificate files of the TLS listener. Blocking.
final class CertificateLoader {
  private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");
  private static final long MOST_BYTES = 1 << 20;

  private final Vertx vertx;
  private final TlsListenerSettings settings;
  private final long handshakeMillis;

  /// The contents of verified certificate files and the TLS options created from them.
  ///
  /// @param files the contents by path, used to detect changes
  /// @param warning a warning that clients will not accept the certificate; empty if there is none
  record LoadedCertificates(
      Map<Path, Buffer> files, ServerSSLOptions options, Optional<String> warning) {
    LoadedCertificates {
      files = Map.copyOf(files);
    }
  }

  /// @param handshakeMillis the timeout of a TLS handshake
  CertificateLoader(Vertx vertx, TlsListenerSettings settings, long handshakeMillis) {
    this.vertx = vertx;
    this.settings = settings;
    this.handshakeMillis = handshakeMillis;
  }

  /// Reads the files named in the settings.
  ///
  /// @throws IOException with a message that names the file and how to fix it
  Map<Path, Buffer> files() throws IOException {
    Map<Path, Buffer> files = new LinkedHashMap<>();
    switch (settings.identity()) {
      case Pem(Path cert, Path key) -> {
        files.put(cert, content("bridge.remote.cert", cert));
        files.put(key, content("bridge.remote.key", key));
      }
      case Keystore(Path file, Optional<Path> password) -> {
        files.put(file, content("bridge.remote.keystore", file));
        if (password.isPresent()) {
          Path path = password.get();
          files.put(path, content("bridge.remote.keystore_password_file", path));
        }
      }
    }
    if (settings.clientCa().isPresent()) {
      Path ca = settings.clientCa().get();
      files.put(ca, content("bridge.remote.client_ca", ca));
    }
    return files;
  }

  private static Buffer content(String setting, Path file) throws IOException {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException("it is larger than 1 MiB");
      }
      return Buffer.buffer(Files.readAllBytes(file));
    } catch (NoSuchFileException none) {
      throw new IOException(
          "%s: %s does not exist: create it or change the setting".formatted(setting, file), none);
    } catch (IOException unreadable) {
      throw new IOException(
          "%s: cannot read %s (%s)".formatted(setting, file, unreadable.getMessage()), unreadable);
    }
  }

  /// Verifies the contents of the files.
  ///
  /// @throws IOException with a message that names the files and what is wrong with them
  LoadedCertificates read(Map<Path, Buffer> files) throws IOException {
    KeyCertOptions identity = identity(files);
    Optional<String> remark;
    try {
      remark = validityWarning(verifiedCertificate(identity));
    } catch (Exception wrong) { // Vert.x declares no narrower type.
      throw new IOException(
          "%s is not valid (%s): use a certificate and its private key"
              .formatted(shown(settings.identity()), firstLine(wrong)),
          wrong);
    }
    var options =
        new ServerSSLOptions()
            .setKeyCertOptions(identity)
            .setEnabledSecureTransportProtocols(PROTOCOLS)
            .setSslHandshakeTimeout(handshakeMillis)
            .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    if (settings.clientCa().isPresent()) {
      Path ca = settings.clientCa().get();
      options.setTrustOptions(trusted(ca, held(files, ca))).setClientAuth(ClientAuth.REQUIRED);
    }
    return new LoadedCertificates(files, options, remark);
  }

  private KeyCertOptions identity(Map<Path, Buffer> files) {
    return switch (settings.identity()) {
      case Pem(Path cert, Path key) ->
          new PemKeyCertOptions().addCertValue(held(files, cert)).addKeyValue(held(files, key));
      case Keystore(Path file, Optional<Path> password) ->
          new PfxOptions()
              .setValue(held(files, file))
              .setPassword(password.map(path -> firstLine(held(files, path))).orElse(""));
    };
  }

  private static Buffer held(Map<Path, Buffer> files, Path file) {
    return Objects.requireNonNull(files.get(file));
  }

  private static String firstLine(Buffer text) {
    return text.toString(StandardCharsets.UTF_8).lines().findFirst().orElse("");
  }

  private PemTrustOptions trusted(Path ca, Buffer content) throws IOException {
    var options = new PemTrustOptions().addCertValue(content);
    try {
      options.getTrustManagerFactory(vertx);
    } catch (Exception wrong) { // Vert.x declares no narrower type.
      throw new IOException(
          "bridge.remote.client_ca: %s is not valid (%s): use certificates in PEM format"
              .formatted(ca, firstLine(wrong)),
          wrong);
    }
    return options;
  }

  /// Returns the server's own certificate after verifying that the private key belongs to it.
  private X509Certificate verifiedCertificate(KeyCertOptions identity) throws Exception {
    for (KeyManager manager : identity.getKeyManagerFactory(vertx).getKeyManagers()) {
      if (manager instanceof X509KeyManager keys) {
        for (String type : new String[] {"RSA", "EC", "EdDSA"}) {
          String[] aliases = keys.getServerAliases(type, null);
          if (aliases != null && aliases.length > 0) {
            X509Certificate own = keys.getCertificateChain(aliases[0])[0];
            checkKeyMatches(type, keys.getPrivateKey(aliases[0]), own);
            return own;
          }
        }
      }
    }
    throw new GeneralSecurityException("it contains no certificate with a key (RSA, EC or EdDSA)");
  }

  private static void checkKeyMatches(String type, PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    String algorithm =
        switch (type) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    byte[] text = "jpm".getBytes(StandardCharsets.US_ASCII);
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(key);
    signing.update(text);
    byte[] signature = signing.sign();
    Signature checking = Signature.getInstance(algorithm);
    checking.initVerify(certificate.getPublicKey());
    checking.update(text);
    if (!checking.verify(signature)) {
      throw new GeneralSecurityException("the key does not belong to the certificate");
    }
  }

  private Optional<String> validityWarning(X509Certificate own) {
    try {
      own.checkValidity();
      return Optional.empty();
    } catch (CertificateException wrongTime) {
      return Optional.of(
          "%s: the certificate is expired or not yet valid (%s), so clients will not accept it"
              .formatted(shown(settings.identity()), firstLine(wrongTime)));
    }
  }

  private static String shown(Identity identity) {
    return switch (identity) {
      case Pem(Path cert, Path key) -> "bridge.remote.cert %s with key %s".formatted(cert, key);
      case Keystore(Path file, _) -> "bridge.remote.keystore %s".formatted(file);
    };
  }

  private static String firstLine(Exception wrong) {
    return Arrays.stream(String.valueOf(wrong.getMessage()).split("\n", -1)).findFirst().orElse("");
  }
}
