package io.jpm.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// The certificates for a TLS connection, read from PEM files, for use in [Endpoint.Tls].
///
/// ```java
/// SSLContext context =
///     Certificates.trusting(home.resolve("ca.pem"))
///         .presenting(home.resolve("me.pem"), home.resolve("me.key"))
///         .context();
/// Endpoint endpoint = new Endpoint.Tls("jpm.example.com", 7443, "secret", context);
/// ```
///
/// @param trusted the certificates of the CAs that may sign the daemon's certificate, or the
///   daemon's certificate itself; empty for the CAs that Java trusts
/// @param own the client certificate, for a daemon that requires one (`bridge.remote.client_ca`);
///   empty if there is none
public record Certificates(Optional<Path> trusted, Optional<Identity> own) {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  /// A client certificate and its private key.
  ///
  /// @param certificate the PEM file with the certificate, followed by its intermediate
  ///   certificates
  /// @param key the PEM file with the private key: PKCS #8 without a password (`BEGIN PRIVATE KEY`)
  public record Identity(Path certificate, Path key) {}

  /// Returns an instance that trusts only the CAs or certificates in a PEM file.
  public static Certificates trusting(Path pem) {
    return new Certificates(Optional.of(pem), Optional.empty());
  }

  /// Returns an instance that trusts the CAs that Java trusts by default.
  public static Certificates ofJava() {
    return new Certificates(Optional.empty(), Optional.empty());
  }

  /// Returns a copy that presents a client certificate.
  ///
  /// @param certificate the PEM file with the certificate, followed by its intermediate
  ///   certificates
  /// @param key the PEM file with the private key: PKCS #8 without a password
  public Certificates presenting(Path certificate, Path key) {
    return new Certificates(trusted, Optional.of(new Identity(certificate, key)));
  }

  /// Reads the files and creates a TLS context from them.
  ///
  /// @throws IOException if a file cannot be read
  /// @throws GeneralSecurityException if a file does not contain a usable certificate or key
  public SSLContext context() throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(), trust(), null);
    return context;
  }

  private TrustManager @Nullable [] trust() throws IOException, GeneralSecurityException {
    if (trusted.isEmpty()) {
      return null;
    }
    KeyStore store = empty();
    int count = 0;
    for (Certificate certificate : certificates(trusted.get())) {
      store.setCertificateEntry("trusted-" + count++, certificate);
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private KeyManager @Nullable [] keys() throws IOException, GeneralSecurityException {
    if (own.isEmpty()) {
      return null;
    }
    KeyStore store = empty();
    Certificate[] chain = certificates(own.get().certificate).toArray(Certificate[]::new);
    store.setKeyEntry("own", key(own.get().key), new char[0], chain);
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path pem)
      throws IOException, GeneralSecurityException {
    var all =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(pem)));
    if (all.isEmpty()) {
      throw new GeneralSecurityException(
          pem + " contains no certificate: expected a PEM block BEGIN CERTIFICATE");
    }
    return all;
  }

  private static PrivateKey key(Path pem) throws IOException, GeneralSecurityException {
    Matcher text = KEY.matcher(Files.readString(pem, StandardCharsets.ISO_8859_1));
    if (!text.find()) {
      throw new GeneralSecurityException(
          pem
              + " contains no usable key: expected a PEM block BEGIN PRIVATE KEY (PKCS #8, no password)");
    }
    byte[] bytes = Base64.getMimeDecoder().decode(text.group(1));
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (InvalidKeySpecException _) {
        // The key is of another type: try the next one.
      }
    }
    throw new GeneralSecurityException(
        pem + " contains a key of an unsupported type: expected one of " + ALGORITHMS);
  }
}
