package io.jpm.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HttpTrackerTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String LINE = "HTTP/1.1 200 OK\r\n";

  private final HttpTracker tracker = new HttpTracker();

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private void ask(String text) {
    tracker.asked(bytes(text));
  }

  private int answer(String text) {
    return tracker.answered(bytes(text));
  }

  @Test
  void fieldIsInsertedAfterTheStatusLine() {
    ask(GET);
    assertThat(answer(LINE + "Content-Length: 2\r\n\r\nhi")).isEqualTo(LINE.length());
    assertThat(tracker.idle()).isTrue();
    ask(GET);
    assertThat(tracker.idle()).isFalse();
    assertThat(answer(LINE + "content-length: 0\r\n\r\n")).isEqualTo(LINE.length());
    assertThat(tracker.idle()).isTrue();
  }

  @Test
  void bodyInSeveralPiecesIsUnchanged() {
    ask(GET);
    answer(LINE + "Content-Length: 40\r\n\r\n");
    assertThat(tracker.idle()).isFalse();
    assertThat(answer("HTTP/1.1 200 is what a body may say")).isEqualTo(HttpTracker.NOWHERE);
    assertThat(tracker.idle()).isFalse();
    answer("12345");
    assertThat(tracker.idle()).isTrue();
  }

  @Test
  void chunkedBodyEndsWithItsLastChunkWhereverItIsSplit() {
    String whole = LINE + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    int head = whole.indexOf("\r\n\r\n") + 4;
    for (int cut = head; cut < whole.length(); cut++) {
      ask(GET);
      assertThat(answer(whole.substring(0, cut))).isEqualTo(LINE.length());
      assertThat(tracker.idle()).isFalse();
      answer(whole.substring(cut));
      assertThat(tracker.idle()).as("cut at %d", cut).isTrue();
    }
    ask(GET);
    answer(LINE + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
    assertThat(tracker.idle()).isTrue();
  }

  @Test
  void splitStatusLineIsUnchangedAndTheNextOneIsRecognized() {
    ask(GET);
    assertThat(answer("HTTP/1.1 20")).isEqualTo(HttpTracker.NOWHERE);
    assertThat(answer("0 OK\r\nContent-Length: 0\r\n\r\n")).isEqualTo(HttpTracker.NOWHERE);
    assertThat(tracker.idle()).isFalse();
    ask(GET);
    assertThat(answer(LINE + "Content-Length: 0\r\n\r\n")).isEqualTo(LINE.length());
  }

  @Test
  void fieldIsInsertedIntoASplitHead() {
    ask(GET);
    assertThat(answer(LINE + "Content-Le")).isEqualTo(LINE.length());
    assertThat(tracker.idle()).isFalse();
  }

  @Test
  void interimResponseIsNotTheFinalResponse() {
    ask("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n");
    String interim = "HTTP/1.1 100 Continue\r\n\r\n";
    assertThat(answer(interim)).isEqualTo(HttpTracker.NOWHERE);
    assertThat(tracker.idle()).isFalse();
    ask("the body");
    assertThat(answer(interim + LINE + "Content-Length: 0\r\n\r\n"))
        .isEqualTo(interim.length() + LINE.length());
    assertThat(tracker.idle()).isTrue();
  }

  @Test
  void upgradedConnectionIsNeverChangedAgain() {
    ask(GET);
    assertThat(answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"))
        .isEqualTo(HttpTracker.NOWHERE);
    ask("frame");
    assertThat(answer(LINE + "Content-Length: 0\r\n\r\n")).isEqualTo(HttpTracker.NOWHERE);
    assertThat(tracker.idle()).isFalse();
  }

  @Test
  void responseWithoutABodyEndsWithItsHead() {
    ask("HEAD / HTTP/1.1\r\n\r\n");
    answer(LINE + "Content-Length: 500\r\n\r\n");
    assertThat(tracker.idle()).isTrue();
    ask(GET);
    answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n");
    assertThat(tracker.idle()).isTrue();
  }

  @Test
  void bodyThatEndsWithTheConnectionNeverBecomesIdle() {
    ask(GET);
    assertThat(answer("HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n"))
        .isEqualTo(LINE.length());
    answer("data: 2\n\n");
    assertThat(tracker.idle()).isFalse();
  }

  @Test
  void requestSentBeforeTheResponseEndsAwaitsAResponse() {
    ask(GET);
    answer(LINE + "Content-Length: 2\r\n\r\nh");
    ask(GET);
    answer("i");
    assertThat(tracker.idle()).isFalse();
    answer(LINE + "Content-Length: 0\r\n\r\n");
    assertThat(tracker.idle()).isTrue();
  }

  @Test
  void requestsInOneBufferAllAwaitAResponse() {
    ask(GET + GET);
    answer(LINE + "Content-Length: 0\r\n\r\n");
    assertThat(tracker.idle()).isFalse();
  }

  @Test
  void requestAfterAnUploadAwaitsAResponse() {
    ask("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab");
    ask("cd" + GET);
    answer(LINE + "Content-Length: 0\r\n\r\n");
    assertThat(tracker.idle()).isFalse();
  }

  @Test
  void uploadInSeveralPiecesIsOneRequest() {
    ask("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab");
    ask("cd");
    answer(LINE + "Content-Length: 0\r\n\r\n");
    assertThat(tracker.idle()).isTrue();
  }

  @Test
  void chunkDataThatLooksLikeTheLastChunkIsNotTheEnd() {
    ask(GET);
    answer(LINE + "Transfer-Encoding: chunked\r\n\r\n");
    answer("3\r\n0\r\n\r\n");
    assertThat(tracker.idle()).isFalse();
    answer("0\r\nChecksum: 1\r\n\r\n");
    assertThat(tracker.idle()).isTrue();
  }

  @Test
  void tunnelIsNeverChanged() {
    ask("CONNECT a:1 HTTP/1.1\r\n\r\n");
    assertThat(answer(LINE + "\r\n")).isEqualTo(HttpTracker.NOWHERE);
    ask("anything");
    assertThat(answer(LINE + "Content-Length: 0\r\n\r\n")).isEqualTo(HttpTracker.NOWHERE);
    assertThat(tracker.idle()).isFalse();
  }

  @Test
  void anotherProtocolIsNeverIdle() {
    answer("220 mail.example ESMTP\r\n");
    ask("EHLO me\r\n");
    assertThat(answer("250 mail.example\r\n")).isEqualTo(HttpTracker.NOWHERE);
    assertThat(tracker.idle()).isFalse();
  }
}
