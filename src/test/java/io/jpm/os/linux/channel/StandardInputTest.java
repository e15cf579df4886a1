package io.jpm.os.linux.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.ResourceLimits;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.LimitsTest;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.os.linux.libc.Libc;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The pipe that is the standard input of an app.
@Timeout(120)
class StandardInputTest {
  private static final String ECHO = "while read -r line; do echo \"got $line\"; done; echo ended";

  @TempDir Path dir;
  private HostFixture fixture;
  private Path input;

  @BeforeEach
  void open() {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
    input = dir.resolve("fifo/app.in");
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Spawned startEcho() {
    return fixture.start(fixture.request("/bin/sh", "-c", ECHO).withInput(input));
  }

  private Optional<String> writeInput(String text) {
    return fixture.host().writeInput(input, text.getBytes(StandardCharsets.UTF_8));
  }

  /// Returns the text as the fixture reads files: one character per byte.
  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  @Test
  void inputArrivesWithoutAnEndOfFile() throws IOException {
    Spawned app = startEcho();
    assertThat(writeInput("one\n")).isEmpty();
    app.awaitOutput("got one\n");
    assertThat(writeInput("two ä\n")).isEmpty();
    app.awaitOutput(bytes("got two ä\n"));

    assertThat(HostFixture.read(app.out())).doesNotContain("ended");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(input)))
        .isEqualTo("rw-------");
    app.end();
  }

  @Test
  void lineThatDoesNotFitIsRefusedCompletely() {
    Spawned app = fixture.start(fixture.request("/bin/sleep", "600").withInput(input));
    String line = "x".repeat(10_000) + "\n";
    int taken = 0;
    Optional<String> refused = writeInput(line);
    while (refused.isEmpty()) {
      taken++;
      refused = writeInput(line);
    }
    assertThat(taken).isPositive();
    assertThat(refused.get()).contains("does not read its standard input");
    assertThat(waitingBytes()).isEqualTo(taken * line.length());
    app.end();
  }

  private int waitingBytes() {
    int fd = Libc.open(input, Libc.O_RDONLY | Libc.O_NONBLOCK, 0);
    int bytes = Libc.waitingBytes(fd);
    Libc.close(fd);
    return bytes;
  }

  /// If another program fills the pipe between the check of its free space and the write, the
  /// kernel accepts only a part. Here, the stated size of the pipe is twice the actual size.
  @Test
  void partialWriteIsReportedWithTheNumberOfBytes() {
    Spawned app = fixture.start(fixture.request("/bin/sleep", "600").withInput(input));
    int fd = Libc.open(input, Libc.O_WRONLY | Libc.O_NONBLOCK, 0);
    try {
      int size = Libc.pipeSize(fd);
      assertThat(StandardInput.write(fd, 2 * size, new byte[size + 100]))
          .contains(
              "its standard input accepted only the first %d of %d bytes, because another program writes to the same pipe"
                  .formatted(size, size + 100));
    } finally {
      Libc.close(fd);
    }
    app.end();
  }

  @Test
  void lineLargerThanThePipeIsRefused() {
    Spawned app = startEcho();
    assertThat(writeInput("x".repeat(3_000_000)))
        .get()
        .asString()
        .contains("must not exceed 65536 bytes");
    app.end();
  }

  @Test
  void closedInputOrMissingProcessIsReported() {
    assertThat(writeInput("x\n")).get().asString().contains("restart it");
    Spawned app =
        fixture.start(
            fixture.request("/bin/sh", "-c", "exec <&-; echo ready; sleep 600").withInput(input));
    app.awaitReady();
    assertThat(writeInput("x\n")).get().asString().contains("has closed its standard input");
    app.end();
  }

  /// Input for one process must not reach the next one.
  @Test
  void unreadInputIsNotPassedToTheNextProcess() {
    Spawned first = fixture.start(fixture.request("/bin/sleep", "600").withInput(input));
    assertThat(writeInput("for the first\n")).isEmpty();
    first.end();
    Spawned second = startEcho();
    assertThat(writeInput("for the second\n")).isEmpty();
    second.awaitOutput("got for the second\n");
    assertThat(HostFixture.read(second.out())).doesNotContain("the first");
    second.end();
  }

  @Test
  void inputWorksWithResourceLimits() {
    ResourceLimits limits = LimitsTest.limitsOf(Map.of("nofile", 200L));
    Spawned app =
        fixture.start(
            fixture
                .request("/bin/sh", "-c", "ls -l /proc/$$/fd; echo ready; " + ECHO)
                .withLimits(limits)
                .withInput(input));
    app.awaitReady();
    assertThat(HostFixture.read(app.out()))
        .containsOnlyOnce(input.toString())
        .contains("0 -> " + input);
    assertThat(writeInput("one\n")).isEmpty();
    app.awaitOutput("got one\n");
    app.end();
  }

  @Test
  void inputWorksWithATerminalAndAnIpcChannel() throws IOException {
    SpawnRequest request =
        fixture.withChannel(
            fixture.withTerminal(fixture.request("/bin/sh", "-c", "echo ready; " + ECHO)));
    Spawned app = fixture.start(request.withInput(input));
    app.awaitReady();
    assertThat(Files.readSymbolicLink(Path.of("/proc/" + app.pid() + "/fd/0")))
        .isEqualTo(input.toRealPath());
    assertThat(writeInput("one\n")).isEmpty();
    app.awaitOutput("got one\n");
    app.end();
  }

  @Test
  void daemonKeepsNoDescriptorOpen() {
    Spawned app = startEcho();
    assertThat(writeInput("one\n")).isEmpty();
    app.awaitOutput("got one\n");
    Eventually.await(
        "the daemon has no open descriptor of the pipe",
        HostFixture.DEADLINE,
        () -> !isOpenInThisJvm(),
        () -> input);
    app.end();
  }

  private boolean isOpenInThisJvm() {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.anyMatch(file -> {
        try {
          return Files.readSymbolicLink(file).equals(input);
        } catch (IOException closed) {
          return false;
        }
      });
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
