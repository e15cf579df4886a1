package io.jpm.bridge;

import io.jpm.model.access.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Limits the memory of incomplete frames of all connections together: a thousand connections could
/// each begin a long frame and never finish it. Above the limit, the connection whose frame began
/// first is ended; connections of issued tokens are ended before those of the owner.
///
/// Confined to the bridge's event loop.
final class UnfinishedFrames {
  /// The limit in bytes, unless a single frame of the owner may be longer.
  static final int MAX_BYTES = 12 << 20;

  /// A connection with an incomplete frame.
  interface Holder {
    /// Returns the sender of the frame.
    Principal who();

    /// Ends the connection for this reason.
    void giveUp(String reason);
  }

  private final int maxBytes;

  /// Allocated bytes, in the order in which the frames began.
  private final Map<Holder, Integer> held = new LinkedHashMap<>();

  private long total;

  /// @param longestFrame the longest frame of any peer, in bytes
  UnfinishedFrames(int longestFrame) {
    this.maxBytes = Math.max(MAX_BYTES, Math.addExact(longestFrame, FrameScanner.PREFIX_BYTES));
  }

  /// Sets the number of bytes that are allocated for the incomplete frame of `holder`. Ends
  /// connections, possibly this one, if the total exceeds the limit.
  void holds(Holder holder, int bytes) {
    Integer before = held.put(holder, bytes);
    total += bytes - (before == null ? 0 : before);
    while (total > maxBytes) {
      Holder first = first();
      released(first);
      first.giveUp("unfinished frames of all connections take more than " + maxBytes + " bytes");
    }
  }

  /// Removes the frame of `holder`, which is complete or whose connection has ended.
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
