package io.jpm.logs.read;

import io.jpm.bus.logs.LogFilter;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogSearch;
import io.jpm.bus.logs.LogSearch.Span;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.logs.LogsReply.Positions;
import io.jpm.bus.logs.LogsReply.Searches;
import io.jpm.logs.files.LogFileNames;
import io.jpm.logs.files.TimeIndexFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/// A log as a writer leaves it: with a time index, rotated and compressed.
final class LogFixture {
  static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

  final Path path;
  private final Path home;

  LogFixture(Path home, String name) throws IOException {
    this.home = home;
    this.path = home.resolve("logs").resolve(name);
    Files.createDirectories(home.resolve("logs"));
    Files.createDirectories(home.resolve("times"));
  }

  static Instant second(long seconds) {
    return START.plusSeconds(seconds);
  }

  /// Appends without an entry in the time index.
  LogFixture print(String text) throws IOException {
    return print(text.getBytes(StandardCharsets.UTF_8));
  }

  LogFixture print(byte[] bytes) throws IOException {
    Files.write(path, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return this;
  }

  /// Appends text captured `second` seconds after the start.
  LogFixture print(long second, String text) throws IOException {
    long offset = Files.exists(path) ? Files.size(path) : 0;
    print(text);
    ByteBuffer entry =
        TimeIndexFormat.put(
            ByteBuffer.allocate(TimeIndexFormat.ENTRY_BYTES),
            second(second).toEpochMilli(),
            offset);
    byte[] bytes = new byte[entry.remaining()];
    entry.get(bytes);
    Files.write(times(), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return this;
  }

  Path times() {
    return LogFileNames.timeIndex(home, path);
  }

  /// Rotates the log and returns the rotated file.
  Path rotate(long second) throws IOException {
    Instant at = second(second);
    Path rotated = LogFileNames.rotated(path, at);
    if (Files.exists(times())) {
      Files.move(times(), LogFileNames.timeIndex(home, path, at));
    }
    Files.move(path, rotated);
    return rotated;
  }

  /// Compresses a rotated file and keeps the uncompressed one.
  static Path compress(Path rotated) throws IOException {
    Path packed = LogFileNames.compressed(rotated);
    Path part = packed.resolveSibling(packed.getFileName() + ".part");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(part))) {
      Files.copy(rotated, out);
    }
    return Files.move(part, packed);
  }

  void rotateAndCompress(long second) throws IOException {
    Path rotated = rotate(second);
    compress(rotated);
    Files.delete(rotated);
  }

  /// Sets the time of the last change, in seconds after the start.
  void setModified(long second) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(second(second)));
  }

  /// All lines and the positions where they end, read as the console does.
  record Past(List<String> lines, List<LogPosition> ends, int answers) {}

  static Past past(LogReader reading, LogFilter filter, long lines, LogFixture... logs) {
    return past(reading, filter, lines, true, logs);
  }

  static Past past(
      LogReader reading, LogFilter filter, long lines, boolean unfinished, LogFixture... logs) {
    List<LogSearch> searches = new ArrayList<>();
    for (LogFixture log : logs) {
      searches.add(LogSearch.of(log.path));
    }
    int answers = 0;
    Searches found;
    do {
      var seek = new LogsCommand.Seek(searches, filter, lines, unfinished);
      found = (Searches) ((LogsReply.Lines) reading.seek(seek)).next();
      searches = found.all();
      answers++;
    } while (!found.done());
    List<LogPosition> ends = new ArrayList<>();
    List<LogPosition> from = new ArrayList<>();
    for (LogSearch search : searches) {
      from.add(search.span().orElseThrow().from());
      ends.add(search.span().orElseThrow().to());
    }
    List<String> texts = new ArrayList<>();
    boolean more = true;
    while (more) {
      List<Span> spans = new ArrayList<>();
      for (int i = 0; i < from.size(); i++) {
        spans.add(new Span(from.get(i), ends.get(i)));
      }
      var page = (LogsReply.Lines) reading.read(new LogsCommand.Read(spans, filter));
      page.lines().forEach(line -> texts.add(line.text()));
      from = ((Positions) page.next()).all();
      more = ((Positions) page.next()).more();
      answers++;
    }
    return new Past(texts, from, answers);
  }

  /// Reads until no more lines arrive and adds them to `seen`.
  static List<LogPosition> follow(
      LogReader reading, List<LogPosition> positions, List<String> seen) {
    List<LogPosition> now = positions;
    while (true) {
      var follow = new LogsCommand.Follow(now, LogFilter.ALL, Duration.ZERO);
      var reply = (LogsReply.Lines) reading.follow(follow);
      reply.lines().forEach(line -> seen.add(line.text()));
      now = ((Positions) reply.next()).all();
      if (reply.lines().isEmpty() && !((Positions) reply.next()).more()) {
        return now;
      }
    }
  }
}
