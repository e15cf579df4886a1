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

/// Authenticates each request before any other handler sees it, in this order:
///
/// 1. The `Host` must be a loopback name of this server. A page whose own name resolves to this
///    address (DNS rebinding) sends a different one.
/// 2. A browser must not send the request for a page of another origin: no foreign `Origin`.
/// 3. The request must have a token, or a session cookie together with the secret of its page
///    ([Sessions]). Without either the response is the same for every path, so that it does not
///    reveal which paths exist. For the files of the page the cookie alone is sufficient.
/// 4. A request that changes something by means of a session must also come from our own page,
///    according to `Sec-Fetch-Site` or `Origin`.
/// 5. The token must not exceed its rate limit ([RequestBuckets]).
///
/// Requests that fail one of the first four checks are logged.
final class RequestAuthenticator {
  /// The header in which a page sends its secret with each request.
  static final String PAGE_HEADER = "X-JPM";

  private static final String ONLY_OUR_PAGE =
      "a browser may request this only from a page of this server";

  private static final String BEARER = "Bearer ";
  private static final int MOST_SECRET = 512;
  private static final int MOST_HEADERS = 100;
  private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private final Tokens tokens;
  private final Sessions sessions;
  private final RequestBuckets buckets;
  private final RefusalLog refusals;
  private final Connections connections;
  private final List<String> hosts;
  private final String cookieName;

