package io.jpm.bridge;

import io.jpm.model.access.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The frames of all connections of which a part has come. A thousand connections may each begin a
/// long one and never end it: when they take too much together, the frame that began first is given
/// up with its connection, those of issued tokens before those of the owner.
///
/// Owned by the bridge's event loop.
final class UnfinishedFrames {
  /// How much they may take together unless one frame of the owner may be longer, in bytes.
  static final int MAX_BYTES = 12 << 20;

  /// Whose they are.
  interface Holder {
    /// Who sends the frame.
    Principal who();

    /// Ends the connection for this reason.
    void giveUp(String reason);
  }

  private final int maxBytes;

  /// In the order in which the frames began.
  private final Map<Holder, Integer> held = new LinkedHashMap<>();

  private long total;

  /// @param longestFrame the longest frame of all, in bytes
  UnfinishedFrames(int longestFrame) {
    this.maxBytes = Math.max(MAX_BYTES, Math.addExact(longestFrame, FrameScanner.PREFIX_BYTES));
  }

  /// What has come of a frame takes so much memory now. Ends connections, perhaps this one, where
  /// that is too much.
  void holds(Holder holder, int bytes) {
    Integer before = held.put(holder, bytes);
    total += bytes - (before == null ? 0 : before);
    while (total > maxBytes) {
      Holder first = first();
      released(first);
      first.giveUp("unfinished frames of all connections take more than " + maxBytes + " bytes");
    }
  }

  /// The frame is complete, or its connection gone.
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
