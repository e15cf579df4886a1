package io.jpm.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonLogHandlerTest {
  @TempDir Path dir;

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(dir)) {
      return all.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void changedLimitsApplyFromTheNextLine() throws IOException {
    var log = new DaemonLogHandler(dir.resolve("jpm.log"), 1 << 20, 3);
    var line = new LogRecord(Level.INFO, "a line");
    line.setLoggerName("jpm.test");
    log.publish(line);
    log.publish(line);
    assertThat(files()).containsExactly("jpm.log");
    log.setLimits(1, 3);
    for (int i = 0; i < 5; i++) {
      log.publish(line);
    }
    assertThat(files()).containsExactly("jpm.log", "jpm.log.1", "jpm.log.2", "jpm.log.3");
    log.setLimits(1, 1);
    assertThat(files()).containsExactly("jpm.log", "jpm.log.1");
    log.publish(line);
    assertThat(files()).containsExactly("jpm.log", "jpm.log.1");
    log.close();
  }

  @Test
  void controlCharactersInMessagesAreEscaped() throws IOException {
    var log = new DaemonLogHandler(dir.resolve("jpm.log"), 1 << 20, 3);
    var line = new LogRecord(Level.INFO, "one\u001b[2J\u009b2J\ntwo\tthree");
    line.setLoggerName("jpm.test");
    line.setThrown(new IllegalStateException("four\nfive\u0007"));
    log.publish(line);
    log.close();
    assertThat(Files.readAllLines(dir.resolve("jpm.log")))
        .singleElement()
        .asString()
        .contains("test: one\\x1b[2J\\x9b2J\\ntwo\\tthree")
        .contains("IllegalStateException: four\\nfive\\x07 <");
  }

  @Test
  void messagesOfLibrariesAreLimited() throws IOException {
    var log = new DaemonLogHandler(dir.resolve("jpm.log"), 1 << 20, 3);
    Instant begin = Instant.parse("2026-11-23T12:00:00Z");
    for (int i = 0; i < 1000; i++) {
      log.publish(recordOf("io.netty.channel", begin.plusMillis(i)));
      log.publish(recordOf("jpm.web", begin.plusMillis(i)));
    }
    log.publish(recordOf("io.netty.channel", begin.plusSeconds(7)));
    log.close();
    List<String> lines = Files.readAllLines(dir.resolve("jpm.log"));
    assertThat(lines.stream().filter(line -> line.contains("io.netty"))).hasSize(31);
    assertThat(lines.stream().filter(line -> line.contains(" web: "))).hasSize(1000);
    assertThat(lines)
        .anyMatch(line -> line.endsWith("daemon: 970 lines from libraries were omitted"));
  }

  private static LogRecord recordOf(String logger, Instant at) {
    var line = new LogRecord(Level.WARNING, "a line");
    line.setLoggerName(logger);
    line.setInstant(at);
    return line;
  }
}
