package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.Exit;
import io.jpm.os.Capture;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.LogPipe;
import io.jpm.os.SpawnRequest;
import io.jpm.testing.Eventually;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The way of bytes from a pipe to a file. The test itself writes where no process is needed.
@Timeout(120)
class CaptureTest {
  private HostFixture fixture;

  @BeforeEach
  void open(@TempDir Path dir) {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void awaitContent(Path file, String text) {
    Eventually.await(
        file + " is as expected",
        HostFixture.DEADLINE,
        () -> HostFixture.read(file).equals(text),
        () -> HostFixture.read(file));
  }

  @Test
  void goesOnAtTheEndAfterTruncationFromOutside() throws IOException {
    LogPipe pipe = fixture.pipe("a");
    fixture.capture(pipe);
    try (OutputStream out = new FileOutputStream(pipe.fifo().toFile())) {
      write(out, "a long line before\n");
      awaitContent(pipe.file(), "a long line before\n");
      Files.write(pipe.file(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
      write(out, "after\n");

      awaitContent(pipe.file(), "after\n");
    }
  }

  @Test
  void doesNotOverwriteWhatOthersAppended() throws IOException {
    LogPipe pipe = fixture.pipe("a");
    fixture.capture(pipe);
    try (OutputStream out = new FileOutputStream(pipe.fifo().toFile())) {
      write(out, "1\n");
      awaitContent(pipe.file(), "1\n");
      Files.writeString(pipe.file(), "2 by another\n", StandardOpenOption.APPEND);
      write(out, "3\n");

      awaitContent(pipe.file(), "1\n2 by another\n3\n");
    }
  }

  @Test
  void twoPipesIntoOneFileLoseNothing() throws IOException {
    SpawnRequest apart = fixture.request("writes-both.sh");
    Path link = fixture.dir().resolve("link.log");
    Files.createSymbolicLink(link, apart.out().file());
    SpawnRequest merged =
        new SpawnRequest(
            apart.program(),
            apart.argv(),
            apart.environment(),
            apart.cwd(),
            apart.out(),
            new LogPipe(apart.error().fifo(), link),
            apart.tag());
    Spawned child = fixture.start(merged);
    child.watcher().awaitExit();
    Eventually.await(
        "4000 lines are there",
        HostFixture.DEADLINE,
        () -> HostFixture.read(child.out()).lines().count() == 4000,
        () -> HostFixture.read(child.out()).lines().count());

    assertThat(HostFixture.read(child.out()).lines().filter(line -> line.startsWith("out ")))
        .hasSize(2000);
    assertThat(HostFixture.read(child.out()).lines().filter(line -> line.startsWith("error ")))
        .hasSize(2000);
  }

  @Test
  void aFullDiskDropsAndCountsAndTheAppGoesOn() {
    SpawnRequest plain = fixture.request("floods.sh");
    SpawnRequest full =
        new SpawnRequest(
            plain.program(),
            plain.argv(),
            plain.environment(),
            plain.cwd(),
            new LogPipe(plain.out().fifo(), Path.of("/dev/full")),
            plain.error(),
            plain.tag());
    Spawned child = fixture.start(full);

    assertThat(child.watcher().awaitExit()).isEqualTo(new Exit.Code(0));
    Eventually.await(
        "all 20 MB are counted",
        HostFixture.DEADLINE,
        () -> child.capture().droppedBytes() == 20_000_000,
        () -> child.capture().droppedBytes());
  }

  @Test
  void devNullDiscardsAndCountsNothing() throws IOException {
    LogPipe pipe = new LogPipe(fixture.dir().resolve("fifo/n"), Path.of("/dev/null"));
    Capture capture = fixture.capture(pipe);
    try (OutputStream out = new FileOutputStream(pipe.fifo().toFile())) {
      out.write(new byte[1_000_000]); // more than the pipe holds: somebody takes it
    }
    capture.close();

    assertThat(capture.droppedBytes()).isZero();
  }

  @Test
  void aPipeThatNobodyReadsAsTargetDoesNotFreezeTheApp() throws IOException {
    Path target = fixture.dir().resolve("target");
    assertThat(Libc.mkfifo(target, 0600)).isZero();
    LogPipe pipe = new LogPipe(fixture.dir().resolve("fifo/t"), target);
    Capture capture = fixture.capture(pipe);
    try (OutputStream out = new FileOutputStream(pipe.fifo().toFile())) {
      out.write(new byte[1_000_000]);
    }
    capture.close();

    assertThat(capture.droppedBytes()).isBetween(800_000L, 1_000_000L);
  }

  @Test
  void closingMovesWhatIsInThePipe() throws IOException {
    LogPipe pipe = fixture.pipe("a");
    Capture capture = fixture.capture(pipe);
    try (OutputStream out = new FileOutputStream(pipe.fifo().toFile())) {
      write(out, "x".repeat(50_000));
      capture.close();
    }

    assertThat(HostFixture.size(pipe.file())).isEqualTo(50_000);
  }

  @Test
  void whatIsWrittenBetweenTwoCapturesIsKeptByThePipe() throws IOException {
    LogPipe pipe = fixture.pipe("a");
    Capture first = fixture.capture(pipe);
    // As an app does: its own end keeps the pipe alive when no daemon is there.
    int app = NamedPipe.openForChild(pipe.fifo());
    try (OutputStream out = new FileOutputStream(pipe.fifo().toFile())) {
      write(out, "first\n");
      first.close();
      write(out, "between\n");
      fixture.capture(pipe);
      write(out, "second\n");

      awaitContent(pipe.file(), "first\nbetween\nsecond\n");
    } finally {
      Libc.close(app);
    }
  }

  @Test
  void closeAndRemoveTakesThePipeAway() {
    LogPipe pipe = fixture.pipe("a");
    Capture capture = fixture.capture(pipe);
    assertThat(pipe.fifo()).exists();

    capture.closeAndRemove();

    assertThat(pipe.fifo()).doesNotExist();
    assertThat(pipe.file()).exists();
  }

  @Test
  void theFilesAreForTheOwner() throws IOException {
    LogPipe pipe = fixture.pipe("a");
    fixture.capture(pipe);

    assertThat(Files.getPosixFilePermissions(pipe.fifo()).toString()).doesNotContain("GROUP");
    assertThat(Files.getPosixFilePermissions(pipe.file()).toString()).doesNotContain("OTHERS");
  }

  @Test
  void saysThatTheFileIsAFolder() {
    LogPipe pipe = new LogPipe(fixture.dir().resolve("fifo/x"), fixture.dir());

    assertThatThrownBy(() -> fixture.host().capture(pipe))
        .hasMessage("cannot open the log file " + fixture.dir() + ": it is a folder");
  }

  @Test
  void saysThatThePipeIsSomethingElse() throws IOException {
    Path file = Files.writeString(fixture.dir().resolve("plain"), "");
    LogPipe pipe = new LogPipe(file, fixture.dir().resolve("x.log"));

    assertThatThrownBy(() -> fixture.host().capture(pipe))
        .hasMessageContaining("cannot use " + file + " as a log pipe");
  }
}
