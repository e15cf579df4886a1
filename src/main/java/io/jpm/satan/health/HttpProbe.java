package io.jpm.satan.health;

import com.google.re2j.Pattern;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.ProbeHandler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Sends the requests of HTTP probes with HTTP/1.1, each over a new connection. Redirects are not
/// followed; they count as responses. Confined to SatanVerticle's context.
final class HttpProbe {
  /// The maximum number of bytes that are read from a response body.
  private static final int MOST_BYTES = 64 * 1024;

  /// The maximum number of connections. It is high enough that an app that hangs cannot use up the
  /// connections that the probes of other apps need.
  private static final int CONNECTIONS = 4096;

  private final Vertx vertx;
  private final ProbeRoutes probeRoutes;
  private final HttpClient verifying;
  private final HttpClient trusting;

  /// The clients by source address. The daemon connects from a special source address to reach the
  /// new process of a reload.
  private final Map<InetAddress, HttpClient> verifyingFrom = new HashMap<>();

  private final Map<InetAddress, HttpClient> trustingFrom = new HashMap<>();

  HttpProbe(Vertx vertx, ProbeRoutes probeRoutes) {
    this.vertx = vertx;
    this.probeRoutes = probeRoutes;
    this.verifying = client(vertx, true, Optional.empty());
    this.trusting = client(vertx, false, Optional.empty());
  }

  private HttpClient from(InetAddress source, boolean verified) {
    return (verified ? verifyingFrom : trustingFrom)
        .computeIfAbsent(source, it -> client(vertx, verified, Optional.of(it)));
  }

  private static HttpClient client(Vertx vertx, boolean verified, Optional<InetAddress> source) {
    var options =
        new HttpClientOptions()
            .setKeepAlive(false)
            .setPipelining(false)
            .setTrustAll(!verified)
            .setVerifyHost(verified);
    source.ifPresent(it -> options.setLocalAddress(it.getHostAddress()));
    return vertx.createHttpClient(
        options, new PoolOptions().setHttp1MaxSize(CONNECTIONS).setCleanerPeriod(0));
  }

  ProbeAttempt start(
      ProbeHandler.Http check, ProbeTarget probeTarget, Consumer<ProbeResult> answer) {
    Map<String, String> variables = probeTarget.startMonitoring().variables();
    String url = check.url();
    try {
      url = Placeholders.expand(url, variables);
      Map<String, String> headers = new HashMap<>();
      for (Map.Entry<String, String> header : check.headers().entrySet()) {
        headers.put(header.getKey(), Placeholders.expand(header.getValue(), variables));
      }
      var options = options(url);
      headers.forEach(options::putHeader);
      var httpAttempt = new HttpAttempt(check, url, options, answer);
      probeRoutes.to(probeTarget, host(options), options.getPort()).onSuccess(httpAttempt::begin);
      return httpAttempt;
    } catch (Placeholders.Unknown unknown) {
      answer.accept(new ProbeResult.Failed(String.valueOf(unknown.getMessage())));
    } catch (URISyntaxException | MalformedURLException | IllegalArgumentException _) {
      answer.accept(new ProbeResult.Failed(url + " is not a valid HTTP URL"));
    }
    return ProbeAttempt.OVER;
  }

  private static RequestOptions options(String url)
      throws URISyntaxException, MalformedURLException {
    return new RequestOptions()
        .setMethod(HttpMethod.GET)
        .setAbsoluteURI(new URI(url).toURL())
        .setFollowRedirects(false)
        .putHeader("User-Agent", "jpm");
  }

  private static String host(RequestOptions options) {
    String host = options.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /// One attempt. Its result is reported at most once.
  private final class HttpAttempt implements ProbeAttempt {
    private final ProbeHandler.Http check;
    private final String url;
    private final RequestOptions options;
    private final Consumer<ProbeResult> answer;
    private final Buffer body = Buffer.buffer();
    private @Nullable HttpClientRequest request;
    private boolean over;

    HttpAttempt(
        ProbeHandler.Http check, String url, RequestOptions options, Consumer<ProbeResult> answer) {
      this.check = check;
      this.url = url;
      this.options = options;
      this.answer = answer;
    }

    void begin(Route route) {
      if (over) {
        return;
      }
      switch (route) {
        case Route.Direct() -> begin(check.verified() ? verifying : trusting);
        case Route.Via(InetSocketAddress address) -> {
          // The URL's name and port are still used for TLS and in the Host header.
          options.setServer(SocketAddress.inetSocketAddress(address));
          begin(check.verified() ? verifying : trusting);
        }
        case Route.FromSource(InetAddress source, InetSocketAddress address) -> {
          options.setServer(SocketAddress.inetSocketAddress(address));
          begin(from(source, check.verified()));
        }
        case Route.Unreachable(String reason) -> tell(new ProbeResult.Failed(reason));
      }
    }

    private void begin(HttpClient client) {
      client.request(options).onSuccess(this::connected).onFailure(this::failed);
    }

    private void connected(HttpClientRequest made) {
      request = made;
      if (over) {
        close();
        return;
      }
      made.send().onSuccess(this::answered).onFailure(this::failed);
    }

    private void answered(HttpClientResponse response) {
      int status = response.statusCode();
      if (status < check.statuses().first() || status > check.statuses().last()) {
        tell(new ProbeResult.Failed("%s returned %d".formatted(url, status)));
        return;
      }
      response
          .exceptionHandler(this::failed)
          .endHandler(_ -> matched())
          .handler(bytes -> {
            int room = MOST_BYTES - body.length();
            body.appendBuffer(bytes.length() <= room ? bytes : bytes.slice(0, room));
            if (body.length() >= MOST_BYTES) {
              response.pause();
              matched();
            }
          });
    }

    private void matched() {
      if (over || check.body().isEmpty()) {
        tell(new ProbeResult.Passed());
        return;
      }
      String pattern = check.body().get();
      String text = body.toString(StandardCharsets.UTF_8);
      boolean found = Pattern.compile(pattern).matcher(text).find();
      tell(
          found
              ? new ProbeResult.Passed()
              : new ProbeResult.Failed(
                  "the body of %s does not contain %s".formatted(url, pattern)));
    }

    private void failed(Throwable error) {
      tell(new ProbeResult.Failed(reason(error)));
    }

    private String reason(Throwable error) {
      Optional<String> certificate = certificateProblem(error);
      if (certificate.isPresent()) {
        return "the certificate of %s is not accepted: %s (\"verify\": false accepts any certificate)"
            .formatted(url, certificate.get());
      }
      if (error instanceof SSLException) {
        return "the TLS connection to %s failed: %s".formatted(url, error.getMessage());
      }
      return TcpProbe.refusal(
          TcpProbe.endpoint(host(options), Integer.toString(options.getPort())), error);
    }

    /// Returns the message of the innermost cause that describes a problem with the certificate.
    private static Optional<String> certificateProblem(Throwable error) {
      Optional<String> found = Optional.empty();
      for (Throwable cause = error; cause != null; cause = cause.getCause()) {
        if (cause instanceof CertificateException || cause instanceof CertPathBuilderException) {
          found = Optional.of(String.valueOf(cause.getMessage()));
        }
      }
      return found;
    }

    private void tell(ProbeResult probeResult) {
      if (!over) {
        over = true;
        close();
        vertx.runOnContext(_ -> answer.accept(probeResult));
      }
    }

    private void close() {
      if (request != null) {
        HttpConnection connection = request.connection();
        connection.close();
      }
    }

    @Override
    public void cancel() {
      over = true;
      close();
    }
  }
}
