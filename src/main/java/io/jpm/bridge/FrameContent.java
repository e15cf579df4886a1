package io.jpm.bridge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.jpm.wire.JsonBounds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Checks that the Vert.x bridge can process the body of a frame. If the content is unexpected, the
/// Vert.x bridge throws an exception inside its parser and logs the whole frame.
final class FrameContent implements JsonBounds.TokenValidator {
  private static final Set<String> TYPES =
      Set.of("send", "publish", "register", "unregister", "ping");

  private static final int LONGEST_TIMEOUT_DIGITS = 15;

  /// The name of the current member of the frame. The field `header` is the name of the current
  /// member of the frame's `headers`.
  private String member = "";

  private String header = "";
  private boolean isPing;
  private boolean hasType;
  private boolean hasAddress;

  private FrameContent() {}

  /// Returns what is wrong with a frame, as a clause that continues "a frame that …"; empty if the
  /// frame is valid.
  ///
  /// @param body the frame without its length prefix; its indices are not changed
  static Optional<String> problem(ByteBuf body, JsonBounds bounds) {
    var content = new FrameContent();
    return bounds.problem(new ByteBufInputStream(body.duplicate()), content).or(content::missing);
  }

  private Optional<String> missing() {
    if (!hasType) {
      return Optional.of("has no type");
    }
    return hasAddress || isPing ? Optional.empty() : Optional.of("has no address");
  }

  @Override
  public @Nullable String problem(JsonParser parser, int depth) throws IOException {
    JsonToken token = parser.currentToken();
    return switch (depth) {
      case 0 -> token == JsonToken.START_OBJECT ? null : "is not a JSON object";
      case 1 -> {
        if (token == JsonToken.FIELD_NAME) {
          member = parser.currentName();
          yield null;
        }
        yield ofMember(parser, token);
      }
      case 2 -> {
        if (!member.equals("headers")) {
          yield null;
        }
        if (token == JsonToken.FIELD_NAME) {
          header = parser.currentName();
          yield null;
        }
        yield ofHeader(parser, token);
      }
      default -> null;
    };
  }

  /// Checks a member of the frame. If a member occurs more than once, every occurrence must be
  /// valid, because the last one takes effect.
  private @Nullable String ofMember(JsonParser parser, JsonToken token) throws IOException {
    return switch (member) {
      case "type" -> {
        hasType = token == JsonToken.VALUE_STRING && TYPES.contains(parser.getText());
        isPing = hasType && parser.getText().equals("ping");
        yield hasType ? null : "has an unknown type";
      }
      case "address" -> {
        hasAddress = token == JsonToken.VALUE_STRING;
        yield hasAddress ? null : "has an address that is not a string";
      }
      case "replyAddress" ->
          token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NULL
              ? null
              : "has a replyAddress that is not a string";
      case "headers" ->
          token == JsonToken.START_OBJECT || token == JsonToken.VALUE_NULL
              ? null
              : "has headers that are not an object";
      default -> null;
    };
  }

  private @Nullable String ofHeader(JsonParser parser, JsonToken token) throws IOException {
    if (!token.isScalarValue() || token == JsonToken.VALUE_NULL) {
      return "has a header that is not a string, a number or a boolean";
    }
    return switch (header) {
      case "timeout" ->
          token == JsonToken.VALUE_NUMBER_INT
                  && parser.getTextLength() <= LONGEST_TIMEOUT_DIGITS
                  && parser.getLongValue() >= 1
              ? null
              : "has a timeout header that is not a number of milliseconds";
      // These are delivery options of the daemon's own event bus, which clients must not set.
      case "codecName", "localOnly" -> "has the header " + header + ", which is not allowed";
      default -> null;
    };
  }
}
