package io.jpm.bridge;

import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A self-signed certificate and its key, created by the JDK's keytool.
///
/// @param folder contains its files: `cert.pem`, `key.pem`, `store.p12`, `password`
record TestCertificate(Path folder) {
  private static final String PASSWORD = "changeit";

  static TestCertificate create(Path folder, String name, String algorithm)
      throws IOException, InterruptedException, GeneralSecurityException {
    Files.createDirectories(folder);
    var made = new TestCertificate(folder);
    Files.deleteIfExists(made.store());
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "own",
                    "-keyalg",
                    algorithm,
                    "-dname",
                    "CN=" + name,
                    "-ext",
                    "san=dns:localhost,ip:127.0.0.1",
                    "-validity",
                    "30",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    made.store().toString(),
                    "-storepass",
                    PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    if (!keytool.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)
        || keytool.exitValue() != 0) {
      keytool.destroyForcibly();
      throw new AssertionError(Files.readString(folder.resolve("keytool.log")));
    }
    KeyStore store = made.open();
    Files.writeString(made.cert(), pem("CERTIFICATE", store.getCertificate("own").getEncoded()));
    Files.writeString(
        made.key(), pem("PRIVATE KEY", store.getKey("own", PASSWORD.toCharArray()).getEncoded()));
    Files.writeString(made.password(), PASSWORD + "\n");
    return made;
  }

  private static String pem(String kind, byte[] bytes) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes));
  }

  Path cert() {
    return folder.resolve("cert.pem");
  }

  Path key() {
    return folder.resolve("key.pem");
  }

  Path store() {
    return folder.resolve("store.p12");
  }

  Path password() {
    return folder.resolve("password");
  }

  TlsListenerSettings.Identity pem() {
    return new TlsListenerSettings.Pem(cert(), key());
  }

  private KeyStore open() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store())) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  /// Returns the TLS context of a client that trusts this certificate, and presents `own` if the
  /// server asks for a certificate.
  SSLContext clientContext(TestCertificate... own) throws IOException, GeneralSecurityException {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("door", open().getCertificate("own"));
    var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(trust);
    KeyManager[] keys = new KeyManager[0];
    if (own.length > 0) {
      var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(own[0].open(), PASSWORD.toCharArray());
      keys = factory.getKeyManagers();
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trusted.getTrustManagers(), null);
    return context;
  }
}
