package io.jpm.web;

import io.jpm.bus.BlockingCalls;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Serves the dashboard from the jar: a page at `/` for browsers with a session, and the files that
/// it loads. The files contain no data about apps. They are not cached in memory. A file is read
/// from the jar for each request that does not contain the current `ETag`.
final class Dashboard {
  /// The Content-Security-Policy. It allows pages to load files from this server only and to
  /// connect to it only. Trusted Types prevent the output of apps from being executed: they reject
  /// plain strings wherever a string could become a script.
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  private static final String BASE = "/dashboard/";
  private static final String PAGE = "index.html";
  private static final List<HttpMethod> METHODS = List.of(HttpMethod.GET, HttpMethod.HEAD);

  /// Matches all valid file names. A name with any other character, even an encoded one, does not
  /// refer to a file.
  private static final Pattern NAME =
      Pattern.compile("(?:[a-z]{1,20}/)?[a-z0-9-]{1,40}\\.([a-z]{2,4})");

  private final Vertx vertx;

  Dashboard(Vertx vertx) {
    this.vertx = vertx;
  }

  /// The content and the entity tag of a file.
  private record Asset(Buffer bytes, String tag) {}

  /// Mounts the routes for browsers, which require only the session cookie. Other requests continue
  /// to the next route.
  void mountForBrowsers(Router router, RequestAuthenticator requestAuthenticator) {
    for (HttpMethod method : METHODS) {
      router
          .route(method, BASE + "*")
          .handler(context -> requestAuthenticator.admitToPage(context, () -> file(context)));
      router.route(method, "/").handler(context -> page(context, requestAuthenticator));
    }
  }

  /// Mounts the files for requests that have already passed [RequestAuthenticator].
  void mount(Router router) {
    for (HttpMethod method : METHODS) {
      router.route(method, BASE + "*").handler(this::file);
    }
  }

  /// Sends the page to browsers. Programs that request `/` receive the JSON of PM2's interface
  /// instead.
  private void page(RoutingContext context, RequestAuthenticator requestAuthenticator) {
    context.response().putHeader(HttpHeaders.VARY, "Accept");
    if (RequestAuthenticator.acceptsHtml(context.request())) {
      requestAuthenticator.admitToPage(context, () -> send(context, PAGE));
    } else {
      context.next();
    }
  }

  private void file(RoutingContext context) {
    String path = String.valueOf(context.request().path());
    send(context, path.startsWith(BASE) ? path.substring(BASE.length()) : "");
  }

  private void send(RoutingContext context, String name) {
    Optional<String> type = type(name);
    if (type.isEmpty()) {
      context.fail(404);
      return;
    }
    BlockingCalls.call(vertx, () -> read(name))
        .onSuccess(found ->
            found.ifPresentOrElse(it -> answer(context, it, type.get()), () -> context.fail(404)))
        .onFailure(context::fail);
  }

  private static void answer(RoutingContext context, Asset asset, String type) {
    HttpServerResponse response = context.response();
    response
        .putHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache")
        .putHeader(HttpHeaders.ETAG, asset.tag)
        .putHeader("Content-Security-Policy", POLICY);
    if (asset.tag.equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
      response.setStatusCode(304);
      JsonResponse.end(response, "");
      return;
    }
    response.putHeader(HttpHeaders.CONTENT_TYPE, type);
    if (!response.ended() && !response.closed()) {
      var _ = response.end(asset.bytes);
    }
  }

  /// Returns the content type for a file name; empty if the name is not valid.
  private static Optional<String> type(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.ofNullable(
            switch (matcher.group(1).toLowerCase(Locale.ROOT)) {
              case "html" -> "text/html; charset=utf-8";
              case "js" -> "text/javascript; charset=utf-8";
              case "css" -> "text/css; charset=utf-8";
              case "svg" -> "image/svg+xml";
              case "txt" -> "text/plain; charset=utf-8";
              default -> null;
            })
        : Optional.empty();
  }

  private static Optional<Asset> read(String name) throws IOException {
    try (InputStream file = Dashboard.class.getResourceAsStream("dashboard/" + name)) {
      if (file == null) {
        return Optional.empty();
      }
      byte[] bytes = file.readAllBytes();
      return Optional.of(new Asset(Buffer.buffer(bytes), tag(bytes)));
    }
  }

  private static String tag(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "\"" + HexFormat.of().formatHex(hash, 0, 16) + "\"";
    } catch (NoSuchAlgorithmException every) {
      throw new IllegalStateException("this Java runtime does not support SHA-256", every);
    }
  }
}
