package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.process.Exit;
import io.jpm.os.ChildWatcher;
import io.jpm.os.HostFixture;
import io.jpm.os.LogPipeReader;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.log.NamedPipe;
import io.jpm.testing.Eventually;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Bytes on their path from a pipe into memory. The test itself writes where no process is needed.
@Timeout(120)
class LogPipeReaderTest {
  private static final int MANY = 20_000_000;

  private HostFixture fixture;
  private LogPipeReader pipes;

  @BeforeEach
  void open(@TempDir Path dir) {
    LinuxProcessHost host = new LinuxProcessHost();
    fixture = new HostFixture(host, dir);
    pipes = host.logPipeReader().orElseThrow();
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  private Path fifo(String name) {
    return fixture.dir().resolve("fifo").resolve(name);
  }

  private static OutputStream writer(Path fifo) throws IOException {
    return new FileOutputStream(fifo.toFile());
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void writtenBytesArrive() throws IOException {
    BoundedSink boundedSink = new BoundedSink();
    pipes.open(fifo("a"), boundedSink);
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "one\n");
      boundedSink.awaitText("one\n");
      write(out, "two\n");
      boundedSink.awaitText("one\ntwo\n");
    }
  }

  /// The last output of a process is available when its exit is reported, and only then. It is
  /// never attributed to the next process.
  @Test
  void tailIsThatOfTheEndedProcess() throws IOException {
    for (int round = 0; round < 50; round++) {
      SpawnRequest request =
          fixture.request(
              "/bin/sh", "-c", "echo many; echo last words %d >&2; exit 1".formatted(round));
      BoundedSink boundedSink =
          new BoundedSink() {
            @Override
            public boolean keepsTail() {
              return true;
            }
          };
      LogPipeReader.Source pipe = pipes.open(request.error().fifo(), boundedSink);
      var said = new AtomicReference<String>();
      var ended = new CountDownLatch(1);
      ChildWatcher watcher =
          new ChildWatcher() {
            @Override
            public void exited(Exit exit) {
              byte[] tail = pipes.takeTail(request.error().fifo());
              said.set(new String(tail, StandardCharsets.UTF_8));
              ended.countDown();
            }

            @Override
            public void treeGone() {}
          };
      assertThat(fixture.host().spawn(request, watcher)).isInstanceOf(SpawnResult.Started.class);
      Eventually.await("the exit is reported", HostFixture.DEADLINE, () -> ended.getCount() == 0);
      assertThat(said.get()).isEqualTo("last words %d\n".formatted(round));
      assertThat(pipes.takeTail(request.error().fifo())).isEmpty();
      boundedSink.awaitText("last words %d\n".formatted(round));
      pipe.close();
      assertThat(pipes.takeTail(request.error().fifo())).isEmpty();
    }
  }

  @Test
  void largeOutputArrivesUnchanged() throws IOException {
    byte[] expected = new byte[MANY];
    new Random(4).nextBytes(expected);
    Path source = Files.write(fixture.dir().resolve("source"), expected);
    SpawnRequest request = fixture.request("/bin/cat", source.toString());
    BoundedSink boundedSink = new BoundedSink();
    LogPipeReader.Source pipe = pipes.open(request.out().fifo(), boundedSink);
    RecordedWatcher watcher = spawn(request);

    assertThat(watcher.awaitExit()).isEqualTo(new Exit.Code(0));
    pipe.close();

    assertThat(boundedSink.bytes()).isEqualTo(expected);
  }

  private RecordedWatcher spawn(SpawnRequest request) {
    RecordedWatcher watcher = new RecordedWatcher();
    assertThat(fixture.host().spawn(request, watcher)).isInstanceOf(SpawnResult.Started.class);
    return watcher;
  }

  @Test
  void appBlocksWhileTheSinkIsFullAndContinuesAfterResume() throws IOException {
    SpawnRequest request = fixture.request("floods.sh");
    BoundedSink boundedSink = new BoundedSink();
    boundedSink.room(300_000);
    LogPipeReader.Source pipe = pipes.open(request.out().fifo(), boundedSink);
    RecordedWatcher watcher = spawn(request);
    int end = NamedPipe.openForChild(request.out().fifo());
    Eventually.await(
        "the pipe is full",
        HostFixture.DEADLINE,
        () -> boundedSink.refusals() > 0 && Libc.waitingBytes(end) >= 60 * 1024);
    assertThat(boundedSink.size()).isEqualTo(300_000);
    assertThat(watcher.hasExited()).isFalse();

    for (int room = 1_000_000; room < MANY; room += 1_000_000) {
      boundedSink.room(room);
      pipe.resume();
      int wanted = room;
      Eventually.await(
          "the sink is full", HostFixture.DEADLINE, () -> boundedSink.size() == wanted);
    }
    assertThat(watcher.hasExited()).isFalse();
    boundedSink.room(Integer.MAX_VALUE);
    pipe.resume();

    assertThat(watcher.awaitExit()).isEqualTo(new Exit.Code(0));
    pipe.close();
    assertThat(boundedSink.size()).isEqualTo(MANY);
    Libc.close(end);
  }

