package io.jpm.e2e.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestDeadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// No line is lost without a report, no line comes twice, and no line is torn.
@Timeout(600)
class LogsIT extends EndToEndTestBase {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Pattern LOSS = Pattern.compile("… ([0-9]+) lines? dropped \\(.*\\)");

  @Test
  @Tag("slow")
  void noLineIsLostInTwoHundredRotationsAndFiveDaemonDeaths() throws Exception {
    long lines = 25_000_000;
    start("numbers", "seq 1 " + lines, "\"logs\": {\"max_size\": \"1M\", \"keep\": 1000}");
    for (int death = 1; death <= 5; death++) {
      int rotations = death * 30;
      Eventually.await("the log is rotated", SOON, () -> rotated("numbers").size() >= rotations);
      long daemon = jpm.daemonPid();
      jpm.killDaemon();
      awaitOtherDaemon(daemon);
    }
    Eventually.await("the last line is logged", SOON, () -> lastLine("numbers").equals("" + lines));

    assertThat(rotated("numbers").size()).isGreaterThanOrEqualTo(200);
    Numbers numbers = readAll("numbers");
    assertThat(numbers.torn).isEmpty();
    assertThat(numbers.missing).isZero();
    assertThat(numbers.told).isZero();
    assertThat(numbers.next).isEqualTo(lines + 1);
  }

  @Test
  @Tag("slow")
  @Needs(Need.MOUNT)
  void linesDroppedOnAFullDiskAreCountedExactly() throws Exception {
    Path disk = Files.createDirectories(jpm.work().resolve("disk"));
    runCommand("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString());
    try {
      long lines = 20_000_000;
      jpm.settings("{\"logs\": {\"buffer\": \"4M\"}}");
      start(
          "full",
          "seq 1 " + lines,
          "\"out_file\": \"" + disk.resolve("full-out.log") + "\", \"logs\": {\"max_size\": 0}");
      Eventually.await(
          "lines are dropped", SOON, () -> jpm.run("describe", "full").out().contains("dropped"));
      long daemon = jpm.daemonPid();
      jpm.killDaemon();
      awaitOtherDaemon(daemon);
      assertThat(jpm.run("describe", "full").ok().out()).contains("disk full");
      runCommand("mount", "-o", "remount,size=400m", disk.toString());
      Path log = disk.resolve("full-out.log");
      Eventually.await("the last line is logged", SOON, () -> lastLine(log).equals("" + lines));

      Numbers numbers = new Numbers();
      numbers.read(log);
      assertThat(numbers.torn).isEmpty();
      assertThat(numbers.missing).isPositive().isEqualTo(numbers.told);
      assertThat(numbers.next).isEqualTo(lines + 1);
    } finally {
      jpm.run("delete", "all");
      jpm.run("kill");
      runCommand("umount", disk.toString());
    }
  }

  @Test
  void outputIsInTheLogFileByteForByte() throws Exception {
    Path expected = jpm.work().resolve("expected");
    byte[] odd = new byte[512];
    for (int i = 0; i < odd.length; i++) {
      odd[i] = (byte) i;
    }
    byte[] ansi = "\u001b[31mred\u001b[0m\u001b]0;title\u0007\r\n".getBytes(StandardCharsets.UTF_8);
    try (var out = Files.newOutputStream(expected)) {
      out.write(odd);
      out.write(ansi);
      byte[] block = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 64; i++) {
        out.write(block);
      }
      out.write("\nno end".getBytes(StandardCharsets.US_ASCII));
    }
    start("bytes", "cat " + expected, "\"logs\": {\"max_size\": 0}");
    Path log = jpm.home().resolve("logs/bytes-out.log");
    Eventually.await("all bytes are logged", SOON, () -> size(log) >= size(expected));

    assertThat(Files.mismatch(expected, log)).isEqualTo(-1);
    String shown = jpm.run("logs", "bytes", "--nostream", "--lines", "3").ok().out();
    assertThat(shown.length()).isLessThan(1 << 20);
  }

  @Test
  @Tag("slow")
  void appThatClosesItsOutputStaysOnline() throws Exception {
    start("closed", "echo before; exec >&- 2>&-", "");
    Eventually.await("the line is logged", SOON, () -> lastLine("closed").equals("before"));
    assertThat(jpm.status("closed")).isEqualTo("online");
    assertThat(jpm.restarts("closed")).isZero();
  }

  @Test
  void logLimitsInTheSettingsApplyImmediately() throws Exception {
    start("hot", "while :; do echo 0123456789012345678901234567890123456789; done", "");
    Path log = jpm.home().resolve("logs/hot-out.log");
    Eventually.await("the app has printed 500 kB", SOON, () -> size(log) > 500_000);
    assertThat(rotated("hot")).isEmpty();
    jpm.settings("{\"logs\": {\"max_size\": \"256K\", \"keep\": 3}}");
    Eventually.await("the log is rotated three times", SOON, () -> rotated("hot").size() >= 3);
    assertThat(jpm.restarts("hot")).isZero();
    jpm.run("stop", "hot").ok();
    Eventually.await("three rotated files are kept", SOON, () -> rotated("hot").size() == 3);
    Eventually.await(
        "all rotated files are compressed",
        SOON,
        () -> rotated("hot").stream().allMatch(file -> file.toString().endsWith(".gz")));
  }

