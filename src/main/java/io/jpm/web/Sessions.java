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

/// Links by which a browser logs in, and the sessions that come of them. A session has two secrets:
/// one for the cookie, which a browser sends to every port of the host, so also to the servers that
/// run as apps, and one for the page, which it keeps to itself and sends to this server only.
/// Neither is enough without the other.
///
/// All secrets are 256 random bits. Only their hashes are kept, so that looking one up tells
/// nothing about the others. Links end with the daemon; sessions are handed on to the next one.
/// Owned by the server's event loop.
final class Sessions {
  /// How long a link holds.
  static final Duration LINK = Duration.ofMinutes(5);

  /// How long a session lasts, however busy it is.
  static final Duration SESSION = Duration.ofHours(12);

  /// Of more links the oldest hold no longer.
  static final int MOST_LINKS = 16;

  /// Of more sessions the oldest end.
  static final int MOST_SESSIONS = 32;

  private final LongSupplier nanoTime;
  private final InstantSource clock;
  private final Consumer<Map<String, Kept>> store;
  private final SecureRandom random = new SecureRandom();

  /// When each ends, oldest first.
  private final Map<String, Long> links = new LinkedHashMap<>();

  private final Map<String, Session> sessions = new LinkedHashMap<>();

  /// By the hash of the cookie's secret.
  ///
  /// @param end when it ends, of the monotonic clock
  /// @param page the hash of the page's secret
  private record Session(long end, String page) {}

  /// What the next daemon knows of a session.
  ///
  /// @param end when it ends
  /// @param page the hash of the page's secret
  record Kept(Instant end, String page) {}

  /// The secrets of a new session.
  ///
  /// @param cookie what the browser keeps as a cookie
  /// @param page what the page keeps
  record Secrets(String cookie, String page) {}

  /// @param nanoTime monotonic time, by which links and sessions end
  /// @param clock wall clock, by which the next daemon knows when a session ends
  /// @param store gets all sessions by the hash of the cookie's secret, whenever they change
  Sessions(LongSupplier nanoTime, InstantSource clock, Consumer<Map<String, Kept>> store) {
    this.nanoTime = nanoTime;
    this.clock = clock;
    this.store = store;
  }

  /// Takes over the sessions of an earlier daemon. One that seems to last longer than a session may
  /// (the wall clock was set back) ends as if it were new.
  void restore(Map<String, Kept> known) {
    Instant now = clock.instant();
    long nanos = nanoTime.getAsLong();
    known.forEach((hash, kept) -> {
      Duration left = Duration.between(now, kept.end());
      if (left.isPositive() && sessions.size() < MOST_SESSIONS) {
        Duration most = left.compareTo(SESSION) < 0 ? left : SESSION;
        sessions.put(hash, new Session(nanos + most.toNanos(), kept.page()));
      }
    });
  }

  /// The code of a new link.
  String newCode() {
    long now = nanoTime.getAsLong();
    String code = newSecret();
    makeRoom(links, end -> end - now <= 0, MOST_LINKS);
    links.put(Sha256.hex(code), now + LINK.toNanos());
    return code;
  }

  /// A new session for a code that holds; it does not from then on.
  Optional<Secrets> redeem(String code) {
    long now = nanoTime.getAsLong();
    Long end = links.remove(Sha256.hex(code));
    if (end == null || end - now <= 0) {
      return Optional.empty();
    }
    var secrets = new Secrets(newSecret(), newSecret());
    makeRoom(sessions, session -> session.end() - now <= 0, MOST_SESSIONS);
    sessions.put(
        Sha256.hex(secrets.cookie()),
        new Session(now + SESSION.toNanos(), Sha256.hex(secrets.page())));
    save();
    return Optional.of(secrets);
  }

  /// Whether there is a session with this cookie that is not over: enough for what says nothing.
  boolean isKnown(String cookie) {
    return found(cookie).isPresent();
  }

  /// Whether there is a session with both secrets that is not over.
  boolean isIn(String cookie, String page) {
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
    Map<String, Kept> all = new LinkedHashMap<>();
    sessions.forEach((hash, session) ->
        all.put(hash, new Kept(now.plusNanos(session.end() - nanos), session.page())));
    store.accept(all);
  }

  private static <T> void makeRoom(Map<String, T> all, Predicate<T> isOver, int most) {
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
