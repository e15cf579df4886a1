package io.jpm.logs.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.FullLogPolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The share of the memory that each stream may use, and when a write may begin. A unit has 64
/// bytes.
@Timeout(60)
class LogStreamTest {
  private static final int UNIT = 64;
  private static final int UNITS = 64;
  private static final int LEAST = Geometry.LEAST_UNITS * UNIT;

  private LogBuffer memory;

  @BeforeEach
  void make() throws IOException {
    memory = new MemoryImage().boot((long) UNITS * UNIT, StepLimit.unlimited());
  }

  /// Returns a stream that may use a quarter of the memory.
  private LogStream stream(String name, FullLogPolicy policy) throws IOException {
    LogStream stream = memory.stream(name, UNITS / 4 * UNIT);
    stream.whenFull(policy);
    return stream;
  }

  /// Prints lines of one unit until there is no space or `most` lines were printed.
  private static int print(LogStream stream, int most) {
    int printed = 0;
    while (printed < most) {
      ByteBuffer room = stream.reserve(UNIT, false);
      if (room == null) {
        break;
      }
      int count = room.remaining();
      for (int i = 1; i < count; i++) {
        room.put((byte) 'x');
      }
      room.put((byte) '\n');
      stream.received(count);
      printed++;
    }
    return printed;
  }

  private static FileWrite write(int target, int consumed) {
    return new FileWrite(target, 1, 2, 3, consumed, consumed, 0);
  }

  // ------------------------------------------------------------ free space

  @Test
  void blockingStreamsLeaveHalfOfTheMemoryToOthers() throws IOException {
    for (int i = 0; i < 3; i++) {
      LogStream stuck = memory.stream("stuck" + i, UNITS * UNIT);
      stuck.whenFull(FullLogPolicy.BLOCK);
      print(stuck, UNITS);
    }
    assertThat(memory.stream("stuck0", UNITS * UNIT).waitingBytes()).isEqualTo(UNITS / 2 * UNIT);
    assertThat(memory.stream("stuck1", UNITS * UNIT).waitingBytes()).isEqualTo(LEAST);
    assertThat(memory.stream("stuck2", UNITS * UNIT).waitingBytes()).isBetween(1L, (long) LEAST);
  }

  @Test
  void streamMakesProgressWhileBlockingStreamsAreFull() throws IOException {
    for (int i = 0; i < 4; i++) {
      print(stream("stuck" + i, FullLogPolicy.BLOCK), UNITS);
    }
    for (FullLogPolicy policy : FullLogPolicy.values()) {
      assertMakesProgress(stream("good " + policy, policy));
    }
  }

  @Test
  void streamMakesProgressAfterOthersFilledTheMemory() throws IOException {
    for (int i = 0; i < 5; i++) {
      print(stream("flood" + i, FullLogPolicy.DROP_OLDEST), UNITS);
    }
    for (FullLogPolicy policy : FullLogPolicy.values()) {
      assertMakesProgress(stream("good " + policy, policy));
    }
  }

  private static void assertMakesProgress(LogStream good) {
    for (int line = 0; line < 100; line++) {
      assertThat(print(good, 1)).as(good.name()).isEqualTo(1);
      good.drop(UNIT, 1);
    }
  }

  @Test
  void lastUnitsAreReservedForTheSmallestStreams() throws IOException {
    for (int i = 0; i < 4; i++) {
      print(stream("flood" + i, FullLogPolicy.DROP_OLDEST), UNITS);
    }
    int first = print(stream("first", FullLogPolicy.BLOCK), UNITS);
    int second = print(stream("second", FullLogPolicy.BLOCK), UNITS);
    assertThat(first).isGreaterThanOrEqualTo(second);
    assertThat(second).isPositive();
    assertThat(memory.usedUnits()).isEqualTo(UNITS);
  }

  @Test
  void lineThatTheWriterHasPartlyReadIsKeptCompletely() throws IOException {
    LogStream stream = stream("app", FullLogPolicy.DROP_OLDEST);
    print(stream, "first\n1");
    assertThat(text(stream)).isEqualTo("first\n1");
    print(stream, "8651215\n");
    for (int i = 0; i < 100; i++) {
      print(stream, "lost or the last ones\n");
    }
    assertThat(stream.droppedTotals().bytes()).isPositive();
    stream.begin(write(0, "first\n".length()));
    stream.done();
    assertThat(text(stream)).isEqualTo("18651215\n");
  }

  private static void print(LogStream stream, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    for (int sent = 0; sent < bytes.length; ) {
      ByteBuffer room = Objects.requireNonNull(stream.reserve(bytes.length - sent));
      int count = room.remaining();
      room.put(bytes, sent, count);
      stream.received(count);
      sent += count;
    }
  }

  private static String text(LogStream stream) {
    return new String(PipeAndFile.bytes(stream.waiting(UNIT)), StandardCharsets.US_ASCII);
  }

  // ------------------------------------------------------------ writes

  @Test
  void failedWriteCanBeginAgain() throws IOException {
    LogStream stream = stream("app", FullLogPolicy.DROP_OLDEST);
    print(stream, 2);
    stream.begin(write(0, UNIT));
    FileWrite again = new FileWrite(0, 1, 2, 99, UNIT, UNIT, 0);
    stream.begin(again);
    assertThat(stream.unfinished()).contains(again);
    stream.begin(write(1, UNIT));
    stream.begin(write(1, UNIT));
    stream.done();
    assertThat(stream.waitingBytes()).isEqualTo(UNIT);
  }

  @Test
  void writeOfOtherBytesOrToAnEarlierFileIsRefused() throws IOException {
    LogStream stream = stream("app", FullLogPolicy.DROP_OLDEST);
    print(stream, 2);
    stream.begin(write(1, UNIT));
    for (FileWrite wrong : List.of(write(0, UNIT), write(1, 2 * UNIT), write(2, 1))) {
      assertThatThrownBy(() -> stream.begin(wrong))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("a write has already begun for the stream app");
    }
    assertThat(stream.unfinished()).contains(write(1, UNIT));
  }

  @Test
  void noWriteBeginsAfterTheStreamIsForgotten() throws IOException {
    LogStream stream = stream("app", FullLogPolicy.DROP_OLDEST);
    print(stream, 2);
    stream.begin(write(0, UNIT));
    stream.forget();
    assertGone(() -> stream.begin(write(1, UNIT)));
    assertHarmless(stream);
    assertThat(memory.usedUnits()).isZero();
    assertGone(() -> stream.begin(write(0, 0)));
  }

  @Test
  void noWriteBeginsAfterTheMemoryIsClosed() throws IOException {
    LogStream stream = stream("app", FullLogPolicy.DROP_OLDEST);
    print(stream, 2);
    memory.close();
    assertGone(() -> stream.begin(write(0, UNIT)));
    assertHarmless(stream);
  }

  private static void assertGone(ThrowingCallable begin) {
    assertThatThrownBy(begin)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no write may begin: the stream app is closed");
  }

  private static void assertHarmless(LogStream stream) {
    stream.abandon();
    stream.done();
    stream.done();
    stream.abandon();
    assertThat(stream.waiting(UNIT)).isEmpty();
    assertThat(stream.waitingBytes()).isZero();
    assertThat(stream.droppedTotals()).isEqualTo(new LogStream.Losses(0, 0, 0));
  }
}
