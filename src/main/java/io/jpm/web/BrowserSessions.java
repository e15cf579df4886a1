package io.jpm.web;

import io.jpm.model.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// Issues login links and keeps track of the resulting browser sessions. A session has two secrets,
/// both of which are required. The browser sends the cookie's secret to every port of the host, and
/// therefore also to apps that serve HTTP. The page's secret is stored by the page and sent only to
/// this server.
///
/// All secrets consist of 256 random bits. Only their hashes are stored, so the timing of a lookup
/// reveals nothing about other secrets. Links become invalid when the daemon stops; sessions are
/// passed on to the next daemon. Confined to the server's event loop.
final class BrowserSessions {
  /// How long a login link is valid.
  static final Duration LINK = Duration.ofMinutes(5);

  /// How long a session lasts, regardless of activity.
  static final Duration SESSION = Duration.ofHours(12);

  /// The maximum number of valid links. If it is exceeded, the oldest link is invalidated.
  static final int MOST_LINKS = 16;

  /// The maximum number of sessions. If it is exceeded, the oldest session is ended.
  static final int MOST_SESSIONS = 32;

  private final LongSupplier nanoTime;
  private final InstantSource clock;
  private final Consumer<Map<String, StoredSession>> store;
  private final SecureRandom random = new SecureRandom();

  /// The expiry of each link on the monotonic clock, by the hash of its code, oldest first.
  private final Map<String, Long> links = new LinkedHashMap<>();

  private final Map<String, Session> sessions = new LinkedHashMap<>();

  /// A session. Sessions are stored by the hash of the cookie's secret.
  ///
  /// @param end the expiry on the monotonic clock
  /// @param page the hash of the page's secret
  private record Session(long end, String page) {}

  /// A session as it is stored for the next daemon.
  ///
  /// @param end the expiry
  /// @param page the hash of the page's secret
  record StoredSession(Instant end, String page) {}

  /// The secrets of a new session.
  ///
  /// @param cookie the secret in the cookie
  /// @param page the secret that is stored by the page
  record Secrets(String cookie, String page) {}

  /// @param nanoTime a monotonic clock, which determines when links and sessions expire
  /// @param clock the wall clock, which determines when sessions expire in the next daemon
  /// @param store receives all sessions, by the hash of the cookie's secret, whenever they change
  BrowserSessions(
      LongSupplier nanoTime, InstantSource clock, Consumer<Map<String, StoredSession>> store) {
    this.nanoTime = nanoTime;
    this.clock = clock;
    this.store = store;
  }

  /// Restores the sessions of an earlier daemon. If the wall clock was set back, the remaining time
  /// of a session may appear to exceed [#SESSION]; it is then limited to that.
  void restore(Map<String, StoredSession> known) {
    Instant now = clock.instant();
    long nanos = nanoTime.getAsLong();
    known.forEach((hash, storedSession) -> {
      Duration left = Duration.between(now, storedSession.end());
      if (left.isPositive() && sessions.size() < MOST_SESSIONS) {
        Duration most = left.compareTo(SESSION) < 0 ? left : SESSION;
        sessions.put(hash, new Session(nanos + most.toNanos(), storedSession.page()));
      }
    });
  }

  /// Returns the code for a new login link.
  String newCode() {
    long now = nanoTime.getAsLong();
    String code = newSecret();
    evict(links, end -> end - now <= 0, MOST_LINKS);
    links.put(Sha256.hex(code), now + LINK.toNanos());
    return code;
  }

  /// Creates a session for a valid code and invalidates the code; empty if the code is not valid.
  Optional<Secrets> redeem(String code) {
    long now = nanoTime.getAsLong();
    Long end = links.remove(Sha256.hex(code));
    if (end == null || end - now <= 0) {
      return Optional.empty();
    }
    var secrets = new Secrets(newSecret(), newSecret());
    evict(sessions, session -> session.end() - now <= 0, MOST_SESSIONS);
    sessions.put(
        Sha256.hex(secrets.cookie()),
        new Session(now + SESSION.toNanos(), Sha256.hex(secrets.page())));
    save();
    return Optional.of(secrets);
  }

  /// Reports whether a valid session exists for this cookie. That is sufficient for files that
  /// contain no data.
  boolean isKnown(String cookie) {
    return found(cookie).isPresent();
  }

  /// Reports whether a valid session exists for both secrets.
  boolean isActive(String cookie, String page) {
    byte[] hash = Sha256.hex(page).getBytes(StandardCharsets.US_ASCII);
    return found(cookie)
        .filter(it -> MessageDigest.isEqual(it.page().getBytes(StandardCharsets.US_ASCII), hash))
        .isPresent();
  }

  private Optional<Session> found(String cookie) {
    return Optional.ofNullable(sessions.get(Sha256.hex(cookie)))
        .filter(it -> it.end() - nanoTime.getAsLong() > 0);
  }

  /// Ends a session.
  void end(String cookie) {
    if (sessions.remove(Sha256.hex(cookie)) != null) {
      save();
    }
  }

  private void save() {
    Instant now = clock.instant();
    long nanos = nanoTime.getAsLong();
    Map<String, StoredSession> all = new LinkedHashMap<>();
    sessions.forEach((hash, session) ->
        all.put(hash, new StoredSession(now.plusNanos(session.end() - nanos), session.page())));
    store.accept(all);
  }

  private static <T> void evict(Map<String, T> all, Predicate<T> isOver, int most) {
    all.values().removeIf(isOver);
    while (all.size() >= most) {
      all.remove(all.keySet().iterator().next());
    }
  }

  private String newSecret() {
    byte[] bits = new byte[32];
    random.nextBytes(bits);
    return HexFormat.of().formatHex(bits);
  }
}