  @Test
  void unneededResumeHasNoEffect() throws IOException {
    BoundedSink boundedSink = new BoundedSink();
    LogPipeReader.Source pipe = pipes.open(fifo("a"), boundedSink);
    try (OutputStream out = writer(fifo("a"))) {
      for (int i = 0; i < 200; i++) {
        pipe.resume();
        write(out, "line " + i + "\n");
        pipe.resume();
      }
    }
    pipe.close();
    pipe.resume();

    assertThat(boundedSink.text().lines()).hasSize(200).last().isEqualTo("line 199");
  }

  @Test
  void spaceFreedDuringAReservationIsNotMissed() throws IOException {
    // The pipe is not resumed: the space became free before the pipe was registered as waiting.
    BoundedSink boundedSink = new BoundedSink();
    boundedSink.refuseOnce();
    pipes.open(fifo("a"), boundedSink);
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "here\n");
      boundedSink.awaitText("here\n");
    }
  }

  @Test
  void closeDeliversTheContentOfThePipe() throws IOException {
    BoundedSink boundedSink = new BoundedSink();
    LogPipeReader.Source pipe = pipes.open(fifo("a"), boundedSink);
    int app = NamedPipe.openForChild(fifo("a"));
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "x".repeat(50_000));
      pipe.close();
      write(out, "for the next one");
    } finally {
      Libc.close(app);
    }

    assertThat(boundedSink.text()).isEqualTo("x".repeat(50_000));
  }

  @Test
  void closeWithAFullSinkLeavesTheRestInThePipe() throws IOException {
    BoundedSink first = new BoundedSink();
    first.room(6);
    LogPipeReader.Source pipe = pipes.open(fifo("a"), first);
    int app = NamedPipe.openForChild(fifo("a"));
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "first\nsecond\n");
      pipe.close();
      BoundedSink next = new BoundedSink();
      pipes.open(fifo("a"), next);
      next.awaitText("second\n");
    } finally {
      Libc.close(app);
    }
    assertThat(first.text()).isEqualTo("first\n");
  }

  @Test
  void bytesWrittenBetweenTwoReadersStayInThePipe() throws IOException {
    BoundedSink first = new BoundedSink();
    LogPipeReader.Source pipe = pipes.open(fifo("a"), first);
    // As an app does: its own end keeps the pipe open while no daemon is running.
    int app = NamedPipe.openForChild(fifo("a"));
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "first\n");
      pipe.close();
      write(out, "between\n");
      BoundedSink next = new BoundedSink();
      pipes.open(fifo("a"), next);
      write(out, "second\n");

      next.awaitText("between\nsecond\n");
      assertThat(first.text()).isEqualTo("first\n");
    } finally {
      Libc.close(app);
    }
  }

  @Test
  void failingSinkDoesNotBlockOthersAndIsRetried() throws IOException {
    BoundedSink faulty = new BoundedSink();
    faulty.failOnce(new InternalError("the memory is broken"));
    BoundedSink other = new BoundedSink();
    pipes.open(fifo("faulty"), faulty);
    pipes.open(fifo("other"), other);
    try (OutputStream out = writer(fifo("faulty"));
        OutputStream outOfOther = writer(fifo("other"))) {
      write(out, "kept\n");
      write(outOfOther, "at once\n");

      other.awaitText("at once\n");
      faulty.awaitText("kept\n");
    }
  }

  @Test
  void exitIsReportedWhileTheSinkBlocks() throws IOException {
    SpawnRequest request = fixture.request("writes-both.sh");
    CountDownLatch gate = new CountDownLatch(1);
    BoundedSink boundedSink = new BoundedSink();
    boundedSink.blockOn(gate);
    LogPipeReader.Source out = pipes.open(request.out().fifo(), boundedSink);
    pipes.open(request.error().fifo(), new BoundedSink());
    try {
      // 2000 short lines on each stream fit into the pipes.
      assertThat(spawn(request).awaitExit()).isEqualTo(new Exit.Code(0));
    } finally {
      gate.countDown();
    }
    out.close();
    assertThat(boundedSink.text().lines()).hasSize(2000);
  }

  @Test
  void outputIsReadWhileAnExitWatcherBlocks() throws IOException {
    CountDownLatch gate = new CountDownLatch(1);
    AtomicBoolean held = new AtomicBoolean();
    ChildWatcher slow =
        new ChildWatcher() {
          @Override
          public void exited(Exit exit) {
            held.set(true);
            awaitUninterrupted(gate);
          }

          @Override
          public void treeGone() {}
        };
    BoundedSink boundedSink = new BoundedSink();
    pipes.open(fifo("a"), boundedSink);
    try (OutputStream out = writer(fifo("a"))) {
      fixture.host().spawn(fixture.request("exits-at-once.sh", "0"), slow);
      Eventually.await("the exit is reported", HostFixture.DEADLINE, held::get);
      write(out, "meanwhile\n");

      boundedSink.awaitText("meanwhile\n");
    } finally {
      gate.countDown();
    }
  }

  private static void awaitUninterrupted(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void busyPipeIsEnlargedAndALargerOneIsNotShrunk() throws IOException {
    Path large = fifo("large");
    pipes.open(large, new BoundedSink()).close();
    int held = NamedPipe.openForChild(large);
    assertThat(Libc.setPipeSize(held, 1024 * 1024)).isEqualTo(1024 * 1024);
    SpawnRequest request = fixture.request("floods.sh");
    int end = -1;
    try {
      BoundedSink boundedSink = new BoundedSink();
      LogPipeReader.Source pipe = pipes.open(request.out().fifo(), boundedSink);
      end = NamedPipe.openForChild(request.out().fifo());
      int app = end;
      // Wait each time until the pipe is full, so that it is busy on any machine.
      boundedSink.before(() ->
          Eventually.await(
              "the app has filled the pipe",
              HostFixture.DEADLINE,
              () -> Libc.waitingBytes(app) >= 96 * 1024 || boundedSink.size() > 10_000_000));
      RecordedWatcher watcher = spawn(request);
      assertThat(watcher.awaitExit()).isEqualTo(new Exit.Code(0));
      pipe.close();

      assertThat(boundedSink.size()).isEqualTo(MANY);
      assertThat(Libc.pipeSize(end)).isEqualTo(256 * 1024);
      NamedPipe.enlarge(held);
      assertThat(Libc.pipeSize(held)).isEqualTo(1024 * 1024);
    } finally {
      Libc.close(held);
      if (end >= 0) {
        Libc.close(end);
      }
    }
  }

  @Test
  void closeAndRemoveDeletesThePipe() throws IOException {
    LogPipeReader.Source pipe = pipes.open(fifo("a"), new BoundedSink());
    assertThat(fifo("a")).exists();

    pipe.closeAndRemove();
    pipe.close();

    assertThat(fifo("a")).doesNotExist();
  }

  @Test
  void pipeIsAccessibleToTheOwnerOnly() throws IOException {
    pipes.open(fifo("a"), new BoundedSink());

    assertThat(Files.getPosixFilePermissions(fifo("a")).toString())
        .doesNotContain("GROUP")
        .doesNotContain("OTHERS");
  }

  @Test
  void fileInPlaceOfThePipeIsReported() throws IOException {
    Path file = Files.writeString(fixture.dir().resolve("plain"), "");

    assertThatThrownBy(() -> pipes.open(file, new BoundedSink()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot use " + file + " as a log pipe");
  }

  @Test
  void fileInPlaceOfTheDirectoryIsReported() throws IOException {
    Path file = Files.writeString(fixture.dir().resolve("plain"), "");

    assertThatThrownBy(() -> pipes.open(file.resolve("a/b"), new BoundedSink()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("not a directory");
  }

  @Test
  void closingTheReaderDeliversOutputAndRefusesFurtherPipes() throws IOException {
    BoundedSink boundedSink = new BoundedSink();
    LogPipeReader.Source pipe = pipes.open(fifo("a"), boundedSink);
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "last words\n");
      pipes.close();
    }
    pipe.close();
    pipes.close();

    assertThat(boundedSink.text()).isEqualTo("last words\n");
    assertThatThrownBy(() -> pipes.open(fifo("b"), new BoundedSink()))
        .isInstanceOf(IOException.class);
  }
}
