package io.jpm.web;

import io.jpm.bus.access.RefusalLog;
import io.jpm.bus.access.RequestBuckets;
import io.jpm.model.access.Principal;
import io.jpm.wire.CommandReply.Code;
import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Authenticates each request before any other handler receives it. The checks are, in this order:
///
/// 1. The `Host` must be a loopback name of this server. A page whose own host name resolves to a
///    loopback address (DNS rebinding) sends a different `Host`.
/// 2. The request must not be sent by a browser on behalf of a page from another origin, as
///    indicated by the `Origin` header.
/// 3. The request must contain a token, or a session cookie together with the secret of its page
///    ([BrowserSessions]). Otherwise the request is rejected with the same response for every path,
///    which does not reveal which paths exist. For the files of the dashboard, the cookie alone is
///    sufficient.
/// 4. A request that is authenticated by a session and changes something must come from a page of
///    this server, according to `Sec-Fetch-Site` or `Origin`.
/// 5. The token must not exceed its rate limit ([RequestBuckets]).
///
/// Requests that fail one of the first four checks are logged.
final class RequestAuthenticator {
  /// The header in which a page sends its secret with each request.
  static final String PAGE_HEADER = "X-JPM";

  private static final String ONLY_OUR_PAGE =
      "browsers can send this request only from a page of this server";

  private static final String BEARER = "Bearer ";
  private static final int MOST_SECRET = 512;
  private static final int MOST_HEADERS = 100;
  private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private final Tokens tokens;
  private final BrowserSessions browserSessions;
  private final RequestBuckets buckets;
  private final RefusalLog refusals;
  private final ConnectionLimiter connectionLimiter;
  private final List<String> hosts;
  private final String cookieName;

