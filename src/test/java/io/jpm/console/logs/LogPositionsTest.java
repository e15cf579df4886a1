package io.jpm.console.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.bus.logs.LogPosition;
import io.jpm.console.cli.CommandFailure;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LogPositionsTest {
  private static final Instant BEGAN = Instant.ofEpochMilli(1_234_567);

  @Test
  void markContainsAllPositions() {
    var places = new LogPositions(BEGAN);
    var active =
        new LogPosition(
            Path.of("/h/logs/ä web-out.log"),
            new LogPosition.Active(Instant.ofEpochSecond(7, 123_456_789), "(dev=1,ino=2)"),
            10,
            20);
    var rotated =
        new LogPosition(
            Path.of("/h/b.log"), new LogPosition.Rotated(Instant.ofEpochMilli(5)), 3, 3);
    places.advance(LogPosition.startOf(active.log()));
    places.advance(active);
    places.advance(rotated);
    String mark = places.mark().get();
    places.advance(LogPosition.startOf(active.log()));

    LogPositions read = LogPositions.fromMark(mark);
    assertThat(mark).matches("[A-Za-z0-9_-]+");
    assertThat(read.startedAt()).isEqualTo(BEGAN);
    assertThat(read.of(active.log())).contains(active);
    assertThat(read.of(rotated.log())).contains(rotated);
    assertThat(read.of(Path.of("/h/c.log"))).isEmpty();
  }

  @Test
  void markIsASnapshot() {
    var places = new LogPositions(BEGAN);
    Path log = Path.of("/h/a.log");
    places.advance(LogPosition.startOf(log));
    var mark = places.mark();
    places.advance(new LogPosition(log, new LogPosition.Rotated(BEGAN), 9));
    assertThat(LogPositions.fromMark(mark.get()).of(log)).contains(LogPosition.startOf(log));
  }

  @Test
  void invalidMarkIsRejected() {
    for (String word : new String[] {"", "12", "!!", "eJwDAAAAAAE"}) {
      assertThatThrownBy(() -> LogPositions.fromMark(word))
          .as(word)
          .isInstanceOf(CommandFailure.class);
    }
  }
}
