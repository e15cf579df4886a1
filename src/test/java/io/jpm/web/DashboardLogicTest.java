package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests the logic of the dashboard that needs no browser; the tests run in Node.
@Timeout(120)
@Needs(Need.NODE)
class DashboardLogicTest {
  private static final Path TEST = Path.of("src/test/js/dashboard.test.mjs");
  private static final Path FILES = Path.of("src/main/resources/io/jpm/web/dashboard/js");

  @TempDir Path work;

  @Test
  void dashboardLogicPassesItsTests() throws Exception {
    // Node treats `.js` files as modules only if package.json says so.
    Files.writeString(work.resolve("package.json"), "{\"type\":\"module\"}");
    copy(TEST, work.resolve("dashboard.test.mjs"));
    try (Stream<Path> all = Files.list(FILES)) {
      for (Path file : all.toList()) {
        copy(file, work.resolve("js").resolve(file.getFileName()));
      }
    }
    Path said = work.resolve("said");
    Process node =
        new ProcessBuilder("node", "--test", "dashboard.test.mjs")
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertThat(node.waitFor(TestDeadline.scaledSeconds(100), TimeUnit.SECONDS)).isTrue();
      assertThat(node.exitValue()).as(Files.readString(said, StandardCharsets.UTF_8)).isZero();
    } finally {
      node.destroyForcibly();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to);
  }
}
