package io.jpm.logs.read;

import static io.jpm.logs.read.LogFixture.past;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.logs.LogFilter;
import io.jpm.bus.logs.LogSearch;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reading past lines from the files.
@Timeout(120)
class LogReaderTest {
  private static final long ALL = Long.MAX_VALUE;

  @TempDir Path home;
  private LogReader reading;
  private LogFixture log;

  @BeforeEach
  void open() throws IOException {
    reading = new LogReader(home, LogFileAccess.DIRECT, () -> LogFixture.START);
    log = new LogFixture(home, "web-out.log");
  }

  @AfterEach
  void close() {
    reading.close();
  }

  private List<String> last(long lines) {
    return past(reading, LogFilter.ALL, lines, log).lines();
  }

  private List<String> between(Optional<Long> since, Optional<Long> until, long lines) {
    var filter =
        new LogFilter(
            since.map(LogFixture::second), until.map(LogFixture::second), Optional.empty(), false);
    return past(reading, filter, lines, log).lines();
  }

  private static LogFilter grep(String pattern) {
    return new LogFilter(Optional.empty(), Optional.empty(), Optional.of(pattern), false);
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(n -> "line " + n).toList();
  }

  private static String text(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 15, 999, 1000, 5000, ALL})
  void lastLinesAreReturned(long count) throws IOException {
    List<String> all =
        IntStream.range(0, 1000).mapToObj(n -> n + " " + "x".repeat(n % 300)).toList();
    log.print(text(all));
    assertThat(last(count)).isEqualTo(all.subList((int) Math.max(0, 1000 - count), 1000));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 15, 100, 101, 150, 299, 300, 301, 400, ALL})
  void linesAreReadFromRotatedAndCompressedFiles(long count) throws IOException {
    log.print(text(numbers(0, 100))).rotateAndCompress(10);
    log.print(text(numbers(100, 200))).rotate(20);
    log.print(text(numbers(200, 300)));
    assertThat(last(count)).isEqualTo(numbers((int) Math.max(0, 300 - count), 300));
  }

  @Test
  void listContainsOnlyLogFiles(@TempDir Path full) throws IOException {
    Files.writeString(full.resolve("out__2026-11-23_13-40-52.294Z.log"), "");
    Files.writeString(full.resolve("jpm.log.1"), "");
    for (int i = 0; i < 100; i++) {
      Files.writeString(full.resolve("other" + i), "");
    }
    assertThat(LogFileAccess.DIRECT.list(full))
        .containsExactlyInAnyOrder("out__2026-11-23_13-40-52.294Z.log", "jpm.log.1");
    assertThat(LogFileAccess.DIRECT.list(full.resolve("none"))).isEmpty();
  }

  @Test
  void fileBeingCompressedIsReadOnce() throws IOException {
    log.print(text(numbers(0, 10)));
    Path rotated = log.rotate(10);
    Path packed = LogFixture.compress(rotated);
    Files.copy(packed, packed.resolveSibling(packed.getFileName() + ".part"));
    log.print(text(numbers(10, 20)));
    assertThat(last(ALL)).isEqualTo(numbers(0, 20));
    Files.delete(rotated);
    assertThat(last(15)).isEqualTo(numbers(5, 20));
  }

  @Test
  void logWithOnlyRotatedFilesIsRead() throws IOException {
    log.print(text(numbers(0, 10))).rotate(10);
    assertThat(last(3)).isEqualTo(numbers(7, 10));
    assertThat(last(ALL)).isEqualTo(numbers(0, 10));
  }

  @Test
  void missingLogHasNoLines() {
    assertThat(last(10)).isEmpty();
    assertThat(last(ALL)).isEmpty();
  }

  @Test
  void incompleteLastLineIsReturnedUnlessTheLogIsFollowed() throws IOException {
    log.print("one\r\ntwo");
    assertThat(last(10)).containsExactly("one", "two");
    assertThat(last(1)).containsExactly("two");
    assertThat(past(reading, LogFilter.ALL, 10, false, log).lines()).containsExactly("one");
  }

  @Test
  void linesOfSeveralLogsAreMergedInTheOrderOfCapture() throws IOException {
    var error = new LogFixture(home, "web-error.log");
    log.print(1, "out 1\nout 1b\n").print(3, "out 3\n").print(5, "out 5\n");
    error.print(2, "error 2\n").print(3, "error 3\n").print(4, "error 4\n");
    assertThat(past(reading, LogFilter.ALL, ALL, log, error).lines())
        .containsExactly("out 1", "out 1b", "error 2", "out 3", "error 3", "error 4", "out 5");
  }

  @Test
  void orderOfCaptureHoldsAcrossRotatedFiles() throws IOException {
    var error = new LogFixture(home, "web-error.log");
    log.print(1, "out 1\n").rotateAndCompress(2);
    error.print(2, "error 2\n");
    log.print(3, "out 3\n").rotate(4);
    error.print(4, "error 4\n");
    log.print(5, "out 5\n");
    assertThat(past(reading, LogFilter.ALL, 10, log, error).lines())
        .containsExactly("out 1", "error 2", "out 3", "error 4", "out 5");
  }

  @Test
  void timesOfTheDaemonLogAreReadFromItsLines() throws IOException {
    Files.writeString(
        home.resolve("jpm.log.1"), "2026-11-21T12:00:01.000Z INFO    daemon: older\n");
    Files.writeString(
        home.resolve("jpm.log"),
        """
        2026-11-21T13:00:02.500+01:00 INFO    god: second
        without a time
        2026-11-21T12:00:04.000Z INFO    god: fourth
        """);
    var daemon = new LogFixture(home, "../jpm.log");
    log.print(2, "out 2\n").print(3, "out 3\n").print(5, "out 5\n");
    var own = new LogSearch[] {LogSearch.of(home.resolve("jpm.log")), LogSearch.of(log.path)};
    assertThat(daemon.path.normalize()).isEqualTo(home.resolve("jpm.log"));
    var seek = new LogsCommand.Seek(List.of(own), LogFilter.ALL, ALL, true);
    var found = (LogsReply.Searches) ((LogsReply.Lines) reading.seek(seek)).next();
    var spans = found.all().stream().map(search -> search.span().orElseThrow()).toList();
    var page = (LogsReply.Lines) reading.read(new LogsCommand.Read(spans, LogFilter.ALL));
    assertThat(page.lines().stream().map(line -> line.text().replaceAll("^.*: ", "")))
        .containsExactly("older", "out 2", "second", "without a time", "out 3", "fourth", "out 5");
    assertThat(page.lines().getFirst().time()).isEqualTo(Instant.parse("2026-11-21T12:00:01Z"));
  }

  @Test
  void sinceAndUntilReferToTheTimeOfCapture() throws IOException {
    log.print(10, "a 10\nb 10\n").print(20, "c 2").print(21, "0\nd 21\n").rotateAndCompress(25);
    log.print(30, "e 30\n").rotate(35);
    log.print(40, "f 40\n");
    assertThat(between(Optional.of(20L), Optional.empty(), ALL))
        .containsExactly("c 20", "d 21", "e 30", "f 40");
    assertThat(between(Optional.of(21L), Optional.of(30L), ALL)).containsExactly("d 21", "e 30");
    assertThat(between(Optional.empty(), Optional.of(20L), ALL))
        .containsExactly("a 10", "b 10", "c 20");
    assertThat(between(Optional.empty(), Optional.of(20L), 2)).containsExactly("b 10", "c 20");
    assertThat(between(Optional.of(10L), Optional.of(30L), 2)).containsExactly("d 21", "e 30");
    assertThat(between(Optional.of(41L), Optional.empty(), ALL)).isEmpty();
    assertThat(between(Optional.of(41L), Optional.empty(), 5)).isEmpty();
    assertThat(between(Optional.of(0L), Optional.empty(), 100)).hasSize(6);
  }

  @Test
  void fileWithoutATimeIndexHasTheTimeOfItsLastChange() throws IOException {
    log.print("a\nb\n").setModified(10);
    assertThat(between(Optional.of(10L), Optional.empty(), ALL)).containsExactly("a", "b");
    assertThat(between(Optional.of(11L), Optional.empty(), ALL)).isEmpty();
    assertThat(between(Optional.of(11L), Optional.empty(), 5)).isEmpty();
    assertThat(between(Optional.empty(), Optional.of(9L), ALL)).isEmpty();
  }

  @Test
  void linesBeforeTheFirstEntryHaveAtMostItsTime() throws IOException {
    log.print("unknown\n").print(10, "known\n").setModified(50);
    assertThat(between(Optional.empty(), Optional.of(10L), ALL))
        .containsExactly("unknown", "known");
    assertThat(between(Optional.of(11L), Optional.empty(), ALL)).isEmpty();
  }

  @Test
  void completeEntriesOfATruncatedTimeIndexAreUsed() throws IOException {
    log.print(10, "a\n").print(20, "b\n").print(30, "c\n");
    Files.write(log.times(), new byte[] {1, 2, 3, 4, 5, 6, 7}, StandardOpenOption.APPEND);
    assertThat(between(Optional.of(20L), Optional.of(20L), ALL)).containsExactly("b");
    assertThat(between(Optional.of(30L), Optional.empty(), ALL)).containsExactly("c");
  }

  @Test
  void timesFromBeforeATruncationAreIgnored() throws IOException {
    log.print(10, "a long line that is gone\n").print(11, "b\n");
    Files.write(log.path, new byte[0]);
    log.print(30, "x\n").print(40, "y\n");
    assertThat(between(Optional.of(30L), Optional.of(30L), ALL)).containsExactly("x");
    assertThat(between(Optional.of(31L), Optional.empty(), ALL)).containsExactly("y");
  }

  @Test
  void largeTimeIndexIsSearchedCorrectly() throws IOException {
    for (int i = 0; i < 2_000; i++) {
      log.print(i, "line " + i + "\n");
    }
    for (long second : new long[] {0, 1, 255, 256, 257, 1_000, 1_998, 1_999}) {
      assertThat(between(Optional.of(second), Optional.of(second), ALL))
          .containsExactly("line " + second);
      assertThat(between(Optional.of(second), Optional.empty(), ALL))
          .hasSize((int) (2_000 - second));
      assertThat(between(Optional.of(second), Optional.empty(), 5))
          .hasSize((int) Math.min(5, 2_000 - second));
    }
  }

  @Test
  void onlyMatchingLinesAreCounted() throws IOException {
    log.print(text(numbers(0, 1000))).rotateAndCompress(10);
    log.print(text(numbers(1000, 2000))).rotate(20);
    log.print(text(numbers(2000, 2010)));
    assertThat(past(reading, grep("00$"), 3, log).lines())
        .containsExactly("line 1800", "line 1900", "line 2000");
    assertThat(past(reading, grep("00$"), 13, log).lines())
        .hasSize(13)
        .startsWith("line 800", "line 900", "line 1000");
    assertThat(past(reading, grep("00$"), 100, log).lines()).hasSize(20);
    assertThat(past(reading, grep("nothing"), 3, log).lines()).isEmpty();
  }

  @Test
  void patternsMayIgnoreCaseAndInvalidOnesAreRefused() throws IOException {
    log.print("Error one\nfine\n");
    var any = new LogFilter(Optional.empty(), Optional.empty(), Optional.of("ERROR"), true);
    assertThat(past(reading, any, 5, log).lines()).containsExactly("Error one");
    var seek = new LogsCommand.Seek(List.of(LogSearch.of(log.path)), grep("("), 5, true);
    assertThat(reading.seek(seek)).isInstanceOf(LogsReply.Failed.class);
  }

  @Test
  void endOfAHugeFileIsReadWithFewReads() throws IOException {
    try (var file = new RandomAccessFile(log.path.toFile(), "rw")) {
      file.setLength(1L << 30);
    }
    log.print("\n" + text(numbers(0, 30)));
    var read = new AtomicLong();
    var counted = new LogReader(home, new CountedAccess(read), () -> LogFixture.START);
    var past = past(counted, LogFilter.ALL, 15, log);
    assertThat(past.lines()).isEqualTo(numbers(15, 30));
    assertThat(read.get()).isLessThan(20);
  }

  /// Counts the opens of files; each read opens the file once.
  private record CountedAccess(AtomicLong opened) implements LogFileAccess {
    @Override
    public java.nio.channels.FileChannel open(Path file) throws IOException {
      opened.incrementAndGet();
      return LogFileAccess.DIRECT.open(file);
    }

    @Override
    public List<String> list(Path folder) {
      return LogFileAccess.DIRECT.list(folder);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void longHistoriesAreReturnedInPages(boolean packed) throws IOException {
    List<String> all = numbers(0, 120_000);
    log.print(text(all));
    if (packed) {
      log.rotateAndCompress(10);
    }
    var past = past(reading, LogFilter.ALL, ALL, log);
    assertThat(past.lines()).isEqualTo(all);
    assertThat(past.answers()).isGreaterThan(3);
    assertThat(past(reading, LogFilter.ALL, 70_000, log).lines())
        .isEqualTo(all.subList(50_000, 120_000));
  }

  @Test
  void longSearchIsAnsweredInSteps() throws IOException {
    log.print("found\n");
    log.print(text(Collections.nCopies(180_000, "y".repeat(99)))).rotateAndCompress(10);
    log.print(text(Collections.nCopies(10, "z")));
    var past = past(reading, grep("found"), 2, log);
    assertThat(past.lines()).containsExactly("found");
    assertThat(past.answers()).isGreaterThan(3);
  }

  @Test
  void lineOfTenMegabytesIsTruncated() throws IOException {
    log.print("before\n" + "é".repeat(5 * 1024 * 1024) + "\nafter\n");
    List<String> lines = last(3);
    assertThat(lines).hasSize(3).startsWith("before").endsWith("after");
    assertThat(lines.get(1)).startsWith("éé").endsWith("é…");
    assertThat(lines.get(1).getBytes(StandardCharsets.UTF_8).length)
        .isBetween(LineReader.CUT_BYTES - 4, LineReader.CUT_BYTES + 3);
    assertThat(last(2)).hasSize(2);
  }

  @Test
  void invalidUtf8IsReplaced() throws IOException {
    log.print(new byte[] {'a', (byte) 0xFF, 0, 'b', '\n', (byte) 0xC3, '\n'});
    assertThat(last(5)).containsExactly("a\uFFFD\0b", "\uFFFD");
  }

  @Test
  void damagedCompressedFileIsReported() throws IOException {
    log.print(text(numbers(0, 50_000)));
    Path rotated = log.rotate(10);
    Path packed = LogFixture.compress(rotated);
    Files.delete(rotated);
    try (var file = new RandomAccessFile(packed.toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    log.print("after\n");
    List<String> lines = last(ALL);
    assertThat(lines).startsWith("line 0", "line 1").endsWith("after");
    assertThat(lines.get(lines.size() - 2))
        .startsWith("… the rest of " + packed + " cannot be read: ");
    assertThat(last(15)).contains("after");
  }

  @Test
  void onlyRegularFilesAreOpened() throws IOException, InterruptedException {
    Path target = home.resolve("secret");
    Files.writeString(target, "secret\n");
    Files.createSymbolicLink(log.path, target);
    var pipe = new LogFixture(home, "pipe.log");
    assertThat(new ProcessBuilder("mkfifo", pipe.path.toString()).start().waitFor()).isZero();
    var zero = new LogFixture(home, "zero.log");
    Files.createSymbolicLink(zero.path, Path.of("/dev/zero"));
    assertThat(past(reading, LogFilter.ALL, 5, log, pipe, zero).lines()).isEmpty();
    assertThat(past(reading, LogFilter.ALL, ALL, log, pipe, zero).lines()).isEmpty();
    for (LogFixture refused : List.of(log, pipe, zero)) {
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> LogFileAccess.DIRECT.open(refused.path))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void thousandLogsAreMerged() throws IOException {
    List<LogFixture> logs = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      logs.add(new LogFixture(home, "app-" + i + ".log").print(1_000 - i, "of " + i + "\n"));
    }
    List<String> lines = past(reading, LogFilter.ALL, 15, logs.toArray(LogFixture[]::new)).lines();
    assertThat(lines).hasSize(1_000).startsWith("of 999", "of 998").endsWith("of 0");
  }

  /// The owner of a log directory can make the file this large without using disk space.
  @Test
  void hugeLineIsReadInPieces() throws IOException {
    log.print("first\n");
    Path file = home.resolve("logs/web-out.log");
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("\nlast\n".getBytes(StandardCharsets.UTF_8)), 1L << 42);
    }
    assertThat(last(1)).containsExactly("last");
    assertThat(last(3)).hasSize(3).endsWith("last");
  }
}
