package io.jpm.web;

import java.util.LinkedHashMap;
import java.util.Map;

/// Limits the number of bytes of responses that clients with issued tokens have not read yet. The
/// daemon has little memory, and many clients may not read. Above the limit, the clients that have
/// waited for the longest time are disconnected.
///
/// Confined to the event loop of the server.
final class ResponseBudget {
  /// The limit for all clients together, in bytes. A single response can exceed the limit.
  static final long MAX_BYTES = 16 << 20;

  private final Map<Object, Pending> pending = new LinkedHashMap<>();
  private long total;

  private record Pending(long bytes, Runnable cutOff) {}

  /// Accounts for a response that is about to be written. May disconnect other clients.
  ///
  /// @param response identifies the response
  /// @param cutOff disconnects the client of the response
  void reserve(Object response, long bytes, Runnable cutOff) {
    pending.put(response, new Pending(bytes, cutOff));
    total += bytes;
    while (total > MAX_BYTES && pending.size() > 1) {
      Map.Entry<Object, Pending> oldest = pending.entrySet().iterator().next();
      release(oldest.getKey());
      oldest.getValue().cutOff().run();
    }
  }

  /// Accounts for a response that has been written completely or whose client has disconnected.
  void release(Object response) {
    Pending known = pending.remove(response);
    if (known != null) {
      total -= known.bytes();
    }
  }
}
