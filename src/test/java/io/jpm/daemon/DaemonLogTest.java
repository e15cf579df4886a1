package io.jpm.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonLogTest {
  @TempDir Path dir;

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(dir)) {
      return all.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void otherLimitsHoldFromTheNextLineOn() throws IOException {
    var log = new DaemonLog(dir.resolve("jpm.log"), 1 << 20, 3);
    var line = new LogRecord(Level.INFO, "a line");
    line.setLoggerName("jpm.test");
    log.publish(line);
    log.publish(line);
    assertThat(files()).containsExactly("jpm.log");
    log.limit(1, 3);
    for (int i = 0; i < 5; i++) {
      log.publish(line);
    }
    assertThat(files()).containsExactly("jpm.log", "jpm.log.1", "jpm.log.2", "jpm.log.3");
    log.limit(1, 1);
    assertThat(files()).containsExactly("jpm.log", "jpm.log.1");
    log.publish(line);
    assertThat(files()).containsExactly("jpm.log", "jpm.log.1");
    log.close();
  }
}
