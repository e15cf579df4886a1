package io.jpm.web;

import io.jpm.bus.RefusalLog;
import io.jpm.bus.RequestBuckets;
import io.jpm.model.Principal;
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
/// 3. It must have a token, or the cookie of a session. Who has neither is told the same for every
///    path, so learns nothing about what there is.
/// 4. What changes something by the force of a cookie must come from our own page: by
///    `Sec-Fetch-Site` or `Origin`, and with a header that no form can send.
/// 5. The token must not have been used more often than it may be ([RequestBuckets]).
///
/// Whoever fails one of the first four is told in the log.
final class Doorman {
  /// The header that a page sends with everything that changes something; its value does not
  /// matter.
  static final String PAGE_HEADER = "X-JPM";

  private static final String BEARER = "Bearer ";
  private static final int MOST_SECRET = 512;
  private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private final Tokens tokens;
  private final Sessions sessions;
  private final RequestBuckets buckets;
  private final RefusalLog refusals;
  private final List<String> hosts;
  private final String cookieName;

  /// @param port where the server listens
  Doorman(Tokens tokens, Sessions sessions, int port, RequestBuckets buckets, RefusalLog refusals) {
    this.tokens = tokens;
    this.sessions = sessions;
    this.buckets = buckets;
    this.refusals = refusals;
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
    } else if (hasForeignOrigin(request)) {
      log(request, "it comes from a page of another origin");
      refuse(context, 403, "denied", "not for pages of other origins");
    } else {
      context.next();
    }
  }

  /// The other steps: whoever comes further is known ([Access]).
  void admit(RoutingContext context) {
    HttpServerRequest request = context.request();
    request.pause();
    identify(request)
        .onComplete(
            access -> {
              request.resume();
              access.ifPresentOrElse(
                  it -> admit(context, it), () -> turnAway(context, lacking(request)));
            },
            failure -> {
              request.resume();
              turnAway(context, "its token cannot be looked at: " + failure.getMessage());
            });
  }

  /// Why somebody is not known who sends this.
  private String lacking(HttpServerRequest request) {
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)) {
      return "wrong token";
    }
    return session(request).isPresent() ? "its session is over" : "no token";
  }

  private void admit(RoutingContext context, Access access) {
    if (access.byCookie() && !isOfOurPage(context.request())) {
      log(context.request(), "its browser asks from no page of this server");
      refuse(context, 403, "denied", "a browser may ask for this from a page of this server only");
    } else if (!buckets.take(access.who())) {
      context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
      refuse(context, 429, Code.BUSY.word(), buckets.busy(access.who()));
    } else {
      access.keepIn(context);
      context.next();
    }
  }

  /// Who sends this; empty: nobody knows. May be asked again later, to see whether it still holds.
  Future<Optional<Access>> identify(HttpServerRequest request) {
    String from = String.valueOf(request.remoteAddress().hostAddress());
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (authorization != null) {
      String secret =
          authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
              ? authorization.substring(BEARER.length()).strip()
              : "";
      return secret.isEmpty() || secret.length() > MOST_SECRET
          ? Future.succeededFuture(Optional.empty())
          : tokens.prove(secret).map(who -> who.map(it -> new Access(it, false, from)));
    }
    return Future.succeededFuture(
        session(request).filter(sessions::isIn).map(_ -> new Access(Principal.OWNER, true, from)));
  }

  /// Begins a session in the browser that sends `code`; tells whether the code held.
  boolean logIn(HttpServerResponse response, String code) {
    Optional<String> session = sessions.redeem(code);
    session.ifPresent(secret -> response.addCookie(cookie(secret, Sessions.SESSION.toSeconds())));
    return session.isPresent();
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
      return own && request.headers().contains(PAGE_HEADER);
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
    close(context);
    Answer.failed(context.response(), status, code, problem);
  }

  /// A body that was not read must not be taken for the next request, nor be waited for.
  private static void close(RoutingContext context) {
    if (!READING.contains(context.request().method())) {
      context.response().putHeader(HttpHeaders.CONNECTION, "close");
      context.addEndHandler(_ -> context.request().connection().close());
    }
  }
}
