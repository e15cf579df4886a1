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

/// Issues tickets: secrets of 256 random bits, each of which allows a single download of one log
/// file within [#LASTING]. Tickets are needed because a browser that follows a link cannot send the
/// page's secret. Only hashes of tickets are stored. Tickets become invalid when the server closes.
/// Confined to the server's event loop.
final class Tickets {
  /// The path prefix of tickets.
  static final String BASE = "/download/";

  /// How long a ticket is valid.
  static final Duration LASTING = Duration.ofSeconds(30);

  /// The maximum number of valid tickets per principal. If it is exceeded, the oldest is
  /// invalidated.
  static final int MOST_OF_ONE = 16;

  private final LongSupplier nanoTime;
  private final SecureRandom random = new SecureRandom();

  /// The tickets by the hash of the secret, oldest first.
  private final Map<String, Ticket> tickets = new LinkedHashMap<>();

  /// @param nanoTime a monotonic clock, which determines when tickets expire
  Tickets(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// A ticket for one file.
  ///
  /// @param authenticatedCaller the sender of the request for the ticket
  /// @param wanted the file
  /// @param end the expiry on the monotonic clock
  record Ticket(
      AuthenticatedCaller authenticatedCaller, LogDownload.LogFileRequest wanted, long end) {}

  /// Returns the secret of a new ticket.
  String add(AuthenticatedCaller authenticatedCaller, LogDownload.LogFileRequest logFileRequest) {
    long now = nanoTime.getAsLong();
    tickets.values().removeIf(ticket -> ticket.end() - now <= 0);
    List<String> theirs =
        tickets.entrySet().stream()
            .filter(entry ->
                entry
                    .getValue()
                    .authenticatedCaller()
                    .principal()
                    .equals(authenticatedCaller.principal()))
            .map(Map.Entry::getKey)
            .toList();
    if (theirs.size() >= MOST_OF_ONE) {
      tickets.remove(theirs.getFirst());
    }
    byte[] bits = new byte[32];
    random.nextBytes(bits);
    String secret = HexFormat.of().formatHex(bits);
    tickets.put(
        Sha256.hex(secret),
        new Ticket(authenticatedCaller, logFileRequest, now + LASTING.toNanos()));
    return secret;
  }

  /// Invalidates a ticket and returns it; empty if it was not valid.
  Optional<Ticket> redeem(String secret) {
    return Optional.ofNullable(tickets.remove(Sha256.hex(secret)))
        .filter(ticket -> ticket.end() - nanoTime.getAsLong() > 0);
  }

  /// Invalidates all tickets of one principal.
  ///
  /// @param name the name of the principal ([io.jpm.model.access.Principal#name])
  void forget(String name) {
    tickets
        .values()
        .removeIf(ticket -> ticket.authenticatedCaller().principal().name().equals(name));
  }
}
