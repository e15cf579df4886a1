package io.jpm.logs.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.bus.logs.LogPaths;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.logs.files.LogFileNames;
import io.jpm.model.AppName;
import io.jpm.model.FullLogPolicy;
import io.jpm.model.LineFormat;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorageLimits;
import io.jpm.model.RunAs;
import io.jpm.model.process.InstanceId;
import io.jpm.model.text.TimePattern;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Pipes, memory, threads and files as in the daemon; the test plays the app.
@Timeout(120)
class LogCaptureTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final LogClock CLOCKS = new LogClock(InstantSource.system(), System::nanoTime);
  private static final Pattern LOSS = Pattern.compile("… ([0-9]+) lines? dropped \\((.*)\\)");
  private static final LogLimits ROOMY =
      new LogLimits(0, Duration.ZERO, 0, Duration.ZERO, 0, true, FullLogPolicy.DROP_OLDEST);

  /// Limit of waiting bytes; one stream may use a quarter of it.
  private static final long BUFFER = 4 << 20;

  @TempDir private Path home;
  private LinuxProcessHost host;
  private FaultyLogDisk disk;
  private LogCapture writers;
  private LogLimits limits = ROOMY;

  @BeforeEach
  void begin() throws IOException {
    home = home.toRealPath();
    begin(new LinuxProcessHost());
  }

  private void begin(LinuxProcessHost from) {
    host = from;
    disk = new FaultyLogDisk(host.logFileSystem());
    writers =
        new LogCapture(home, host.logPipeReader().orElseThrow(), disk, CLOCKS, (_, _, _, _) -> {});
    limits(limits);
  }

  private void limits(LogLimits perApp) {
    limits = perApp;
    writers.limits(new LogsCommand.Limits(perApp, new LogStorageLimits(0, 0, BUFFER)));
  }

  @AfterEach
  void end() {
    disk.thaw();
    disk.freeBytes.set(Long.MAX_VALUE / 2);
    writers.close();
    host.close();
  }

  private Path log(String name) {
    return home.resolve("logs").resolve(name);
  }

  private static LogFiles format(LineFormat format) {
    LogFiles raw = LogFiles.DEFAULT;
    return new LogFiles(
        raw.out(), raw.error(), raw.combined(), false, false, format, raw.limits(), false);
  }

  private LogsCommand.Open openCommand(int id, LogFiles wishes, LogPaths files) {
    return new LogsCommand.Open(
        new InstanceId(id),
        new AppName("web"),
        home.resolve("fifo/" + id + ".out"),
        home.resolve("fifo/" + id + ".err"),
        files,
        wishes,
        RunAs.DAEMON,
        0);
  }

  private LogsCommand.Open openCommand(LogFiles wishes) {
    return openCommand(0, wishes, new LogPaths(log("out.log"), log("err.log"), Optional.empty()));
  }

  /// Opens the app's end of a pipe as an app does: for reading as well, so that the pipe always has
  /// a reader.
  private OutputStream openAppEnd(String pipe) throws IOException {
    return Channels.newOutputStream(
        FileChannel.open(
            home.resolve("fifo").resolve(pipe), StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  private static void print(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void awaitText(Path file, String text) {
    Eventually.await(
        file + " holds " + text, LIMIT, () -> read(file).equals(text), () -> read(file));
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException notNow) {
      return "";
    }
  }

  /// Prints numbers on a separate thread as fast as possible.
  private static CompletableFuture<Void> printNumbers(OutputStream out, int first, int last) {
    return CompletableFuture.runAsync(() -> {
      StringBuilder block = new StringBuilder();
      try {
        for (int number = first; number <= last; number++) {
          block.append(number).append('\n');
          if (block.length() > 4000 || number == last) {
            print(out, block.toString());
            block.setLength(0);
          }
        }
      } catch (IOException failure) {
        throw new AssertionError(failure);
      }
    });
  }

  /// The numbers that a file contains, and the number of lost lines that it reports.
  private record Numbers(List<Long> present, long told, List<String> reasons) {
    static Numbers in(Path file) throws IOException {
      List<Long> present = new ArrayList<>();
      List<String> reasons = new ArrayList<>();
      long told = 0;
      for (String line : Files.readAllLines(file)) {
        Matcher loss = LOSS.matcher(line);
        if (loss.matches()) {
          told += Long.parseLong(loss.group(1));
          reasons.add(loss.group(2));
        } else {
          present.add(Long.valueOf(line));
        }
      }
      return new Numbers(present, told, reasons);
    }

    void assertCompleteUpTo(long last) {
      assertThat(present).isSorted().doesNotHaveDuplicates();
      assertThat(present.getLast()).isEqualTo(last);
      assertThat(last - present.size()).isEqualTo(told);
    }
  }

  // ------------------------------------------------------------ path of lines

  @Test
  void bothStreamsAreWrittenToTheirFiles() throws IOException {
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out");
        OutputStream error = openAppEnd("0.err")) {
      print(out, "hello\n");
      print(error, "trouble\n");
      awaitText(log("out.log"), "hello\n");
      awaitText(log("err.log"), "trouble\n");
    }
  }

  @Test
  void lineWithoutAnEndIsWrittenAfterAWhileAndContinued() throws IOException {
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      print(out, "name? ");
      awaitText(log("out.log"), "name? ");
      print(out, "jpm\n");
      awaitText(log("out.log"), "name? jpm\n");
    }
  }

  @Test
  void linesOfSeveralStreamsInOneFileDoNotMix() throws IOException {
    LogPaths one = new LogPaths(log("one.log"), log("one.log"), Optional.empty());
    writers.open(openCommand(0, LogFiles.DEFAULT, one));
    try (OutputStream out = openAppEnd("0.out");
        OutputStream error = openAppEnd("0.err")) {
      print(out, "open ");
      awaitText(log("one.log"), "open ");
      print(error, "trouble\n");
      awaitText(log("one.log"), "open \ntrouble\n");
      CompletableFuture.allOf(printNumbers(out, 1, 100_000), printNumbers(error, 1, 100_000))
          .join();
      Eventually.await(
          "all lines are written", LIMIT, () -> read(log("one.log")).lines().count() == 200_002);
    }
    assertThat(Files.readAllLines(log("one.log")).subList(2, 200_002))
        .allMatch(line -> line.matches("[1-9][0-9]{0,5}"));
  }

  @Test
  void combinedLogHasBothStreams() throws IOException {
    writers.open(
        openCommand(
            0,
            LogFiles.DEFAULT,
            new LogPaths(log("out.log"), log("err.log"), Optional.of(log("both.log")))));
    try (OutputStream out = openAppEnd("0.out");
        OutputStream error = openAppEnd("0.err")) {
      print(out, "hello\n");
      awaitText(log("both.log"), "hello\n");
      print(error, "trouble\n");
      awaitText(log("both.log"), "hello\ntrouble\n");
    }
    assertThat(read(log("out.log"))).isEqualTo("hello\n");
    assertThat(read(log("err.log"))).isEqualTo("trouble\n");
  }

  @Test
  void linesHaveTheFormatOfTheApp() throws IOException {
    writers.open(openCommand(format(new LineFormat.Dated(new TimePattern("[at] YYYY")))));
    try (OutputStream out = openAppEnd("0.out")) {
      print(out, "one\ntwo\nthr");
      Eventually.await(
          "three lines are written", LIMIT, () -> read(log("out.log")).lines().count() == 3);
    }
    assertThat(read(log("out.log")))
        .matches("at 2[0-9]{3}: one\nat 2[0-9]{3}: two\nat 2[0-9]{3}: thr\n");
  }

  @Test
  void changedOptionsApplyToLaterOutput() throws IOException {
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      print(out, "raw\n");
      awaitText(log("out.log"), "raw\n");
      writers.open(
          openCommand(
              0,
              format(new LineFormat.Json(Optional.empty())),
              new LogPaths(log("new.log"), log("err.log"), Optional.empty())));
      print(out, "json\n");
      Eventually.await("the line is written", LIMIT, () -> read(log("new.log")).endsWith("\n"));
    }
    assertThat(new JsonObject(read(log("new.log"))).getString("message")).isEqualTo("json");
    assertThat(read(log("out.log"))).isEqualTo("raw\n");
  }

  @Test
  void movedOrDeletedFileIsCreatedAgain() throws IOException {
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      print(out, "one\n");
      awaitText(log("out.log"), "one\n");
      Files.move(log("out.log"), log("moved.log"));
      writers.reopen();
      print(out, "two\n");
      awaitText(log("out.log"), "two\n");
      Files.delete(log("out.log"));
      Eventually.await(
          "the deletion is noticed without a command",
          LIMIT,
          () -> {
            try {
              print(out, "three\n");
              return read(log("out.log")).endsWith("three\n");
            } catch (IOException failure) {
              throw new AssertionError(failure);
            }
          });
    }
    assertThat(read(log("moved.log"))).isEqualTo("one\n");
  }

  @Test
  void closedInstanceLeavesOnlyItsLogFiles() throws IOException {
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      print(out, "last words");
      writers.close(
          new LogsCommand.Close(
              new InstanceId(0), home.resolve("fifo/0.out"), home.resolve("fifo/0.err")));
    }
    assertThat(read(log("out.log"))).isEqualTo("last words");
    assertThat(home.resolve("fifo/0.out")).doesNotExist();
    assertThat(home.resolve("fifo/0.err")).doesNotExist();
  }

  /// Like [#openCommand], for the process that will replace the first one.
  private LogsCommand.Open replacementCommand() {
    LogsCommand.Open first = openCommand(LogFiles.DEFAULT);
    return new LogsCommand.Open(
        first.id(),
        first.app(),
        home.resolve("fifo/0-next.out"),
        home.resolve("fifo/0-next.err"),
        first.files(),
        first.options(),
        first.runAs(),
        1);
  }

  private static LogsCommand.Close closeCommand(LogsCommand.Open order) {
    return new LogsCommand.Close(order.id(), order.outFifo(), order.errorFifo());
  }

  @Test
  void twoProcessesOfOneInstanceWriteToOneFile() throws IOException {
    writers.open(openCommand(LogFiles.DEFAULT));
    writers.open(replacementCommand());
    try (OutputStream old = openAppEnd("0.out");
        OutputStream next = openAppEnd("0-next.out")) {
      print(next, "begin\n");
      awaitText(log("out.log"), "begin\n");
      print(old, "last words\n");
      awaitText(log("out.log"), "begin\nlast words\n");
      writers.close(closeCommand(openCommand(LogFiles.DEFAULT)));
      assertThat(home.resolve("fifo/0.out")).doesNotExist();
      assertThat(home.resolve("fifo/0-next.out")).exists();
      print(next, "on\n");
      awaitText(log("out.log"), "begin\nlast words\non\n");
      writers.flush(List.of(new InstanceId(0)));
      assertThat(read(log("out.log"))).isEmpty();
      print(next, "after\n");
      awaitText(log("out.log"), "after\n");
    }
  }

  @Test
  void endOfAReplacementKeepsTheCaptureOfTheOldProcess() throws IOException {
    writers.open(openCommand(LogFiles.DEFAULT));
    writers.open(replacementCommand());
    try (OutputStream old = openAppEnd("0.out");
        OutputStream next = openAppEnd("0-next.out")) {
      print(next, "no port\n");
      awaitText(log("out.log"), "no port\n");
      writers.close(closeCommand(replacementCommand()));
      assertThat(home.resolve("fifo/0-next.out")).doesNotExist();
      // Repeating the same command changes nothing.
      writers.open(openCommand(LogFiles.DEFAULT));
      print(old, "on\n");
      awaitText(log("out.log"), "no port\non\n");
    }
  }

  @Test
  void statusOfAnInstanceCoversAllItsCaptures() throws Exception {
    writers.open(openCommand(LogFiles.DEFAULT));
    writers.open(replacementCommand());
    disk.freeze();
    try (OutputStream old = openAppEnd("0.out");
        OutputStream next = openAppEnd("0-next.out")) {
      print(old, "1234\n");
      print(next, "12\n");
      Eventually.await(
          "the bytes of both processes are counted",
          LIMIT,
          () -> writers.status(new InstanceId(0)).waitingBytes() == 8,
          () -> writers.status(new InstanceId(0)).toString());
      assertThat(writers.status(new InstanceId(0)).printedBytes()).hasValue(8);
    }
    assertThat(writers.status(new InstanceId(1)).waitingBytes()).isZero();
    assertThat(writers.status(new InstanceId(1)).printedBytes()).isEmpty();
  }

  @Test
  void nextDaemonContinuesWhereTheLastOneStopped() throws IOException {
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      print(out, "one\ntw");
      Eventually.await(
          "the first line is written", LIMIT, () -> read(log("out.log")).startsWith("one\n"));
      writers.close();
      host.close();
      print(out, "o\n");
      begin(new LinuxProcessHost());
      writers.open(openCommand(LogFiles.DEFAULT));
      awaitText(log("out.log"), "one\ntwo\n");
    }
  }

  // ------------------------------------------------------------ rotation

  @Test
  void filesAreRotatedBetweenLinesCompressedAndLimitedInNumber() throws Exception {
    limits(
        new LogLimits(
            64 << 10, Duration.ZERO, 3, Duration.ZERO, 0, true, FullLogPolicy.DROP_OLDEST));
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      printNumbers(out, 1, 200_000).get();
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith("200000\n"));
      Eventually.await(
          "three compressed files are left",
          LIMIT,
          () -> compressedCount() == 3 && rotated().size() == 3);
    }
    assertThat(Files.size(log("out.log"))).isLessThanOrEqualTo(64 << 10);
    long first = Long.parseLong(read(log("out.log")).lines().findFirst().orElseThrow());
    assertThat(read(log("out.log")))
        .isEqualTo(
            String.join(
                    "\n", LongStream.rangeClosed(first, 200_000).mapToObj(Long::toString).toList())
                + "\n");
    for (Path file : rotated()) {
      assertThat(
              LogFileNames.timeIndex(
                  home,
                  log("out.log"),
                  LogFileNames.rotationTime(log("out.log"), file.getFileName().toString())
                      .orElseThrow()))
          .exists();
    }
  }

  private List<Path> rotated() {
    try (Stream<Path> files = Files.list(home.resolve("logs"))) {
      return files.filter(file -> file.getFileName().toString().startsWith("out__")).toList();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private long compressedCount() {
    return rotated().stream().filter(file -> file.toString().endsWith(".log.gz")).count();
  }

  @Test
  void totalSizeOfTheFilesOfAnAppIsLimited() throws Exception {
    limits(
        new LogLimits(
            64 << 10,
            Duration.ZERO,
            0,
            Duration.ZERO,
            300 << 10,
            false,
            FullLogPolicy.DROP_OLDEST));
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      printNumbers(out, 1, 200_000).get();
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith("200000\n"));
      Eventually.await(
          "the oldest files are deleted",
          LIMIT,
          () -> rotated().stream().mapToLong(LogCaptureTest::size).sum() <= 300 << 10);
    }
    // The number of files that share the limit depends on how much output arrives at once.
    assertThat(rotated()).hasSizeGreaterThan(1);
    assertThat(rotated().stream().mapToLong(LogCaptureTest::size).sum())
        .isLessThanOrEqualTo(300 << 10);
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException gone) {
      return 0;
    }
  }

  @Test
  void flushTruncatesTheFileAndRemovesRotatedFiles() throws Exception {
    limits(
        new LogLimits(
            64 << 10, Duration.ZERO, 0, Duration.ZERO, 0, false, FullLogPolicy.DROP_OLDEST));
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      printNumbers(out, 1, 50_000).get();
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith("50000\n"));
      writers.flush(List.of(new InstanceId(0)));
      assertThat(rotated()).isEmpty();
      assertThat(read(log("out.log"))).isEmpty();
      print(out, "after\n");
      awaitText(log("out.log"), "after\n");
    }
  }

  // ------------------------------------------------------------ frozen and full disks

  @Test
  void frozenDiskDoesNotBlockTheAppWhileTheMemoryHasSpace() throws Exception {
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      print(out, "0\n");
      awaitText(log("out.log"), "0\n");
      disk.freeze();
      int last = 100_000; // 600 KB, far more than the pipe can hold
      printNumbers(out, 1, last).get();
      assertThat(read(log("out.log"))).isEqualTo("0\n");
      disk.thaw();
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith(last + "\n"));
      assertThat(Numbers.in(log("out.log")).told()).isZero();
      assertThat(Numbers.in(log("out.log")).present()).hasSize(last + 1);
    }
  }

  @Test
  void linesBeyondTheMemoryAreDroppedWholeAndReported() throws Exception {
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      disk.freeze();
      int last = 2_000_000; // 15 MB
      printNumbers(out, 1, last).get();
      assertThat(writers.status(new InstanceId(0)).waitingBytes()).isLessThanOrEqualTo(BUFFER);
      disk.thaw();
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith(last + "\n"));
      Numbers numbers = Numbers.in(log("out.log"));
      numbers.assertCompleteUpTo(last);
      assertThat(numbers.told()).isPositive();
      assertThat(writers.status(new InstanceId(0)).droppedLines()).isEqualTo(numbers.told());
    }
  }

  @Test
  void fullDiskIsReported() throws Exception {
    writers.open(openCommand(format(LineFormat.RAW)));
    try (OutputStream out = openAppEnd("0.out")) {
      disk.freeBytes.set(100_000);
      disk.cutsAppends = true;
      int last = 1_000_000;
      printNumbers(out, 1, last).get();
      Eventually.await(
          "the problem is reported",
          LIMIT,
          () -> writers.status(new InstanceId(0)).problem().endsWith("disk full"));
      disk.freeBytes.set(Long.MAX_VALUE / 2);
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith(last + "\n"));
      Numbers numbers = Numbers.in(log("out.log"));
      numbers.assertCompleteUpTo(last);
      assertThat(numbers.reasons()).isNotEmpty().containsOnly("disk full");
      assertThat(writers.status(new InstanceId(0)).problem()).isEmpty();
    }
  }

  @Test
  void blockedCombinedLogDoesNotBlockTheFirstLog() throws Exception {
    Path pipe = home.resolve("reader");
    new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    writers.open(
        openCommand(
            0, LogFiles.DEFAULT, new LogPaths(log("out.log"), log("err.log"), Optional.of(pipe))));
    try (OutputStream out = openAppEnd("0.out")) {
      printNumbers(out, 1, 100_000).get();
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith("100000\n"));
      assertThat(Numbers.in(log("out.log")).told()).isZero();
    }
  }

  @Test
  void appWithPolicyBlockWaits() throws Exception {
    limits(new LogLimits(0, Duration.ZERO, 0, Duration.ZERO, 0, true, FullLogPolicy.BLOCK));
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      disk.freeze();
      int last = 2_000_000;
      CompletableFuture<Void> app = printNumbers(out, 1, last);
      Eventually.await(
          "the log memory is full",
          LIMIT,
          () -> writers.status(new InstanceId(0)).waitingBytes() > BUFFER / 8);
      assertThat(app).isNotDone();
      disk.thaw();
      app.get();
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith(last + "\n"));
      assertThat(Numbers.in(log("out.log")).present()).hasSize(last);
    }
  }

  @Test
  @Tag("slow")
  void hungDiskDoesNotBlockTheEndOfTheDaemon() throws Exception {
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      disk.freeze();
      print(out, "waits\n");
      Eventually.await(
          "the disk does not respond",
          LIMIT,
          () -> writers.status(new InstanceId(0)).problem().endsWith("does not respond"));
      writers.close();
      host.close();
      disk.thaw();
      begin(new LinuxProcessHost());
      writers.open(openCommand(LogFiles.DEFAULT));
      awaitText(log("out.log"), "waits\n");
    }
  }

  @Test
  void oldestRotatedFileIsDeletedWhenTheDiskIsFull() throws Exception {
    limits(
        new LogLimits(
            64 << 10, Duration.ZERO, 0, Duration.ZERO, 0, false, FullLogPolicy.DROP_OLDEST));
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      printNumbers(out, 1, 50_000).get();
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith("50000\n"));
      List<Path> before = rotated();
      disk.freeBytes.set(0);
      disk.freedPerDeletion = 64 << 10;
      printNumbers(out, 50_001, 60_000).get();
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith("60000\n"));
      assertThat(rotated()).doesNotContain(before.stream().sorted().findFirst().orElseThrow());
    }
  }

  /// As when the directory belongs to the user of the app, who has revoked the permission to write.
  @Test
  void undeletableRotatedFileDoesNotPreventOtherDeletions() throws Exception {
    Path folder = Files.createDirectory(home.resolve("theirs"));
    for (int day = 10; day < 20; day++) {
      Files.write(
          folder.resolve("out__2020-01-%d_00-00-00.000Z.log".formatted(day)), new byte[1 << 20]);
    }
    disk.undeletable = folder;
    limits(
        new LogLimits(
            64 << 10, Duration.ZERO, 0, Duration.ZERO, 0, false, FullLogPolicy.DROP_OLDEST));
    writers.open(
        openCommand(
            1,
            LogFiles.DEFAULT,
            new LogPaths(folder.resolve("out.log"), folder.resolve("err.log"), Optional.empty())));
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      printNumbers(out, 1, 50_000).get();
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith("50000\n"));
      disk.freeBytes.set(0);
      disk.freedPerDeletion = 64 << 10;
      printNumbers(out, 50_001, 60_000).get();
      Eventually.await(
          "the last line is written", LIMIT, () -> read(log("out.log")).endsWith("60000\n"));
    }
  }

  @Test
  void openingAnImpossibleFileKeepsTheCurrentOne() throws Exception {
    writers.open(openCommand(LogFiles.DEFAULT));
    Files.writeString(home.resolve("file"), "");
    try (OutputStream out = openAppEnd("0.out")) {
      LogPaths impossible =
          new LogPaths(home.resolve("file/out.log"), log("err.log"), Optional.empty());
      assertThatThrownBy(() -> writers.open(openCommand(0, LogFiles.DEFAULT, impossible)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("file");
      print(out, "goes on\n");
      awaitText(log("out.log"), "goes on\n");
    }
  }

  @Test
  @Tag("slow")
  void fileOnAHungDiskIsNotReplaced() throws Exception {
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      disk.freeze();
      print(out, "one\n");
      LogPaths other = new LogPaths(log("other.log"), log("err.log"), Optional.empty());
      assertThatThrownBy(() -> writers.open(openCommand(0, LogFiles.DEFAULT, other)))
          .hasMessageContaining("does not respond");
      disk.thaw();
      print(out, "two\n");
      awaitText(log("out.log"), "one\ntwo\n");
      writers.open(openCommand(0, LogFiles.DEFAULT, other));
      print(out, "three\n");
      awaitText(log("other.log"), "three\n");
    }
  }

  @Test
  void pipeAsALogFileReceivesEachByteOnce() throws Exception {
    Path pipe = home.resolve("reader");
    new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    try (FileChannel reader =
            FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(Channels.newInputStream(reader), StandardCharsets.UTF_8))) {
      limits(new LogLimits(0, Duration.ZERO, 0, Duration.ZERO, 0, true, FullLogPolicy.BLOCK));
      writers.open(
          openCommand(0, LogFiles.DEFAULT, new LogPaths(pipe, log("err.log"), Optional.empty())));
      try (OutputStream out = openAppEnd("0.out")) {
        int last = 100_000;
        CompletableFuture<Void> app = printNumbers(out, 1, last);
        for (int number = 1; number <= last; number++) {
          assertThat(in.readLine()).isEqualTo("" + number);
        }
        app.get();
      }
    }
  }

  @Test
  void linkToALogFileIsTheSameFile() throws Exception {
    Files.createDirectories(log(""));
    Files.createSymbolicLink(log("link.log"), log("out.log"));
    writers.open(openCommand(LogFiles.DEFAULT));
    LogPaths linked = new LogPaths(log("link.log"), log("err.log"), Optional.empty());
    writers.open(openCommand(1, LogFiles.DEFAULT, linked));
    try (OutputStream second = openAppEnd("1.out")) {
      print(second, "one\n");
      awaitText(log("out.log"), "one\n");
      writers.close(
          new LogsCommand.Close(
              new InstanceId(0), home.resolve("fifo/0.out"), home.resolve("fifo/0.err")));
      print(second, "two\n");
      awaitText(log("out.log"), "one\ntwo\n");
    }
  }

  @Test
  void arbitraryBytesAreNotChanged() throws Exception {
    byte[] odd = HexFormat.of().parseHex("00ff0afec0801b5b33316d0a0d0a");
    writers.open(openCommand(LogFiles.DEFAULT));
    try (OutputStream out = openAppEnd("0.out")) {
      out.write(odd);
      Eventually.await("all bytes are written", LIMIT, () -> size(log("out.log")) == odd.length);
    }
    assertThat(Files.readAllBytes(log("out.log"))).isEqualTo(odd);
  }
}
