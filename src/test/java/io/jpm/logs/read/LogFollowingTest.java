package io.jpm.logs.read;

import static io.jpm.logs.read.LogFixture.follow;
import static io.jpm.logs.read.LogFixture.past;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.logs.LogFilter;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogSearch;
import io.jpm.bus.logs.LogSearch.Span;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Lines that arrive while files are written, rotated, compressed and truncated.
@Timeout(120)
class LogFollowingTest {
  @TempDir Path home;
  private LogReader reading;
  private LogFixture log;
  private final List<String> seen = new ArrayList<>();
  private Instant now = LogFixture.START;

  @BeforeEach
  void open() throws IOException {
    reading = new LogReader(home, LogFileAccess.DIRECT, () -> now);
    log = new LogFixture(home, "web-out.log");
  }

  private List<LogPosition> end() {
    return past(reading, LogFilter.ALL, 0, false, log).ends();
  }

  @Test
  void everyCompleteLineIsReadOnce() throws IOException {
    List<LogPosition> positions = end();
    for (String piece : List.of("a\nb", "c\n", "", "d\ne\n", "f")) {
      log.print(piece);
      positions = follow(reading, positions, seen);
    }
    assertThat(seen).containsExactly("a", "bc", "d", "e");
  }

  @Test
  void lineWithoutAnEndIsReadWhenNoOutputFollows() throws IOException {
    List<LogPosition> positions = end();
    log.print("Password: ");
    positions = follow(reading, positions, seen);
    assertThat(seen).isEmpty();
    now = Files.getLastModifiedTime(log.path).toInstant().plusSeconds(2);
    positions = follow(reading, positions, seen);
    assertThat(seen).containsExactly("Password: ");
    positions = follow(reading, positions, seen);
    log.print("wrong\nnext\n");
    follow(reading, positions, seen);
    assertThat(seen).containsExactly("Password: ", "wrong", "next");
  }

  @Test
  void truncatedFileIsReadFromItsBeginning() throws IOException {
    log.print("an old line\n");
    List<LogPosition> positions = end();
    Files.writeString(log.path, "new\n");
    follow(reading, positions, seen);
    assertThat(seen).containsExactly("new");
  }

