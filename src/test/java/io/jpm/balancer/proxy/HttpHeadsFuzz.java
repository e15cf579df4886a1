package io.jpm.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jpm.testing.CpuTimeBound;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Fuzzes [HttpTracker] and its parsers. Arbitrary bytes of a client and an instance are parsed
/// without reading out of bounds, and the result does not depend on where a body is split. The
/// bytes of the client end at a NUL; the rest comes from the instance.
class HttpHeadsFuzz {
  @FuzzTest
  void talks(byte[] data) {
    int end = 0;
    while (end < data.length && data[end] != 0) {
      end++;
    }
    byte[] request = Arrays.copyOf(data, end);
    byte[] response = Arrays.copyOfRange(data, Math.min(end + 1, data.length), data.length);
    request(request);
    boolean idle =
        CpuTimeBound.proportionalTo(
            data.length, () -> isIdleAfter(request, response, response.length));
    int body = lastHead(response);
    if (body >= 0) {
      for (int cut = body; cut <= response.length; cut += 1 + (response.length - body) / 16) {
        assertThat(isIdleAfter(request, response, cut)).as("cut at %d", cut).isEqualTo(idle);
      }
    }
    chunks(response);
  }

  private static void request(byte[] bytes) {
    ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
    RequestHead requestHead = RequestHead.at(buffer);
    assertThat(buffer.readableBytes()).isEqualTo(bytes.length);
    assertThat(requestHead.headOnly() && requestHead.tunnel()).isFalse();
    if (!requestHead.known()) {
      assertThat(requestHead.left()).isZero();
      assertThat(requestHead.isPipelined()).isFalse();
    }
    for (int cut = 0; cut <= bytes.length; cut += 1 + bytes.length / 16) {
      RequestHead first = RequestHead.at(Unpooled.wrappedBuffer(bytes, 0, cut));
      if (first.known()) {
        assertThat(first.consume(bytes.length - cut)).as("cut at %d", cut).isEqualTo(requestHead);
      }
    }
  }

  /// Reports whether the connection is idle after the response has arrived in two pieces.
  private static boolean isIdleAfter(byte[] request, byte[] response, int cut) {
    HttpTracker talk = new HttpTracker();
    talk.asked(Unpooled.wrappedBuffer(request));
    assertThat(talk.idle()).isFalse();
    answer(talk, response, 0, cut);
    answer(talk, response, cut, response.length);
    return talk.idle();
  }

  private static void answer(HttpTracker talk, byte[] response, int from, int to) {
    if (from == to) {
      return;
    }
    ByteBuf piece = Unpooled.wrappedBuffer(response, from, to - from);
    int field = talk.answered(piece);
    assertThat(piece.readableBytes()).isEqualTo(to - from);
    if (field != HttpTracker.NOWHERE) {
      assertThat(field).isBetween(1, to - from);
      assertThat(piece.getByte(field - 1)).isEqualTo((byte) '\n');
    }
  }

  /// Returns where the body of the last response begins; -1 if there is no body.
  private static int lastHead(byte[] response) {
    ByteBuf bytes = Unpooled.wrappedBuffer(response);
    @Nullable ResponseHead head = ResponseHead.at(bytes, 0);
    int at = 0;
    while (head != null) {
      assertThat(head.status()).isBetween(0, 999);
      assertThat(head.fields()).isBetween(at + 1, response.length);
      assertThat(head.length()).isBetween(-1L, 999_999_999_999_999_999L);
      if (head.end() < 0) {
        return -1;
      }
      assertThat(head.end()).isBetween(head.fields(), response.length);
      at = head.end();
      if (head.status() >= 200 || head.status() == 101) {
        return head.status() == 101 ? -1 : at;
      }
      head = ResponseHead.at(bytes, at);
    }
    return -1;
  }

  /// Checks that arbitrary bytes, sent as chunks, end exactly with the last byte of the chunked
  /// body.
  private static void chunks(byte[] content) {
    ByteBuf body = Unpooled.buffer();
    int at = 0;
    while (at < content.length) {
      int length = Math.min(content.length - at, 1 + (content[at] & 0xff));
      body.writeBytes((Integer.toHexString(length) + ";x\r\n").getBytes(StandardCharsets.US_ASCII));
      body.writeBytes(content, at, length).writeBytes(new byte[] {'\r', '\n'});
      at += length;
    }
    body.writeBytes("0\r\nA: b\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    int end = body.writerIndex();
    ChunkedBodyScanner chunked = new ChunkedBodyScanner();
    chunked.read(body.duplicate().writerIndex(end - 1), 0);
    assertThat(chunked.ended() || chunked.isMalformed()).isFalse();
    chunked.read(body, end - 1);
    assertThat(chunked.ended()).isTrue();
    chunked.read(body, end - 1);
    assertThat(chunked.isMalformed()).isTrue();
  }
}
