package io.jpm.web;

import io.jpm.model.text.Sha256;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Secrets of 256 random bits by which one log file can be downloaded once, within seconds, by a
/// link: a browser that follows one sends no header of the page. Only their hashes are kept. They
/// end with the server. Owned by the server's event loop.
final class Tickets {
  /// Where the path of a ticket begins.
  static final String BASE = "/download/";

  /// How long one holds.
  static final Duration LASTING = Duration.ofSeconds(30);

  /// Of more of one holder the oldest hold no longer.
  static final int MOST_OF_ONE = 16;

  private final LongSupplier nanoTime;
  private final SecureRandom random = new SecureRandom();

  /// By hash, oldest first.
  private final Map<String, Ticket> tickets = new LinkedHashMap<>();

  /// @param nanoTime monotonic time, by which they end
  Tickets(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// What one is for.
  ///
  /// @param authenticatedCaller who has asked for it
  /// @param wanted which file
  /// @param end when it ends, of the monotonic clock
  record Ticket(AuthenticatedCaller authenticatedCaller, LogDownload.Wanted wanted, long end) {}

  /// The secret of a new ticket.
  String add(AuthenticatedCaller authenticatedCaller, LogDownload.Wanted wanted) {
    long now = nanoTime.getAsLong();
    tickets.values().removeIf(ticket -> ticket.end() - now <= 0);
    List<String> theirs =
        tickets.entrySet().stream()
            .filter(entry ->
                entry.getValue().authenticatedCaller().who().equals(authenticatedCaller.who()))
            .map(Map.Entry::getKey)
            .toList();
    if (theirs.size() >= MOST_OF_ONE) {
      tickets.remove(theirs.getFirst());
    }
    byte[] bits = new byte[32];
    random.nextBytes(bits);
    String secret = HexFormat.of().formatHex(bits);
    tickets.put(
        Sha256.hex(secret), new Ticket(authenticatedCaller, wanted, now + LASTING.toNanos()));
    return secret;
  }

  /// What a ticket is for that holds; it does not from then on.
  Optional<Ticket> redeem(String secret) {
    return Optional.ofNullable(tickets.remove(Sha256.hex(secret)))
        .filter(ticket -> ticket.end() - nanoTime.getAsLong() > 0);
  }

  /// All of one holder hold no longer.
  ///
  /// @param name [Principal#name]
  void forget(String name) {
    tickets.values().removeIf(ticket -> ticket.authenticatedCaller().who().name().equals(name));
  }
}
