package io.jpm.bridge;

import io.jpm.bus.access.AccessCommand;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/// Parses the first frame of a TCP peer, `{"type":"auth","token":"…"}`, from bytes that arrive in
/// chunks. Buffers at most this one frame: a frame that is too long is refused as soon as its
/// length prefix has been read.
final class AuthFrameParser {
  /// The result of parsing the bytes received so far.
  sealed interface Outcome {
    /// More bytes are needed.
    record Incomplete() implements Outcome {}

    /// The token is the owner's.
    ///
    /// @param rest the bytes after the frame
    record Accepted(Buffer rest) implements Outcome {}

    /// The token is not the owner's and may be an issued one. The caller must verify it.
    ///
    /// @param question the verification request
    /// @param rest the bytes after the frame
    record Presented(AccessCommand.Authenticate question, Buffer rest) implements Outcome {}

    /// The peer must be disconnected.
    ///
    /// @param reason the reason as a clause for the log; quotes nothing from the peer but numbers
    record Refused(String reason) implements Outcome {}
  }

  /// The maximum length of the frame, in bytes without the length prefix.
  static final int MAX_BYTES = 1024;

  private static final int PREFIX_BYTES = 4;

  private final Optional<byte[]> ownersToken;
  private final Buffer gathered = Buffer.buffer();

  /// @param ownersToken the owner's token; empty if this port accepts only issued tokens
  AuthFrameParser(Optional<String> ownersToken) {
    this.ownersToken = ownersToken.map(token -> token.getBytes(StandardCharsets.UTF_8));
  }

  /// Reports whether the peer has sent anything yet.
  boolean begun() {
    return gathered.length() > 0;
  }

  Outcome parse(Buffer chunk) {
    int taken = gather(chunk, 0, PREFIX_BYTES);
    if (gathered.length() < PREFIX_BYTES) {
      return new Outcome.Incomplete();
    }
    int length = gathered.getInt(0);
    if (length < 1 || length > MAX_BYTES) {
      return new Outcome.Refused(
          "not an auth frame: its declared length is "
              + length
              + " bytes, but only 1 to "
              + MAX_BYTES
              + " are allowed");
    }
    int end = PREFIX_BYTES + length;
    taken = gather(chunk, taken, end);
    return gathered.length() < end
        ? new Outcome.Incomplete()
        : evaluate(gathered.getBuffer(PREFIX_BYTES, end), chunk.getBuffer(taken, chunk.length()));
  }

  private int gather(Buffer chunk, int from, int upTo) {
    int bytes = Math.min(Math.max(upTo - gathered.length(), 0), chunk.length() - from);
    gathered.appendBuffer(chunk, from, bytes);
    return from + bytes;
  }

  private Outcome evaluate(Buffer credential, Buffer rest) {
    JsonObject json;
    try {
      json = new JsonObject(credential);
    } catch (DecodeException | ClassCastException notAnObject) {
      return new Outcome.Refused("the first frame is not a JSON object");
    }
    if (!"auth".equals(json.getValue("type"))
        || !(json.getValue("token") instanceof String shown)) {
      return new Outcome.Refused("the first frame is not {\"type\":\"auth\",\"token\":\"…\"}");
    }
    byte[] bytes = shown.getBytes(StandardCharsets.UTF_8);
    if (ownersToken.filter(token -> MessageDigest.isEqual(token, bytes)).isPresent()) {
      return new Outcome.Accepted(rest);
    }
    return AccessCommand.Authenticate.of(shown)
        .<Outcome>map(question -> new Outcome.Presented(question, rest))
        .orElse(new Outcome.Refused("wrong token"));
  }
}