  @Test
  void replacedFileIsReadFromItsBeginning() throws IOException {
    log.print("old\n");
    List<LogPosition> positions = end();
    Files.move(log.path, home.resolve("elsewhere"));
    log.print("new and longer than before\n");
    follow(reading, positions, seen);
    assertThat(seen).containsExactly("new and longer than before");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void restOfTheOldFileIsReadFirstAfterARotation(boolean packed) throws IOException {
    log.print("one\n");
    List<LogPosition> positions = end();
    log.print("two\n");
    if (packed) {
      log.rotateAndCompress(10);
    } else {
      log.rotate(10);
    }
    log.print("three\n").rotateAndCompress(20);
    log.print("four\n");
    positions = follow(reading, positions, seen);
    assertThat(seen).containsExactly("two", "three", "four");
    log.rotate(30);
    positions = follow(reading, positions, seen);
    log.print("five\n");
    follow(reading, positions, seen);
    assertThat(seen).containsExactly("two", "three", "four", "five");
  }

  @Test
  void rotationBetweenStatAndReadLosesNoLine() throws IOException {
    log.print("one\n");
    List<LogPosition> positions = end();
    log.print("two\n");
    boolean[] done = {false};
    var rotating =
        new LogFileAccess() {
          @Override
          public FileChannel open(Path file) throws IOException {
            if (!done[0] && file.equals(log.path)) {
              done[0] = true;
              log.rotate(10);
              log.print("three\n");
            }
            return DIRECT.open(file);
          }

          @Override
          public List<String> list(Path folder) {
            return DIRECT.list(folder);
          }
        };
    follow(new LogReader(home, rotating, () -> now), positions, seen);
    assertThat(seen).containsExactly("two", "three");
  }

  @Test
  void rotationBetweenStatAndDirectoryListingLosesNoLine() throws IOException {
    log.print("one\n");
    List<LogPosition> positions = end();
    log.print("two\n");
    boolean[] done = {false};
    var rotating =
        new LogFileAccess() {
          @Override
          public FileChannel open(Path file) throws IOException {
            return DIRECT.open(file);
          }

          @Override
          public List<String> list(Path folder) {
            if (!done[0]) {
              done[0] = true;
              try {
                log.rotateAndCompress(10);
                log.print("three\n");
              } catch (IOException failed) {
                throw new AssertionError(failed);
              }
            }
            return DIRECT.list(folder);
          }
        };
    follow(new LogReader(home, rotating, () -> now), positions, seen);
    assertThat(seen).containsExactly("two", "three");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomRotationsLoseAndRepeatNoLine(long seed) throws IOException {
    var random = new Random(seed);
    List<LogPosition> positions = end();
    int line = 0;
    for (int step = 0; step < 200; step++) {
      switch (random.nextInt(6)) {
        case 0 -> positions = follow(reading, positions, seen);
        case 1 -> {
          if (Files.exists(log.path)) {
            log.rotate(step);
          }
        }
        case 2 -> {
          if (Files.exists(log.path)) {
            log.rotateAndCompress(step);
          }
        }
        default -> {
          for (int i = random.nextInt(50); i >= 0; i--) {
            log.print("line " + line++ + "\n");
          }
        }
      }
    }
    follow(reading, positions, seen);
    assertThat(seen)
        .describedAs("seed " + seed)
        .isEqualTo(IntStream.range(0, line).mapToObj(n -> "line " + n).toList());
  }

  @Test
  void followerOfABusyWriterReadsEveryLineOnce() throws Exception {
    List<LogPosition> positions = end();
    Path kept = Files.createDirectory(home.resolve("kept"));
    int rotations = 150;
    int lines = 40;
    try (var writer = Executors.newSingleThreadExecutor()) {
      Future<?> written =
          writer.submit(() -> {
            for (int i = 0; i < rotations; i++) {
              for (int j = 0; j < lines; j++) {
                log.print("line " + (i * lines + j) + "\n");
              }
              Path rotated = log.rotate(i);
              LogFixture.compress(rotated);
              // Moved rather than deleted, so that its inode is not reused. Here two rotations take
              // milliseconds; no real writer is that fast.
              Files.move(rotated, kept.resolve(String.valueOf(i)));
            }
            return null;
          });
      while (!written.isDone()) {
        positions = follow(reading, positions, seen);
      }
      written.get();
    }
    follow(reading, positions, seen);
    assertThat(seen).doesNotHaveDuplicates();
    assertThat(seen)
        .isEqualTo(IntStream.range(0, rotations * lines).mapToObj(n -> "line " + n).toList());
  }

  @Test
  void fileDeletedDuringTheReadIsSkipped() throws IOException {
    log.print("one\n");
    Path first = log.rotate(10);
    log.print("two\n").rotate(20);
    log.print("three\n");
    var seek =
        new LogsCommand.Seek(List.of(LogSearch.of(log.path)), LogFilter.ALL, Long.MAX_VALUE, false);
    var found = (LogsReply.Searches) ((LogsReply.Lines) reading.seek(seek)).next();
    Files.delete(first);
    Span span = found.all().getFirst().span().orElseThrow();
    var page = (LogsReply.Lines) reading.read(new LogsCommand.Read(List.of(span), LogFilter.ALL));
    assertThat(page.lines()).extracting(LogsReply.Line::text).containsExactly("two", "three");
  }

  @Test
  void unchangedLogIsNotOpened() throws IOException {
    log.print("one\nunfinished");
    List<LogPosition> positions = follow(reading, end(), seen);
    var closed =
        new LogFileAccess() {
          @Override
          public FileChannel open(Path file) {
            throw new AssertionError(file + " is opened");
          }

          @Override
          public List<String> list(Path folder) {
            throw new AssertionError(folder + " is listed");
          }
        };
    var follow = new LogsCommand.Follow(positions, LogFilter.ALL, Duration.ZERO);
    var reply = (LogsReply.Lines) new LogReader(home, closed, () -> now).follow(follow);
    assertThat(reply.lines()).isEmpty();
    assertThat(reply.next()).isEqualTo(new LogsReply.Positions(positions, false));
  }

  @Test
  void largeOutputIsReturnedInSeveralReplies() throws IOException {
    List<LogPosition> positions = end();
    List<String> all = IntStream.range(0, 100_000).mapToObj(n -> "line " + n).toList();
    log.print(String.join("\n", all) + "\n");
    var follow = new LogsCommand.Follow(positions, LogFilter.ALL, Duration.ZERO);
    var reply = (LogsReply.Lines) reading.follow(follow);
    assertThat(reply.lines().size()).isBetween(1_000, 50_000);
    assertThat(((LogsReply.Positions) reply.next()).more()).isTrue();
    follow(reading, positions, seen);
    assertThat(seen).isEqualTo(all);
  }
}
