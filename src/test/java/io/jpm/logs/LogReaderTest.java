package io.jpm.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.LogPosition;
import io.jpm.bus.LogsReply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogReaderTest {
  @TempDir Path folder;
  private Path log;

  @BeforeEach
  void name() {
    log = folder.resolve("a-out.log");
  }

  private static List<String> texts(LogsReply.Lines lines) {
    return lines.lines().stream().map(LogsReply.Line::text).toList();
  }

  private void append(String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 999, 1000, 5000})
  void tailGivesTheLastLines(int count) throws IOException {
    List<String> all =
        IntStream.range(0, 1000).mapToObj(n -> n + " " + "x".repeat(n % 300)).toList();
    append(String.join("\n", all) + "\n");
    assertThat(texts(LogReader.tail(List.of(log), count)))
        .isEqualTo(all.subList(Math.max(0, 1000 - count), 1000));
  }

  @Test
  void aFileThatIsNotThereHasNoLines() {
    LogsReply.Lines lines = LogReader.tail(List.of(log), 10);
    assertThat(lines.lines()).isEmpty();
    assertThat(lines.positions()).containsExactly(new LogPosition(log, 0));
  }

  @Test
  void anUnfinishedLastLineIsShown() throws IOException {
    append("one\r\ntwo");
    assertThat(texts(LogReader.tail(List.of(log), 10))).containsExactly("one", "two");
  }

  @Test
  void followingGivesEveryCompleteLineOnce() throws IOException {
    List<LogPosition> positions = List.of(new LogPosition(log, 0));
    List<String> seen = new ArrayList<>();
    for (String piece : List.of("a\nb", "c\n", "", "d\ne\n", "f")) {
      append(piece);
      LogsReply.Lines lines = LogReader.onwards(positions);
      seen.addAll(texts(lines));
      positions = lines.positions();
    }
    assertThat(seen).containsExactly("a", "bc", "d", "e");
  }

  @Test
  void aFileThatWasEmptiedIsReadFromItsBeginning() throws IOException {
    append("old line\n");
    List<LogPosition> end = LogReader.tail(List.of(log), 0).positions();
    Files.writeString(log, "new\n");
    assertThat(texts(LogReader.onwards(end))).containsExactly("new");
  }

  @Test
  void aLineLongerThanOneLookIsGivenInPieces() throws IOException {
    append("x".repeat(600_000) + "\nshort\n");
    List<LogPosition> positions = List.of(new LogPosition(log, 0));
    var text = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      LogsReply.Lines lines = LogReader.onwards(positions);
      texts(lines).forEach(text::append);
      positions = lines.positions();
    }
    assertThat(text.toString()).isEqualTo("x".repeat(600_000) + "short");
  }
}
