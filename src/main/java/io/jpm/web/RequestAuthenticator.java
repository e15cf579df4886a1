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

/// Decides who gets in. Each request passes it before anything else looks at it, in this order:
///
/// 1. It must be addressed to this server by a name of the loopback: a page whose name was made to
///    point here (DNS rebinding) has another one.
/// 2. A browser must not send it for a page of somebody else: no foreign `Origin`.
/// 3. It must have a token, or the cookie of a session together with the secret of its page
///    ([Sessions]). Who has neither is told the same for every path, so learns nothing about what
///    there is. What the page is made of can be loaded by the cookie alone.
/// 4. What changes something by the force of a session must come from our own page, too: by
///    `Sec-Fetch-Site` or `Origin`.
/// 5. The token must not have been used more often than it may be ([RequestBuckets]).
///
/// Whoever fails one of the first four is told in the log.
final class RequestAuthenticator {
  /// The header in which a page sends its secret with everything that it asks for.
  static final String PAGE_HEADER = "X-JPM";

  private static final String ONLY_OUR_PAGE =
      "a browser may ask for this from a page of this server only";

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

  /// @param port where the server listens
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
    // Cookies do not know ports: two homes must not take away each other's.
    this.cookieName = "jpm_session_" + port;
  }

  /// The first two steps, for requests of anybody.
  void greet(RoutingContext context) {
    HttpServerRequest request = context.request();
    armour(request.response());
    List<String> host = request.headers().getAll(HttpHeaders.HOST);
    if (host.size() != 1 || !hosts.contains(host.getFirst()) || !request.uri().startsWith("/")) {
      log(request, "it asks for a server of another name");
      refuse(context, 421, "misdirected", "this is not the server of that name");
    } else if (request.headers().size() > MOST_HEADERS) {
      refuse(
          context,
          431,
          Code.INVALID.word(),
          "a request has at most %d headers".formatted(MOST_HEADERS));
    } else if (!isEncodedRight(request.uri())) {
      refuse(
          context, 400, Code.INVALID.word(), "after % in an address come two hexadecimal digits");
    } else if (hasForeignOrigin(request)) {
      log(request, "it comes from a page of another origin");
      refuse(context, 403, "denied", "not for pages of other origins");
    } else {
      context.next();
    }
  }

  /// The other steps: whoever comes further is known ([AuthenticatedCaller]).
  void admit(RoutingContext context) {
    HttpServerRequest request = context.request();
    request.pause();
    identify(request)
        .onComplete(
            authenticatedCaller ->
                authenticatedCaller.ifPresentOrElse(
                    it -> admit(context, it), () -> turnAway(context, lacking(request))),
            failure -> turnAway(context, "its token cannot be looked at: " + failure.getMessage()));
  }

  /// Why somebody is not known who sends this.
  private String lacking(HttpServerRequest request) {
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)) {
      return "wrong token";
    }
    return session(request)
        .map(it ->
            sessions.isKnown(it)
                ? "its browser does not send the secret of the page"
                : "its session is over")
        .orElse("no token");
  }

  /// Lets a browser have what the page is made of, for which its cookie is enough; whoever has no
  /// session goes on to [#admit].
  ///
  /// @param load answers
  void admitToPage(RoutingContext context, Runnable load) {
    HttpServerRequest request = context.request();
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)
        || session(request).filter(sessions::isKnown).isEmpty()) {
      context.next();
    } else if (!isOfOurPage(request)) {
      log(request, "its browser asks from no page of this server");
      refuse(context, 403, Code.DENIED.word(), ONLY_OUR_PAGE);
    } else {
      Bodies.leaveUnread(context);
      load.run();
    }
  }

  private void admit(RoutingContext context, AuthenticatedCaller authenticatedCaller) {
    if (authenticatedCaller.byCookie() && !isOfOurPage(context.request())) {
      log(context.request(), "its browser asks from no page of this server");
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

  /// Goes on with a request whose body has come, if who sends it would be let in still: a token or
  /// a session may have ended while the body was held back.
  ///
  /// @param next what it asks for
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
                turnAway(context, "its token or session has ended before its body came");
              }
            },
            failure -> turnAway(context, "its token cannot be looked at: " + failure.getMessage()));
  }

  /// Who sends this; empty: nobody knows. May be asked again later, to see whether it still holds.
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

  /// Begins a session in the browser that sends `code`.
  ///
  /// @return the secret of its page; empty: the code did not hold
  Optional<String> logIn(HttpServerResponse response, String code) {
    return sessions
        .redeem(code)
        .map(secrets -> {
          response.addCookie(cookie(secrets.cookie(), Sessions.SESSION.toSeconds()));
          return secrets.page();
        });
  }

  /// Ends the session by which the request came, if it came by one.
  void logOut(HttpServerRequest request) {
    session(request).ifPresent(sessions::end);
    request.response().addCookie(cookie("", 0));
  }

  /// What anybody is told who is not known. A person with a browser gets a page.
  ///
  /// @param reason why, in one clause for the log; holds nothing that was sent
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
        "show a token (Authorization: Bearer TOKEN) or log in by the link that jpm web prints");
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

  /// Whether each `%` of an address begins an encoded byte. What decodes addresses later throws
  /// where that is not so.
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

  /// Whether a request with a cookie comes from our page. A browser says that of each request in
  /// `Sec-Fetch-Site`; one that does not know it says `Origin` at least where something is changed.
  private static boolean isOfOurPage(HttpServerRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    boolean origin = request.headers().contains(HttpHeaders.ORIGIN); // Ours: see greet.
    boolean own = origin || "same-origin".equals(site);
    if (!READING.contains(request.method())) {
      return own;
    }
    String path = request.path();
    boolean stream = path != null && path.contains("/stream");
    return own || (!stream && (site == null || site.equals("none")));
  }

  /// Nothing of an answer is kept, guessed at, framed, or lent to other pages.
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

  /// Whether this is a browser that is going to show what it gets.
  static boolean wantsPage(HttpServerRequest request) {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    return READING.contains(request.method()) && accept != null && accept.contains("text/html");
  }

  private static void refuse(RoutingContext context, int status, String code, String problem) {
    Bodies.leaveUnread(context);
    JsonResponse.failed(context.response(), status, code, problem);
  }
}
