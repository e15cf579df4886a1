package io.jpm.serve;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Sends the result of [PageSelection] as an HTTP response. Implements authentication, ranges and
/// conditional requests.
final class SiteHandler implements Handler<HttpServerRequest> {
  private static final String ALLOWED = "GET, HEAD, OPTIONS";

  private final Vertx vertx;
  private final ServeSettings settings;
  private final PageSelection pageSelection;
  private final PendingResponses pendingResponses;

  SiteHandler(
      Vertx vertx,
      ServeSettings settings,
      PageSelection pageSelection,
      PendingResponses pendingResponses) {
    this.vertx = vertx;
    this.settings = settings;
    this.pageSelection = pageSelection;
    this.pendingResponses = pendingResponses;
  }

  @Override
  public void handle(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    pendingResponses.add(response);
    response.putHeader("X-Content-Type-Options", "nosniff");
    if (settings.cors()) {
      response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    HttpMethod method = request.method();
    if (method.equals(HttpMethod.OPTIONS)) {
      response.setStatusCode(204).putHeader(HttpHeaders.ALLOW, ALLOWED).end();
      return;
    }
    if (settings.auth().filter(auth -> !auth.admits(authorization(request))).isPresent()) {
      response.putHeader(
          "WWW-Authenticate", "Basic realm=\"Authentication service\", charset=\"UTF-8\"");
      send(request, SiteResponse.Text.plain(401, "Unauthorized"));
      return;
    }
    if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
      response.putHeader(HttpHeaders.ALLOW, ALLOWED);
      send(request, SiteResponse.Text.plain(405, "Method Not Allowed"));
      return;
    }
    answer(request);
  }

  private static @Nullable String authorization(HttpServerRequest request) {
    return request.getHeader(HttpHeaders.AUTHORIZATION);
  }

  private void answer(HttpServerRequest request) {
    String raw = request.path();
    switch (raw == null ? new PathParseResult.Refused(400) : RequestPath.of(raw)) {
      case PathParseResult.Refused refused ->
          send(
              request,
              SiteResponse.Text.plain(
                  refused.status(), refused.status() == 400 ? "Bad Request" : "Forbidden"));
      case RequestPath path -> look(request, path);
    }
  }

  private void look(HttpServerRequest request, RequestPath path) {
    boolean wantsPage = wantsPage(request);
    vertx
        .executeBlocking(() -> pageSelection.answer(path, wantsPage), false)
        .onSuccess(siteResponse -> send(request, siteResponse))
        .onFailure(_ -> send(request, SiteResponse.Text.plain(500, "Internal Server Error")));
  }

  private static boolean wantsPage(HttpServerRequest request) {
    return Optional.ofNullable(request.getHeader(HttpHeaders.ACCEPT))
        .map(accept -> accept.toLowerCase(Locale.ROOT))
        .map(accept -> accept.contains("text/html") || accept.contains("*/*"))
        .orElse(true);
  }

  private static void send(HttpServerRequest request, SiteResponse siteResponse) {
    HttpServerResponse response = request.response();
    switch (siteResponse) {
      case SiteResponse.File file -> sendFile(request, file);
      case SiteResponse.Redirect redirect -> {
        String query = request.query();
        response
            .setStatusCode(301)
            .putHeader(
                HttpHeaders.LOCATION,
                query == null ? redirect.location() : redirect.location() + "?" + query)
            .end();
      }
      case SiteResponse.Text text -> {
        response.setStatusCode(text.status()).putHeader(HttpHeaders.CONTENT_TYPE, text.type());
        if (request.method().equals(HttpMethod.HEAD)) {
          response.putHeader(
              HttpHeaders.CONTENT_LENGTH,
              Integer.toString(text.body().getBytes(StandardCharsets.UTF_8).length));
          response.end();
        } else {
          response.end(text.body());
        }
      }
    }
  }

  private static void sendFile(HttpServerRequest request, SiteResponse.File file) {
    ResolvedPath.Content content = file.content();
    HttpServerResponse response = request.response().setStatusCode(file.status());
    response.putHeader(HttpHeaders.CONTENT_TYPE, ContentTypes.of(content.name()));
    ByteRange part = new ByteRange(0, content.size());
    if (file.status() == 200) {
      Validators validators = Validators.of(content.size(), content.modified());
      response
          .putHeader(HttpHeaders.ETAG, validators.etag())
          .putHeader(HttpHeaders.LAST_MODIFIED, validators.date())
          .putHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
      if (validators.matchesCached(
          request.getHeader(HttpHeaders.IF_NONE_MATCH),
          request.getHeader(HttpHeaders.IF_MODIFIED_SINCE))) {
        response.setStatusCode(304);
        response.headers().remove(HttpHeaders.CONTENT_TYPE);
        close(content.channel());
        response.end();
        return;
      }
      part = partOf(request, content, validators);
    }
    sendPart(request, content, part);
  }

  private static ByteRange partOf(
      HttpServerRequest request, ResolvedPath.Content content, Validators validators) {
    ByteRange whole = new ByteRange(0, content.size());
    String header = request.getHeader("Range");
    if (header == null
        || !request.method().equals(HttpMethod.GET)
        || !validators.allowRange(request.getHeader("If-Range"))) {
      return whole;
    }
    Optional<ByteRange> range = ByteRange.of(header, content.size());
    range.ifPresent(part ->
        request
            .response()
            .setStatusCode(part.length() == 0 ? 416 : 206)
            .putHeader(HttpHeaders.CONTENT_RANGE, part.of(content.size())));
    return range.orElse(whole);
  }

  private static void sendPart(
      HttpServerRequest request, ResolvedPath.Content content, ByteRange part) {
    HttpServerResponse response = request.response();
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(part.length()));
    boolean nothing = part.length() == 0 || request.method().equals(HttpMethod.HEAD);
    Future<Void> sent =
        nothing
            ? response.end()
            : response.sendFile(content.channel(), part.offset(), part.length());
    sent.onComplete(_ -> close(content.channel()));
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
