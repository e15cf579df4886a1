package io.jpm.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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

/// Links by which a browser logs in, and the sessions that come of them: secrets of 256 random bits
/// each. Only their hashes are kept, so that looking one up tells nothing about the others. Links
/// end with the daemon; sessions are handed on to the next one. Owned by the server's event loop.
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
  private final Consumer<Map<String, Instant>> store;
  private final SecureRandom random = new SecureRandom();

  /// When each ends, oldest first.
  private final Map<String, Long> links = new LinkedHashMap<>();

  private final Map<String, Long> sessions = new LinkedHashMap<>();

  /// @param nanoTime monotonic time, by which links and sessions end
  /// @param clock wall clock, by which the next daemon knows when a session ends
  /// @param store gets all sessions by hash, with their ends, whenever they change
  Sessions(LongSupplier nanoTime, InstantSource clock, Consumer<Map<String, Instant>> store) {
    this.nanoTime = nanoTime;
    this.clock = clock;
    this.store = store;
  }

  /// Takes over the sessions of an earlier daemon. One that seems to last longer than a session may
  /// (the wall clock was set back) ends as if it were new.
  void restore(Map<String, Instant> ends) {
    Instant now = clock.instant();
    long nanos = nanoTime.getAsLong();
    ends.forEach((hash, end) -> {
      Duration left = Duration.between(now, end);
      if (left.isPositive() && sessions.size() < MOST_SESSIONS) {
        Duration most = left.compareTo(SESSION) < 0 ? left : SESSION;
        sessions.put(hash, nanos + most.toNanos());
      }
    });
  }

  /// The code of a new link.
  String newCode() {
    return added(links, LINK, MOST_LINKS);
  }

  /// A new session for a code that holds; it does not from then on.
  Optional<String> redeem(String code) {
    if (!endedIn(links, code)) {
      return Optional.empty();
    }
    String session = added(sessions, SESSION, MOST_SESSIONS);
    save();
    return Optional.of(session);
  }

  /// Whether the session is there and not over.
  boolean isIn(String session) {
    Long end = sessions.get(hash(session));
    return end != null && end - nanoTime.getAsLong() > 0;
  }

  /// Ends a session.
  void end(String session) {
    if (sessions.remove(hash(session)) != null) {
      save();
    }
  }

  private void save() {
    Instant now = clock.instant();
    long nanos = nanoTime.getAsLong();
    Map<String, Instant> ends = new LinkedHashMap<>();
    sessions.forEach((hash, end) -> ends.put(hash, now.plusNanos(end - nanos)));
    store.accept(ends);
  }

  private boolean endedIn(Map<String, Long> all, String secret) {
    Long end = all.remove(hash(secret));
    return end != null && end - nanoTime.getAsLong() > 0;
  }

  private String added(Map<String, Long> all, Duration lasting, int most) {
    long now = nanoTime.getAsLong();
    all.values().removeIf(end -> end - now <= 0);
    while (all.size() >= most) {
      all.remove(all.keySet().iterator().next());
    }
    byte[] bits = new byte[32];
    random.nextBytes(bits);
    String secret = HexFormat.of().formatHex(bits);
    all.put(hash(secret), now + lasting.toNanos());
    return secret;
  }

  private static String hash(String secret) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException every) {
      throw new IllegalStateException("every Java has SHA-256", every);
    }
  }
}
