package io.jpm.bridge;

import io.jpm.model.access.Principal;
import io.jpm.wire.JsonBounds;

/// The limits of frames, which depend on their sender.
///
/// @param maxBytes the maximum length, in bytes without the length prefix
/// @param content the limits of the JSON body
record FrameRules(int maxBytes, JsonBounds content) {
  /// For issued tokens. Requests about existing apps are short, and 256 KiB suffice for process
  /// files of 100 apps.
  static final FrameRules ISSUED = new FrameRules(256 << 10, JsonBounds.ISSUED);

  /// @param ownersMaxBytes the longest frame that the owner may send
  static FrameRules of(Principal who, int ownersMaxBytes) {
    return who.equals(Principal.OWNER) ? owners(ownersMaxBytes) : ISSUED;
  }

  /// Returns the limits for the owner.
  static FrameRules owners(int maxBytes) {
    return new FrameRules(maxBytes, JsonBounds.OWNER);
  }
}
