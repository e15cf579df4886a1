package io.jpm.bridge;

import io.jpm.model.access.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Limits the memory used by incomplete frames of all connections together, because a thousand
/// connections could each begin a long frame and never finish it. Above the limit, the connection
/// whose frame began first is closed; connections of issued tokens are closed before those of the
/// owner.
///
/// Confined to the bridge's event loop.
final class UnfinishedFrames {
  /// The limit in bytes; higher if a single frame sent by the owner can be longer.
  static final int MAX_BYTES = 12 << 20;

  /// A connection with an incomplete frame.
  interface Holder {
    /// Returns the sender of the frame.
    Principal who();

    /// Closes the connection and reports `reason`.
    void disconnect(String reason);
  }

  private final int maxBytes;

  /// The number of allocated bytes per connection, in the order in which the frames began.
  private final Map<Holder, Integer> held = new LinkedHashMap<>();

  private long total;

  /// @param longestFrame the maximum length of a frame from any peer, in bytes
  UnfinishedFrames(int longestFrame) {
    this.maxBytes = Math.max(MAX_BYTES, Math.addExact(longestFrame, FrameScanner.PREFIX_BYTES));
  }

  /// Sets the number of bytes allocated for the incomplete frame of `holder`. If the total exceeds
  /// the limit, closes connections, possibly including this one.
  void holds(Holder holder, int bytes) {
    Integer before = held.put(holder, bytes);
    total += bytes - (before == null ? 0 : before);
    while (total > maxBytes) {
      Holder first = first();
      released(first);
      first.disconnect(
          "the unfinished frames of all connections together use more than " + maxBytes + " bytes");
    }
  }

  /// Removes the frame of `holder` because it is complete or its connection has been closed.
  void released(Holder holder) {
    Integer bytes = held.remove(holder);
    total -= bytes == null ? 0 : bytes;
  }

  private Holder first() {
    Optional<Holder> issued =
        held.keySet().stream().filter(it -> !it.who().equals(Principal.OWNER)).findFirst();
    return issued.orElseGet(() -> held.keySet().iterator().next());
  }
}
