package io.jpm.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/// A self-signed certificate and its key, as PEM files.
record TestCertificates(Path certificate, Path key) {
  private static final String PASSWORD = "changeit";

  /// Creates a certificate for 127.0.0.1 with an elliptic curve key, which is generated fastest.
  static TestCertificates create(Path directory) throws Exception {
    return create(directory, "EC", "IP:127.0.0.1");
  }

  /// @param algorithm `RSA`, `EC` or `Ed25519`
  /// @param name the subject alternative name, such as `IP:127.0.0.1`
  static TestCertificates create(Path directory, String algorithm, String name) throws Exception {
    Files.createDirectories(directory);
    Path store = directory.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "it",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=test",
                "-ext",
                "san=" + name,
                "-validity",
                "3",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    Path certificate = directory.resolve("certificate.pem");
    Path key = directory.resolve("key.pem");
    Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate("it").getEncoded()));
    Files.writeString(
        key, pem("PRIVATE KEY", keys.getKey("it", PASSWORD.toCharArray()).getEncoded()));
    return new TestCertificates(certificate, key);
  }

  private static String pem(String what, byte[] bytes) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what);
  }
}
