package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.wire.CommandReply;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/// Why the bridge does not do what a peer asks for.
///
/// @param code what clients go by
/// @param why a sentence
record Refusal(Code code, String why) {
  /// What clients go by, in lower case the `message` of an `err`.
  enum Code {
    /// Who asks may not have it.
    ACCESS_DENIED,
    /// It has too many subscriptions.
    TOO_MANY_SUBSCRIPTIONS,
    /// It asks too often.
    BUSY
  }

  /// The frame that says so: of a typed request a reply, of everything else an error as the stock
  /// bridge sends them, with the address of the reply that will not come.
  ///
  /// @param asked the frame that is refused
  JsonObject frame(JsonObject asked) {
    if (code == Code.BUSY
        && Addresses.COMMAND.equals(asked.getValue("address"))
        && asked.getValue("replyAddress") instanceof String replyAddress) {
      return new JsonObject()
          .put("type", "message")
          .put("address", replyAddress)
          .put("headers", new JsonObject())
          .put("body", new CommandReply.Failed(CommandReply.Code.BUSY, why).toJson())
          .put("send", true);
    }
    var frame =
        new JsonObject().put("type", "err").put("message", code.name().toLowerCase(Locale.ROOT));
    if (asked.getValue("replyAddress") instanceof String replyAddress) {
      frame.put("address", replyAddress);
    }
    return frame
        .put("sourceAddress", String.valueOf(asked.getValue("address")))
        .put("problem", why);
  }
}
