package io.jpm.bridge;

import io.jpm.model.access.Principal;
import io.jpm.wire.JsonBounds;

/// What a frame may be: it depends on who sends it.
///
/// @param maxBytes its length at most, in bytes without the four of the length itself
/// @param content bounds of its JSON
record FrameRules(int maxBytes, JsonBounds content) {
  /// Requests about apps that exist are short; 256 KiB are enough for process files of 100 apps.
  static final FrameRules ISSUED = new FrameRules(256 << 10, JsonBounds.ISSUED);

  /// @param ownersMaxBytes the longest frame of the owner's
  static FrameRules of(Principal who, int ownersMaxBytes) {
    return who.equals(Principal.OWNER) ? owners(ownersMaxBytes) : ISSUED;
  }

  /// For who has the home.
  static FrameRules owners(int maxBytes) {
    return new FrameRules(maxBytes, JsonBounds.OWNER);
  }
}
