package io.jpm.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jpm.client.JpmException.Code;
import io.jpm.testing.Eventually;
import io.jpm.testing.Representatives;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests the Java client over TLS.
@Timeout(120)
class TlsClientTest {
  private static final String PONG =
      "{\"v\":1,\"ok\":true,\"version\":\"1\",\"pid\":7,\"home\":\"/h\",\"since\":1}";

  @TempDir Path directory;

  private static Endpoint.Tls endpoint(SSLContext context) {
    return new Endpoint.Tls("127.0.0.1", 1, FakeDaemon.TOKEN, context);
  }

  private static SSLContext server(TestCertificates own, Path trusted) throws Exception {
    return Certificates.trusting(trusted).presenting(own.certificate(), own.key()).context();
  }

  private static void assertRefused(Endpoint endpoint) {
    JpmException failure =
        catchThrowableOfType(JpmException.class, () -> JpmClient.connect(endpoint).close());
    assertThat(failure).isNotNull();
    assertThat(failure.code()).isEqualTo(Code.UNREACHABLE);
  }

  @ParameterizedTest
  @Representatives(1)
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void clientAndDaemonPresentCertificates(String algorithm) throws Exception {
    TestCertificates its = TestCertificates.create(directory.resolve("its"));
    TestCertificates ours =
        TestCertificates.create(directory.resolve("ours"), algorithm, "DNS:client");
    SSLContext context =
        Certificates.trusting(its.certificate())
            .presenting(ours.certificate(), ours.key())
            .context();
    List<Long> seen = new CopyOnWriteArrayList<>();
    try (FakeDaemon daemon =
            FakeDaemon.tls(server(its, ours.certificate()), true, endpoint(context))
                .answering(_ -> PONG);
        JpmClient client = JpmClient.connect(daemon.endpoint())) {
      assertThat(client.ask(Request.ping()).pid()).isEqualTo(7);
      client.followEvents(0, event -> seen.add(event.seq()));
      daemon.publish(
          "jpm.events",
          "{\"v\":1,\"seq\":5,\"event\":\"x\",\"app\":null,\"pid\":1,\"reason\":\"\",\"at\":1}");
      Eventually.await("the event", Duration.ofSeconds(60), () -> seen.equals(List.of(5L)));
      assertThat(daemon.tokens()).containsOnly(FakeDaemon.TOKEN);
    }
  }

  @Test
  void clientWithoutARequiredCertificateIsRefused() throws Exception {
    TestCertificates its = TestCertificates.create(directory.resolve("its"));
    SSLContext context = Certificates.trusting(its.certificate()).context();
    try (FakeDaemon daemon =
        FakeDaemon.tls(server(its, its.certificate()), true, endpoint(context))) {
      assertRefused(daemon.endpoint());
      assertThat(daemon.tokens()).isEmpty();
    }
  }

  @Test
  void tokenIsSentOnlyToATrustedServer() throws Exception {
    TestCertificates its = TestCertificates.create(directory.resolve("its"));
    TestCertificates other =
        TestCertificates.create(directory.resolve("other"), "EC", "DNS:elsewhere.example.com");
    for (SSLContext context :
        List.of(
            Certificates.trusting(other.certificate()).context(),
            Certificates.ofJava().context())) {
      try (FakeDaemon daemon =
          FakeDaemon.tls(server(its, its.certificate()), false, endpoint(context))) {
        assertRefused(daemon.endpoint());
        assertThat(daemon.tokens()).isEmpty();
      }
    }
    SSLContext trusting = Certificates.trusting(other.certificate()).context();
    try (FakeDaemon daemon =
        FakeDaemon.tls(server(other, other.certificate()), false, endpoint(trusting))) {
      assertRefused(daemon.endpoint()); // trusted, but made for another host
      assertThat(daemon.tokens()).isEmpty();
    }
  }

  @Test
  void aFileWithoutACertificateOrAKeyIsNamed() throws Exception {
    TestCertificates its = TestCertificates.create(directory.resolve("its"));
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");
    assertThatThrownBy(() -> Certificates.trusting(empty).context())
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining("empty.pem")
        .hasMessageContaining("BEGIN CERTIFICATE");
    assertThatThrownBy(
            () -> Certificates.ofJava().presenting(its.certificate(), its.certificate()).context())
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining("certificate.pem")
        .hasMessageContaining("PKCS #8");
  }
}
