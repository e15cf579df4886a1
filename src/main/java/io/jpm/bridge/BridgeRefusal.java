package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.wire.CommandReply;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/// The refusal of a peer's frame.
///
/// @param code the code that programs evaluate
/// @param reason the reason, as text for users
record BridgeRefusal(Code code, String reason) {
  /// The codes that programs evaluate. The lower-case name of a code is the `message` of an `err`
  /// frame.
  enum Code {
    /// The peer is not authorized.
    ACCESS_DENIED,
    /// The connection has too many subscriptions.
    TOO_MANY_SUBSCRIPTIONS,
    /// The token has exceeded its request rate.
    BUSY
  }

  /// Returns the frame that reports the refusal: a reply for a typed request that exceeds the
  /// request rate, otherwise an error frame in the format of the Vert.x bridge. The error frame
  /// contains the address to which the reply would have been sent.
  ///
  /// @param asked the refused frame
  JsonObject frame(JsonObject asked) {
    if (code == Code.BUSY
        && Addresses.COMMAND.equals(asked.getValue("address"))
        && asked.getValue("replyAddress") instanceof String replyAddress) {
      return new JsonObject()
          .put("type", "message")
          .put("address", replyAddress)
          .put("headers", new JsonObject())
          .put("body", new CommandReply.Failed(CommandReply.Code.BUSY, reason).toJson())
          .put("send", true);
    }
    var frame =
        new JsonObject().put("type", "err").put("message", code.name().toLowerCase(Locale.ROOT));
    if (asked.getValue("replyAddress") instanceof String replyAddress) {
      frame.put("address", replyAddress);
    }
    return frame
        .put("sourceAddress", String.valueOf(asked.getValue("address")))
        .put("problem", reason);
  }
}
