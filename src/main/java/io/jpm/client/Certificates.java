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

/// Whom to trust and who we are, by PEM files, for [Endpoint.Tls].
///
/// ```java
/// SSLContext context =
///     Certificates.trusting(home.resolve("ca.pem"))
///         .presenting(home.resolve("me.pem"), home.resolve("me.key"))
///         .context();
/// Endpoint door = new Endpoint.Tls("jpm.example.com", 7443, "secret", context);
/// ```
///
/// @param trusted certificates of those who may sign the daemon's, or the daemon's own; empty:
///   those that Java trusts
/// @param own what is shown to a daemon that asks for it (`bridge.remote.client_ca`); empty:
///   nothing
public record Certificates(Optional<Path> trusted, Optional<Own> own) {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  /// A certificate, with those that lead to one who is trusted behind it, and its private key in
  /// PKCS #8 without a password (`BEGIN PRIVATE KEY`).
  public record Own(Path certificate, Path key) {}

  /// Those of a PEM file and no others.
  public static Certificates trusting(Path pem) {
    return new Certificates(Optional.of(pem), Optional.empty());
  }

  /// Those that Java trusts.
  public static Certificates ofJava() {
    return new Certificates(Optional.empty(), Optional.empty());
  }

  /// The same with a certificate of our own.
  ///
  /// @param key in PKCS #8 without a password
  public Certificates presenting(Path certificate, Path key) {
    return new Certificates(trusted, Optional.of(new Own(certificate, key)));
  }

  /// Reads the files.
  ///
  /// @throws IOException if one cannot be read
  /// @throws GeneralSecurityException if one is not what it should be
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
      throw new GeneralSecurityException(pem + ": no certificate in it (BEGIN CERTIFICATE)");
    }
    return all;
  }

  private static PrivateKey key(Path pem) throws IOException, GeneralSecurityException {
    Matcher text = KEY.matcher(Files.readString(pem, StandardCharsets.ISO_8859_1));
    if (!text.find()) {
      throw new GeneralSecurityException(
          pem + ": no key in it that can be used (BEGIN PRIVATE KEY, PKCS #8, no password)");
    }
    byte[] bytes = Base64.getMimeDecoder().decode(text.group(1));
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (InvalidKeySpecException _) {
        // of another kind
      }
    }
    throw new GeneralSecurityException(pem + ": a key of a kind that is not one of " + ALGORITHMS);
  }
}