  /// @param port the port of the server
  RequestAuthenticator(
      Tokens tokens,
      BrowserSessions browserSessions,
      int port,
      RequestBuckets buckets,
      RefusalLog refusals,
      ConnectionLimiter connectionLimiter) {
    this.tokens = tokens;
    this.browserSessions = browserSessions;
    this.buckets = buckets;
    this.refusals = refusals;
    this.connectionLimiter = connectionLimiter;
    this.hosts = List.of("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port);
    // Cookies are shared by all ports of a host, so the servers of two homes need different names.
    this.cookieName = "jpm_session_" + port;
  }

  /// Performs the first two checks, which do not depend on the sender.
  void checkOrigin(RoutingContext context) {
    HttpServerRequest request = context.request();
    setSecurityHeaders(request.response());
    List<String> host = request.headers().getAll(HttpHeaders.HOST);
    if (host.size() != 1 || !hosts.contains(host.getFirst()) || !request.uri().startsWith("/")) {
      log(request, "its Host header names another server");
      refuse(
          context,
          421,
          "misdirected",
          "the Host header does not name this server: use the address that jpm web prints");
    } else if (request.headers().size() > MOST_HEADERS) {
      refuse(
          context,
          431,
          Code.INVALID.keyword(),
          "a request must not have more than %d headers".formatted(MOST_HEADERS));
    } else if (!isEncodedRight(request.uri())) {
      refuse(
          context,
          400,
          Code.INVALID.keyword(),
          "each % in a URL must be followed by two hexadecimal digits");
    } else if (hasForeignOrigin(request)) {
      log(request, "it comes from a page of another origin");
      refuse(context, 403, "denied", "requests from pages of other origins are not allowed");
    } else {
      context.next();
    }
  }

  /// Performs the remaining checks and attaches an [AuthenticatedCaller] to a request that passes
  /// them.
  void authenticate(RoutingContext context) {
    HttpServerRequest request = context.request();
    request.pause();
    identify(request)
        .onComplete(
            authenticatedCaller ->
                authenticatedCaller.ifPresentOrElse(
                    it -> authenticate(context, it), () -> reject(context, lacking(request))),
            failure -> reject(context, "its token could not be verified: " + failure.getMessage()));
  }

  /// Returns the reason why a request could not be authenticated.
  private String lacking(HttpServerRequest request) {
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)) {
      return "wrong token";
    }
    return session(request)
        .map(it ->
            browserSessions.isKnown(it)
                ? "the session cookie was sent without the page secret (X-JPM header)"
                : "the session has ended")
        .orElse("no token");
  }

  /// Admits a browser to the files of the dashboard, for which its cookie is sufficient. A request
  /// without a session continues to [#authenticate].
  ///
  /// @param load sends the response
  void admitToPage(RoutingContext context, Runnable load) {
    HttpServerRequest request = context.request();
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)
        || session(request).filter(browserSessions::isKnown).isEmpty()) {
      context.next();
    } else if (!isSameOriginPage(request)) {
      log(request, "its browser did not send it from a page of this server");
      refuse(context, 403, Code.DENIED.keyword(), ONLY_OUR_PAGE);
    } else {
      Bodies.leaveUnread(context);
      load.run();
    }
  }

  private void authenticate(RoutingContext context, AuthenticatedCaller authenticatedCaller) {
    if (authenticatedCaller.byCookie() && !isSameOriginPage(context.request())) {
      log(context.request(), "its browser did not send it from a page of this server");
      refuse(context, 403, Code.DENIED.keyword(), ONLY_OUR_PAGE);
    } else if (!connectionLimiter.registerAuthenticated(
        context.request().connection(), authenticatedCaller.principal())) {
      context.response().putHeader(HttpHeaders.CONNECTION, "close");
      context.addEndHandler(_ -> context.request().connection().close());
      refuse(
          context,
          503,
          "too_many",
          "there are too many connections with issued tokens: try again later");
    } else if (!buckets.tryAcquire(authenticatedCaller.principal())) {
      context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
      refuse(context, 429, Code.BUSY.keyword(), buckets.rejection(authenticatedCaller.principal()));
    } else {
      authenticatedCaller.attachTo(context);
      if (!Bodies.isAnnounced(context.request())) {
        context.request().resume();
      }
      context.next();
    }
  }

  /// Continues a request whose body has arrived, provided that its token or session is still valid.
  /// It may have become invalid while the client delayed the body.
  ///
  /// @param next handles the request
  void readmit(RoutingContext context, Runnable next) {
    if (!Bodies.isAnnounced(context.request())) {
      next.run();
      return;
    }
    identify(context.request())
        .onComplete(
            authenticatedCaller -> {
              if (authenticatedCaller
                  .filter(it -> it.equals(AuthenticatedCaller.of(context)))
                  .isPresent()) {
                next.run();
              } else {
                reject(context, "its token or session became invalid before its body arrived");
              }
            },
            failure -> reject(context, "its token could not be verified: " + failure.getMessage()));
  }

  /// Returns the sender of a request; empty if the sender cannot be authenticated. Can be called
  /// again later to check whether the token or session is still valid.
  Future<Optional<AuthenticatedCaller>> identify(HttpServerRequest request) {
    String from = String.valueOf(request.remoteAddress().hostAddress());
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (authorization != null) {
      String secret =
          authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
              ? authorization.substring(BEARER.length()).strip()
              : "";
      return secret.isEmpty() || secret.length() > MOST_SECRET
          ? Future.succeededFuture(Optional.empty())
          : tokens
              .authenticate(secret)
              .map(who -> who.map(it -> new AuthenticatedCaller(it, false, from)));
    }
    String page = request.headers().get(PAGE_HEADER);
    return Future.succeededFuture(
        session(request)
            .filter(cookie ->
                page != null
                    && page.length() <= MOST_SECRET
                    && browserSessions.isActive(cookie, page))
            .map(_ -> new AuthenticatedCaller(Principal.OWNER, true, from)));
  }

  /// Starts a session for the browser that sent `code`.
  ///
  /// @return the secret for its page; empty if the code is not valid
  Optional<String> logIn(HttpServerResponse response, String code) {
    return browserSessions
        .redeem(code)
        .map(secrets -> {
          response.addCookie(cookie(secrets.cookie(), BrowserSessions.SESSION.toSeconds()));
          return secrets.page();
        });
  }

  /// Ends the session of the request, if there is one.
  void logOut(HttpServerRequest request) {
    session(request).ifPresent(browserSessions::end);
    request.response().addCookie(cookie("", 0));
  }

  /// Rejects an unauthenticated request. A browser receives the login page.
  ///
  /// @param reason a clause for the log, which must not contain text from the request
  void reject(RoutingContext context, String reason) {
    log(context.request(), reason);
    context
        .response()
        .putHeader("WWW-Authenticate", "Bearer")
        .putHeader(HttpHeaders.VARY, "Accept");
    if (acceptsHtml(context.request())) {
      Bodies.leaveUnread(context);
      LoginPage.show(context.response());
      return;
    }
    refuse(
        context,
        401,
        "unauthenticated",
        "send a token (Authorization: Bearer TOKEN) or log in with the link that jpm web prints");
  }

  private void log(HttpServerRequest request, String reason) {
    refusals.refused(String.valueOf(request.remoteAddress()), reason);
  }

  private Optional<String> session(HttpServerRequest request) {
    return Optional.ofNullable(request.getCookie(cookieName))
        .map(Cookie::getValue)
        .filter(value -> !value.isEmpty() && value.length() <= MOST_SECRET);
  }

  private Cookie cookie(String value, long seconds) {
    return Cookie.cookie(cookieName, value)
        .setPath("/")
        .setHttpOnly(true)
        .setSameSite(CookieSameSite.STRICT)
        .setMaxAge(seconds);
  }

  /// Reports whether each `%` in a URI is followed by two hexadecimal digits. Otherwise, decoding
  /// the URI would throw an exception.
  static boolean isEncodedRight(String uri) {
    for (int at = uri.indexOf('%'); at >= 0; at = uri.indexOf('%', at + 1)) {
      if (at + 2 >= uri.length()
          || Character.digit(uri.charAt(at + 1), 16) < 0
          || Character.digit(uri.charAt(at + 2), 16) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasForeignOrigin(HttpServerRequest request) {
    List<String> origins = request.headers().getAll(HttpHeaders.ORIGIN);
    return !origins.isEmpty() && !origins.equals(List.of(own(request)));
  }

  private static String own(HttpServerRequest request) {
    return "http://" + request.getHeader(HttpHeaders.HOST);
  }

  /// Reports whether a request with a cookie comes from a page of this server. Browsers send
  /// `Sec-Fetch-Site` with every request; older browsers send at least `Origin` with requests that
  /// change something.
  private static boolean isSameOriginPage(HttpServerRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    boolean origin = request.headers().contains(HttpHeaders.ORIGIN); // own: see checkOrigin
    boolean own = origin || "same-origin".equals(site);
    if (!READING.contains(request.method())) {
      return own;
    }
    String path = request.path();
    boolean stream = path != null && path.contains("/stream");
    return own || (!stream && (site == null || site.equals("none")));
  }

  /// Sets headers that forbid caching, type sniffing, framing and use by other origins.
  private static void setSecurityHeaders(HttpServerResponse response) {
    response
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader(
            "Content-Security-Policy",
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin");
  }

  /// Reports whether the request comes from a browser that will display the response.
  static boolean acceptsHtml(HttpServerRequest request) {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    return READING.contains(request.method()) && accept != null && accept.contains("text/html");
  }

  private static void refuse(RoutingContext context, int status, String code, String problem) {
    Bodies.leaveUnread(context);
    JsonResponse.failed(context.response(), status, code, problem);
  }
}
