package io.jpm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests the output of a connection while its process drains: every byte of the server is written
/// exactly once, and the `Connection: close` header is inserted, however few bytes the system
/// accepts per write.
class CloseHeaderInjectorTest {
  private static final String CLOSE = "Connection: close\r\n";

  /// Accepts a random part of the bytes, or none.
  private static final class PartialByteSink implements CloseHeaderInjector.ByteSink {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Random random;

    PartialByteSink(Random random) {
      this.random = random;
    }

    @Override
    public int write(byte[] bytes) {
      int count = random.nextInt(4) == 0 ? 0 : random.nextInt(Math.min(bytes.length, 9) + 1);
      out.write(bytes, 0, count);
      return count == 0 ? -2 : count;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String written(CloseHeaderInjector response, String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int taken =
        response.write(
            bytes(text),
            it -> {
              out.writeBytes(it);
              return it.length;
            });
    assertThat(taken).isEqualTo(text.length());
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private static CloseHeaderInjector closeRequested() {
    CloseHeaderInjector response = new CloseHeaderInjector();
    response.requestReceived();
    return response;
  }

  @Test
  void closeHeaderFollowsTheStatusLine() throws IOException {
    CloseHeaderInjector response = closeRequested();
    assertThat(written(response, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))
        .isEqualTo("HTTP/1.1 200 OK\r\n" + CLOSE + "Content-Length: 2\r\n\r\nhi");
    assertThat(response.isActive()).isFalse();
  }

  @Test
  void closeHeaderIsAddedToTheFinalResponseNotToTheInterimOne() throws IOException {
    CloseHeaderInjector response = closeRequested();
    String interim = "HTTP/1.1 100 Continue\r\n\r\n";
    assertThat(written(response, interim)).isEqualTo(interim);
    assertThat(written(response, "HTTP/1.1 204 No Content\r\n\r\n"))
        .isEqualTo("HTTP/1.1 204 No Content\r\n" + CLOSE + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        "HTTP/1.1 200",
        "HTTP/2 200\r\n\r\n",
        "+OK\r\n",
      })
  void protocolSwitchesAndOtherDataAreUnchanged(String text) throws IOException {
    CloseHeaderInjector response = closeRequested();
    assertThat(written(response, text)).isEqualTo(text);
    assertThat(response.isActive()).isFalse();
  }

  @Test
  void onlyHttp1RequestsAreRecognized() {
    for (String request : new String[] {"GET / HTTP/1.1", "PROPFIND /x", "DELETE /1"}) {
      assertThat(CloseHeaderInjector.isRequest(bytes(request))).as(request).isTrue();
    }
    for (String other :
        new String[] {"HTTP/1.1 200 OK", "PRI * HTTP/2.0", "CONNECT a:1", "get /", "\26\3\1", ""}) {
      assertThat(CloseHeaderInjector.isRequest(bytes(other))).as(other).isFalse();
    }
  }

  @Test
  void partialWritesNeitherLoseNorRepeatBytes() throws IOException {
    for (long seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      PartialByteSink wire = new PartialByteSink(random);
      CloseHeaderInjector response = new CloseHeaderInjector();
      StringBuilder expected = new StringBuilder();
      for (int number = 0; number < 3; number++) {
        String head = "HTTP/1.1 20" + number + " Fine\r\n";
        String rest = "Content-Length: 9\r\n\r\n" + "HTTP/1.1 ".repeat(random.nextInt(3));
        expected.append(head).append(CLOSE).append(rest);
        response.requestReceived();
        send(response, wire, bytes(head + rest), random);
      }
      assertThat(wire.out.toString(StandardCharsets.ISO_8859_1))
          .as("seed " + seed)
          .isEqualTo(expected.toString());
    }
  }

  /// Writes like a server: continues after the last accepted byte, and at first offers only part of
  /// the response.
  private static void send(
      CloseHeaderInjector response, PartialByteSink wire, byte[] all, Random random)
      throws IOException {
    int done = 0;
    int least = 32; // a server writes its status line in one piece
    while (done < all.length) {
      int end = done == 0 ? least + random.nextInt(all.length - least + 1) : all.length;
      byte[] next = Arrays.copyOfRange(all, done, end);
      int taken = response.isActive() ? response.write(next, wire) : wire.write(next);
      assertThat(taken).isLessThanOrEqualTo(next.length).isNotZero();
      done += Math.max(0, taken);
    }
  }
}
