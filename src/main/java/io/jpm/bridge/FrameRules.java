package io.jpm.bridge;

import io.jpm.model.access.Principal;
import io.jpm.wire.JsonBounds;

/// The limits on frames, which depend on the sender.
///
/// @param maxBytes the maximum length, in bytes without the length prefix
/// @param content the limits on the JSON body
record FrameRules(int maxBytes, JsonBounds content) {
  /// The limits for issued tokens. Requests about existing apps are short, and 256 KiB is enough
  /// for process files with 100 apps.
  static final FrameRules ISSUED = new FrameRules(256 << 10, JsonBounds.ISSUED);

  /// Returns the limits for `who`.
  ///
  /// @param ownersMaxBytes the maximum length of a frame sent by the owner
  static FrameRules of(Principal who, int ownersMaxBytes) {
    return who.equals(Principal.OWNER) ? owners(ownersMaxBytes) : ISSUED;
  }

  /// Returns the limits for the owner.
  static FrameRules owners(int maxBytes) {
    return new FrameRules(maxBytes, JsonBounds.OWNER);
  }
}