  /// @param port the port of the server
  RequestAuthenticator(
      Tokens tokens,
      Sessions sessions,
      int port,
      RequestBuckets buckets,
      RefusalLog refusals,
      Connections connections) {
    this.tokens = tokens;
    this.sessions = sessions;
    this.buckets = buckets;
    this.refusals = refusals;
    this.connections = connections;
    this.hosts = List.of("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port);
    // Cookies are not specific to a port, so two homes need different names.
    this.cookieName = "jpm_session_" + port;
  }

  /// Performs the first two checks, which apply to all requests.
  void greet(RoutingContext context) {
    HttpServerRequest request = context.request();
    armour(request.response());
    List<String> host = request.headers().getAll(HttpHeaders.HOST);
    if (host.size() != 1 || !hosts.contains(host.getFirst()) || !request.uri().startsWith("/")) {
      log(request, "its Host header names another server");
      refuse(context, 421, "misdirected", "the Host header does not name this server");
    } else if (request.headers().size() > MOST_HEADERS) {
      refuse(
          context,
          431,
          Code.INVALID.word(),
          "a request has at most %d headers".formatted(MOST_HEADERS));
    } else if (!isEncodedRight(request.uri())) {
      refuse(
          context,
          400,
          Code.INVALID.word(),
          "a % in an address must be followed by two hexadecimal digits");
    } else if (hasForeignOrigin(request)) {
      log(request, "it comes from a page of another origin");
      refuse(context, 403, "denied", "not allowed for pages of other origins");
    } else {
      context.next();
    }
  }

  /// Performs the other checks. A request that passes has an [AuthenticatedCaller].
  void admit(RoutingContext context) {
    HttpServerRequest request = context.request();
    request.pause();
    identify(request)
        .onComplete(
            authenticatedCaller ->
                authenticatedCaller.ifPresentOrElse(
                    it -> admit(context, it), () -> turnAway(context, lacking(request))),
            failure -> turnAway(context, "its token cannot be checked: " + failure.getMessage()));
  }

  /// Returns the reason why the sender of a request is unknown.
  private String lacking(HttpServerRequest request) {
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)) {
      return "wrong token";
    }
    return session(request)
        .map(it ->
            sessions.isKnown(it)
                ? "its browser does not send the secret of the page"
                : "its session has ended")
        .orElse("no token");
  }

  /// Admits a browser to the files of the page, for which its cookie is sufficient. A request
  /// without a session continues to [#admit].
  ///
  /// @param load sends the response
  void admitToPage(RoutingContext context, Runnable load) {
    HttpServerRequest request = context.request();
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)
        || session(request).filter(sessions::isKnown).isEmpty()) {
      context.next();
    } else if (!isOfOurPage(request)) {
      log(request, "its browser does not request it from a page of this server");
      refuse(context, 403, Code.DENIED.word(), ONLY_OUR_PAGE);
    } else {
      Bodies.leaveUnread(context);
      load.run();
    }
  }

  private void admit(RoutingContext context, AuthenticatedCaller authenticatedCaller) {
    if (authenticatedCaller.byCookie() && !isOfOurPage(context.request())) {
      log(context.request(), "its browser does not request it from a page of this server");
      refuse(context, 403, Code.DENIED.word(), ONLY_OUR_PAGE);
    } else if (!connections.isProven(context.request().connection(), authenticatedCaller.who())) {
      context.response().putHeader(HttpHeaders.CONNECTION, "close");
      context.addEndHandler(_ -> context.request().connection().close());
      refuse(context, 503, "too_many", "there are too many connections of tokens: try again later");
    } else if (!buckets.take(authenticatedCaller.who())) {
      context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
      refuse(context, 429, Code.BUSY.word(), buckets.busy(authenticatedCaller.who()));
    } else {
      authenticatedCaller.keepIn(context);
      if (!Bodies.isAnnounced(context.request())) {
        context.request().resume();
      }
      context.next();
    }
  }

  /// Continues a request whose body has arrived if its sender would still be admitted: the token or
  /// session may have ended while the client held the body back.
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
                turnAway(context, "its token or session has ended before its body arrived");
              }
            },
            failure -> turnAway(context, "its token cannot be checked: " + failure.getMessage()));
  }

  /// Returns the sender of a request; empty if it is unknown. May be called again later to check
  /// whether it is still valid.
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
              .prove(secret)
              .map(who -> who.map(it -> new AuthenticatedCaller(it, false, from)));
    }
    String page = request.headers().get(PAGE_HEADER);
    return Future.succeededFuture(
        session(request)
            .filter(cookie ->
                page != null && page.length() <= MOST_SECRET && sessions.isIn(cookie, page))
            .map(_ -> new AuthenticatedCaller(Principal.OWNER, true, from)));
  }

  /// Starts a session for the browser that sent `code`.
  ///
  /// @return the secret of its page; empty if the code is not valid
  Optional<String> logIn(HttpServerResponse response, String code) {
    return sessions
        .redeem(code)
        .map(secrets -> {
          response.addCookie(cookie(secrets.cookie(), Sessions.SESSION.toSeconds()));
          return secrets.page();
        });
  }

  /// Ends the session of the request, if it has one.
  void logOut(HttpServerRequest request) {
    session(request).ifPresent(sessions::end);
    request.response().addCookie(cookie("", 0));
  }

  /// Rejects a request whose sender is unknown. A browser receives a page.
  ///
  /// @param reason a clause for the log, which must not contain text from the request
  void turnAway(RoutingContext context, String reason) {
    log(context.request(), reason);
    context
        .response()
        .putHeader("WWW-Authenticate", "Bearer")
        .putHeader(HttpHeaders.VARY, "Accept");
    if (wantsPage(context.request())) {
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

  /// Reports whether each `%` of a URI begins an encoded byte. Later decoders throw an exception
  /// otherwise.
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

  /// Reports whether a request with a cookie comes from our page. A browser sends `Sec-Fetch-Site`
  /// with every request. An older browser at least sends `Origin` with requests that change
  /// something.
  private static boolean isOfOurPage(HttpServerRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    boolean origin = request.headers().contains(HttpHeaders.ORIGIN); // our own, see greet
    boolean own = origin || "same-origin".equals(site);
    if (!READING.contains(request.method())) {
      return own;
    }
    String path = request.path();
    boolean stream = path != null && path.contains("/stream");
    return own || (!stream && (site == null || site.equals("none")));
  }

  /// Sets headers that forbid caching, type sniffing, framing and use by other origins.
  private static void armour(HttpServerResponse response) {
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
  static boolean wantsPage(HttpServerRequest request) {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    return READING.contains(request.method()) && accept != null && accept.contains("text/html");
  }

  private static void refuse(RoutingContext context, int status, String code, String problem) {
    Bodies.leaveUnread(context);
    JsonResponse.failed(context.response(), status, code, problem);
  }
}
