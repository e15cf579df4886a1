package io.jpm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jpm.testing.CpuTimeBound;
import io.jpm.wire.JsonBounds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Fuzzes [FrameScanner]. Of an arbitrary stream, only the valid frames at its beginning pass, and
/// the stock bridge can read each of them. The result does not depend on how the bytes arrive. The
/// first byte of the input determines how they are split.
class FramesFuzz {
  private static final FrameRules RULES = new FrameRules(1024, new JsonBounds(8, 64, 32));
  private static final Set<String> TYPES =
      Set.of("send", "publish", "register", "unregister", "ping");

  @FuzzTest
  void streams(byte[] data) {
    if (data.length == 0) {
      return;
    }
    byte[] stream = Arrays.copyOfRange(data, 1, data.length);
    Connection whole = CpuTimeBound.proportionalTo(data.length, () -> scan(stream, stream.length));
    checkFrames(whole, stream);
    Connection pieces = scan(stream, 1 + (data[0] & 0xff));
    assertThat(pieces.frames).isEqualTo(whole.frames);
    assertThat(pieces.reason).isEqualTo(whole.reason);
  }

  /// Returns what the scanner reports for the stream.
  ///
  /// @param most the maximum length of a piece
  private static Connection scan(byte[] stream, int most) {
    var connection = new Connection();
    var scanner = new FrameScanner(connection);
    var random = new SplittableRandom(most);
    for (int at = 0; at < stream.length; ) {
      int length =
          Math.min(stream.length - at, most == stream.length ? most : random.nextInt(1, most + 1));
      ByteBuf piece = Unpooled.copiedBuffer(stream, at, length);
      scanner.take(piece);
      assertThat(piece.refCnt()).isEqualTo(1);
      piece.release();
      at += length;
    }
    scanner.close();
    assertThat(connection.held).isZero();
    return connection;
  }

  /// Compares the frames with the stream, one by one.
  private static void checkFrames(Connection connection, byte[] stream) {
    ByteBuffer rest = ByteBuffer.wrap(stream);
    for (ByteBuffer frame : connection.frames) {
      int length = rest.getInt();
      assertThat(length).isBetween(1, RULES.maxBytes());
      byte[] body = new byte[length];
      rest.get(body);
      assertThat(frame.getInt(0)).isEqualTo(length);
      assertThat(frame.slice(FrameScanner.PREFIX_BYTES, length)).isEqualTo(ByteBuffer.wrap(body));
      assertThat(frame.capacity()).isEqualTo(FrameScanner.PREFIX_BYTES + length);
      // As the stock bridge reads it.
      JsonObject json = new JsonObject(new String(body, StandardCharsets.UTF_8));
      assertThat(TYPES).contains(json.getString("type"));
      json.getString("address");
      json.getString("replyAddress");
      json.getJsonObject("headers", new JsonObject());
    }
    if (connection.reason != null) {
      assertThat(connection.reason).startsWith("it sent a frame ").hasSizeLessThan(120);
      assertThat(rest.remaining()).isGreaterThanOrEqualTo(FrameScanner.PREFIX_BYTES);
    } else if (rest.remaining() >= FrameScanner.PREFIX_BYTES) {
      assertThat(rest.remaining() - FrameScanner.PREFIX_BYTES).isLessThan(rest.getInt());
    }
  }

  private static final class Connection implements FrameScanner.FrameHandler {
    private final List<ByteBuffer> frames = new ArrayList<>();
    private @Nullable String reason;
    private int held;

    @Override
    public FrameRules rules() {
      return RULES;
    }

    @Override
    public boolean isOpen() {
      return reason == null;
    }

    @Override
    public void frame(ByteBuf frame) {
      assertThat(isOpen()).isTrue();
      frames.add(ByteBuffer.wrap(ByteBufUtil.getBytes(frame)));
      frame.release();
    }

    @Override
    public void onBufferAllocated(int bytes) {
      assertThat(bytes).isBetween(0, RULES.maxBytes() + FrameScanner.PREFIX_BYTES);
      held = bytes;
    }

    @Override
    public void broken(String reason) {
      assertThat(isOpen()).isTrue();
      this.reason = reason;
    }
  }
}
