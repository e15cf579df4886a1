package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.run.Exit;
import io.jpm.os.ChildWatcher;
import io.jpm.os.HostFixture;
import io.jpm.os.LogPipes;
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
class LogPipesTest {
  private static final int MANY = 20_000_000;

  private HostFixture fixture;
  private LogPipes pipes;

  @BeforeEach
  void open(@TempDir Path dir) {
    LinuxProcessHost host = new LinuxProcessHost();
    fixture = new HostFixture(host, dir);
    pipes = host.logPipes().orElseThrow();
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
  void whatIsWrittenArrives() throws IOException {
    Basin basin = new Basin();
    pipes.open(fifo("a"), basin);
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "one\n");
      basin.awaitText("one\n");
      write(out, "two\n");
      basin.awaitText("one\ntwo\n");
    }
  }

  /// The last output of a process is available when its exit is reported, and only then. It is
  /// never attributed to the next process.
  @Test
  void theTailIsThatOfTheProcessThatHasEnded() throws IOException {
    for (int round = 0; round < 50; round++) {
      SpawnRequest request =
          fixture.request(
              "/bin/sh", "-c", "echo many; echo last words %d >&2; exit 1".formatted(round));
      Basin basin =
          new Basin() {
            @Override
            public boolean keepsTail() {
              return true;
            }
          };
      LogPipes.Source pipe = pipes.open(request.error().fifo(), basin);
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
      basin.awaitText("last words %d\n".formatted(round));
      pipe.close();
      assertThat(pipes.takeTail(request.error().fifo())).isEmpty();
    }
  }

  @Test
  void aFloodArrivesByteForByte() throws IOException {
    byte[] expected = new byte[MANY];
    new Random(4).nextBytes(expected);
    Path source = Files.write(fixture.dir().resolve("source"), expected);
    SpawnRequest request = fixture.request("/bin/cat", source.toString());
    Basin basin = new Basin();
    LogPipes.Source pipe = pipes.open(request.out().fifo(), basin);
    RecordedWatcher watcher = spawn(request);

    assertThat(watcher.awaitExit()).isEqualTo(new Exit.Code(0));
    pipe.close();

    assertThat(basin.bytes()).isEqualTo(expected);
  }

  private RecordedWatcher spawn(SpawnRequest request) {
    RecordedWatcher watcher = new RecordedWatcher();
    assertThat(fixture.host().spawn(request, watcher)).isInstanceOf(SpawnResult.Started.class);
    return watcher;
  }

  @Test
  void withoutRoomTheAppWaitsInItsPipeAndGoesOnAfterResume() throws IOException {
    SpawnRequest request = fixture.request("floods.sh");
    Basin basin = new Basin();
    basin.room(300_000);
    LogPipes.Source pipe = pipes.open(request.out().fifo(), basin);
    RecordedWatcher watcher = spawn(request);
    int end = NamedPipe.openForChild(request.out().fifo());
    Eventually.await(
        "the pipe is full",
        HostFixture.DEADLINE,
        () -> basin.refusals() > 0 && Libc.waitingBytes(end) >= 60 * 1024);
    assertThat(basin.size()).isEqualTo(300_000);
    assertThat(watcher.hasExited()).isFalse();

    for (int room = 1_000_000; room < MANY; room += 1_000_000) {
      basin.room(room);
      pipe.resume();
      int wanted = room;
      Eventually.await("the sink is full", HostFixture.DEADLINE, () -> basin.size() == wanted);
    }
    assertThat(watcher.hasExited()).isFalse();
    basin.room(Integer.MAX_VALUE);
    pipe.resume();

    assertThat(watcher.awaitExit()).isEqualTo(new Exit.Code(0));
    pipe.close();
    assertThat(basin.size()).isEqualTo(MANY);
    Libc.close(end);
  }

  @Test
  void resumingWithoutNeedChangesNothing() throws IOException {
    Basin basin = new Basin();
    LogPipes.Source pipe = pipes.open(fifo("a"), basin);
    try (OutputStream out = writer(fifo("a"))) {
      for (int i = 0; i < 200; i++) {
        pipe.resume();
        write(out, "line " + i + "\n");
        pipe.resume();
      }
    }
    pipe.close();
    pipe.resume();

    assertThat(basin.text().lines()).hasSize(200).last().isEqualTo("line 199");
  }

  @Test
  void roomThatIsMadeWhileItIsAskedForIsNotMissed() throws IOException {
    // The pipe is not resumed: the space became free before the pipe was registered as waiting.
    Basin basin = new Basin();
    basin.refuseOnce();
    pipes.open(fifo("a"), basin);
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "here\n");
      basin.awaitText("here\n");
    }
  }

  @Test
  void closingHandsOverWhatIsInThePipe() throws IOException {
    Basin basin = new Basin();
    LogPipes.Source pipe = pipes.open(fifo("a"), basin);
    int app = NamedPipe.openForChild(fifo("a"));
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "x".repeat(50_000));
      pipe.close();
      write(out, "for the next one");
    } finally {
      Libc.close(app);
    }

    assertThat(basin.text()).isEqualTo("x".repeat(50_000));
  }

  @Test
  void closingWithoutRoomLeavesTheRestInThePipe() throws IOException {
    Basin first = new Basin();
    first.room(6);
    LogPipes.Source pipe = pipes.open(fifo("a"), first);
    int app = NamedPipe.openForChild(fifo("a"));
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "first\nsecond\n");
      pipe.close();
      Basin next = new Basin();
      pipes.open(fifo("a"), next);
      next.awaitText("second\n");
    } finally {
      Libc.close(app);
    }
    assertThat(first.text()).isEqualTo("first\n");
  }

  @Test
  void whatIsWrittenBetweenTwoReadersIsKeptByThePipe() throws IOException {
    Basin first = new Basin();
    LogPipes.Source pipe = pipes.open(fifo("a"), first);
    // As an app does: its own end keeps the pipe open while no daemon is running.
    int app = NamedPipe.openForChild(fifo("a"));
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "first\n");
      pipe.close();
      write(out, "between\n");
      Basin next = new Basin();
      pipes.open(fifo("a"), next);
      write(out, "second\n");

      next.awaitText("between\nsecond\n");
      assertThat(first.text()).isEqualTo("first\n");
    } finally {
      Libc.close(app);
    }
  }

  @Test
  void aTakerThatThrowsHoldsUpNobodyAndIsAskedAgain() throws IOException {
    Basin faulty = new Basin();
    faulty.failOnce(new InternalError("the memory is broken"));
    Basin other = new Basin();
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
  void anEndIsToldWhileOutputIsHeldUp() throws IOException {
    SpawnRequest request = fixture.request("writes-both.sh");
    CountDownLatch gate = new CountDownLatch(1);
    Basin basin = new Basin();
    basin.waitFor(gate);
    LogPipes.Source out = pipes.open(request.out().fifo(), basin);
    pipes.open(request.error().fifo(), new Basin());
    try {
      // 2000 short lines on each stream fit into the pipes.
      assertThat(spawn(request).awaitExit()).isEqualTo(new Exit.Code(0));
    } finally {
      gate.countDown();
    }
    out.close();
    assertThat(basin.text().lines()).hasSize(2000);
  }

  @Test
  void outputIsReadWhileAnEndIsHeldUp() throws IOException {
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
    Basin basin = new Basin();
    pipes.open(fifo("a"), basin);
    try (OutputStream out = writer(fifo("a"))) {
      fixture.host().spawn(fixture.request("exits-at-once.sh", "0"), slow);
      Eventually.await("the exit is reported", HostFixture.DEADLINE, held::get);
      write(out, "meanwhile\n");

      basin.awaitText("meanwhile\n");
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
  void aBusyPipeGetsMoreRoomAndALargerOneKeepsIt() throws IOException {
    Path large = fifo("large");
    pipes.open(large, new Basin()).close();
    int held = NamedPipe.openForChild(large);
    assertThat(Libc.setPipeSize(held, 1024 * 1024)).isEqualTo(1024 * 1024);
    SpawnRequest request = fixture.request("floods.sh");
    int end = -1;
    try {
      Basin basin = new Basin();
      LogPipes.Source pipe = pipes.open(request.out().fifo(), basin);
      end = NamedPipe.openForChild(request.out().fifo());
      int app = end;
      // Wait each time until the pipe is full, so that it is busy on any machine.
      basin.before(() ->
          Eventually.await(
              "the app has filled the pipe",
              HostFixture.DEADLINE,
              () -> Libc.waitingBytes(app) >= 96 * 1024 || basin.size() > 10_000_000));
      RecordedWatcher watcher = spawn(request);
      assertThat(watcher.awaitExit()).isEqualTo(new Exit.Code(0));
      pipe.close();

      assertThat(basin.size()).isEqualTo(MANY);
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
  void closeAndRemoveTakesThePipeAway() throws IOException {
    LogPipes.Source pipe = pipes.open(fifo("a"), new Basin());
    assertThat(fifo("a")).exists();

    pipe.closeAndRemove();
    pipe.close();

    assertThat(fifo("a")).doesNotExist();
  }

  @Test
  void thePipeIsForTheOwner() throws IOException {
    pipes.open(fifo("a"), new Basin());

    assertThat(Files.getPosixFilePermissions(fifo("a")).toString())
        .doesNotContain("GROUP")
        .doesNotContain("OTHERS");
  }

  @Test
  void saysThatThePipeIsSomethingElse() throws IOException {
    Path file = Files.writeString(fixture.dir().resolve("plain"), "");

    assertThatThrownBy(() -> pipes.open(file, new Basin()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot use " + file + " as a log pipe");
  }

  @Test
  void saysWhatIsInTheWayOfItsFolder() throws IOException {
    Path file = Files.writeString(fixture.dir().resolve("plain"), "");

    assertThatThrownBy(() -> pipes.open(file.resolve("a/b"), new Basin()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("not a folder");
  }

  @Test
  void closingAllHandsOverAndRefusesFurtherPipes() throws IOException {
    Basin basin = new Basin();
    LogPipes.Source pipe = pipes.open(fifo("a"), basin);
    try (OutputStream out = writer(fifo("a"))) {
      write(out, "last words\n");
      pipes.close();
    }
    pipe.close();
    pipes.close();

    assertThat(basin.text()).isEqualTo("last words\n");
    assertThatThrownBy(() -> pipes.open(fifo("b"), new Basin())).isInstanceOf(IOException.class);
  }
}