  @Test
  @Tag("slow")
  void flushEmptiesTheLogAndReloadLogsReopensIt() throws Exception {
    start("flushed", "while read -r word; do echo \"$word\"; done <>gate", "");
    Path log = jpm.home().resolve("logs/flushed-out.log");
    writeToGate("one");
    Eventually.await("one is logged", SOON, () -> lastLine("flushed").equals("one"));
    jpm.run("flush", "flushed").ok();
    assertThat(size(log)).isZero();
    Files.move(log, log.resolveSibling("moved.log"));
    jpm.run("reloadLogs").ok();
    writeToGate("two");
    Eventually.await("two is logged", SOON, () -> lastLine("flushed").equals("two"));
    assertThat(Files.readAllLines(log)).containsExactly("two");
    Files.writeString(log, ""); // like `> file`
    writeToGate("three");
    Eventually.await("three is logged", SOON, () -> lastLine("flushed").equals("three"));
    assertThat(Files.readAllLines(log)).containsExactly("three");
  }

  /// Text with control characters goes to a pipe unchanged. The bash client receives it as escape
  /// sequences, of which there may be many.
  @Test
  @Tag("slow")
  void longLineOfControlCharactersIsPrintedUnchanged() throws Exception {
    jpm.script(
        "odd.sh",
        "#!/bin/bash\nprintf '\\1%.0s' {1..60000}\necho\necho -e 'a\\x1fé'\nexec sleep 1000\n");
    jpm.run("start", "odd.sh").ok();
    Eventually.await(
        "the log has both lines",
        SOON,
        () -> jpm.run("logs", "odd", "--nostream", "--raw").out().contains("a\u001fé\n"));
    assertThat(jpm.run("logs", "odd", "--nostream", "--raw").ok().out())
        .contains("\u0001".repeat(60_000) + "\n");
  }

  private void start(String name, String line, String more) throws IOException {
    Path script =
        jpm.script(
            name + ".sh",
            "#!/bin/bash\ncd \"$(dirname \"$0\")\"\n" + line + "\nexec sleep 100000\n");
    if (line.contains("gate")) {
      runCommand("mkfifo", jpm.work().resolve("gate").toString());
    }
    Path file = jpm.work().resolve(name + ".json");
    Files.writeString(
        file,
        "{\"apps\": [{\"name\": \"%s\", \"script\": \"%s\"%s}]}"
            .formatted(name, script, more.isEmpty() ? "" : ", " + more));
    jpm.run("start", file.toString()).ok();
  }

  private void writeToGate(String word) throws IOException {
    Files.writeString(jpm.work().resolve("gate"), word + "\n");
  }

  private void awaitOtherDaemon(long former) {
    Eventually.await(
        "another daemon is running",
        SOON,
        () -> {
          try {
            return jpm.daemonPid() != former && Files.exists(jpm.home().resolve("bridge.port"));
          } catch (IOException | NumberFormatException notYet) {
            return false;
          }
        });
  }

  private List<Path> rotated(String app) {
    try (Stream<Path> files = Files.list(jpm.home().resolve("logs"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(app + "-out__"))
          .filter(file -> !file.toString().endsWith(".part"))
          .sorted()
          .toList();
    } catch (IOException failure) {
      return List.of();
    }
  }

  private Numbers readAll(String app) throws IOException {
    Eventually.await(
        "all rotated files are compressed",
        SOON,
        () -> rotated(app).stream().allMatch(file -> file.toString().endsWith(".gz")));
    Numbers numbers = new Numbers();
    for (Path file : rotated(app)) {
      numbers.read(file);
    }
    numbers.read(jpm.home().resolve("logs/" + app + "-out.log"));
    return numbers;
  }

  /// The numbers that `seq` printed, as found in the files.
  private static final class Numbers {
    private long next = 1;
    private long missing;
    private long told;
    private final List<String> torn = new ArrayList<>();

    void read(Path file) throws IOException {
      try (InputStream plain = Files.newInputStream(file);
          InputStream in =
              file.toString().endsWith(".gz") ? new GZIPInputStream(plain, 1 << 16) : plain;
          var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          line(line);
        }
      }
    }

    private void line(String line) {
      Matcher loss = LOSS.matcher(line);
      if (loss.matches()) {
        told += Long.parseLong(loss.group(1));
        return;
      }
      long number = line.matches("[0-9]{1,18}") ? Long.parseLong(line) : -1;
      if (number < next) {
        torn.add(line + " where " + next + " was due");
      } else {
        missing += number - next;
        next = number + 1;
      }
    }
  }

  private String lastLine(String app) {
    return lastLine(jpm.home().resolve("logs/" + app + "-out.log"));
  }

  private static String lastLine(Path file) {
    try (var channel = Files.newByteChannel(file)) {
      channel.position(Math.max(0, channel.size() - 100));
      var bytes = java.nio.ByteBuffer.allocate(100);
      channel.read(bytes);
      String end = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
      return end.endsWith("\n")
          ? end.substring(end.lastIndexOf('\n', end.length() - 2) + 1).strip()
          : "";
    } catch (IOException notYet) {
      return "";
    }
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : -1;
    } catch (IOException gone) {
      return -1;
    }
  }

  private static void runCommand(String... words) throws IOException {
    try {
      Process process = new ProcessBuilder(words).inheritIO().start();
      assertThat(process.waitFor(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(String.join(" ", words)).isZero();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
