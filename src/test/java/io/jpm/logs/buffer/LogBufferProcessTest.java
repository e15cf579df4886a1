package io.jpm.logs.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.FullLogPolicy;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestGroup;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The log memory with real processes, real kills and real threads.
@Timeout(300)
class LogBufferProcessTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final int LINES = 1_500_000;
  private static final int KILLS = TestGroup.choose(3, 6);

  @TempDir private Path dir;

  @AfterEach
  void leaveNoMemory() throws IOException {
    Path record = dir.resolve("fifo/memory");
    if (Files.exists(record)) {
      Files.deleteIfExists(BufferReference.read(record).file());
    }
  }

  @Test
  void killedDaemonsLoseAndRepeatNoLine() throws Exception {
    Path fifo = dir.resolve("pipe");
    Path file = dir.resolve("out.log");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    try (RandomAccessFile held = new RandomAccessFile(fifo.toFile(), "rw")) {
      Thread app = Thread.ofPlatform().daemon().start(() -> print(fifo));
      for (int kill = 0; kill < KILLS; kill++) {
        long before = size(file);
        Process daemon = daemon(fifo, file);
        try {
          Eventually.await(
              "the file grows", DEADLINE, () -> size(file) > before + 300_000, () -> log());
        } finally {
          daemon.destroyForcibly().waitFor();
        }
      }
      Process last = daemon(fifo, file);
      try {
        Eventually.await(
            "the file is complete", DEADLINE, () -> size(file) >= total(), () -> log());
      } finally {
        last.destroyForcibly().waitFor();
      }
      assertThat(app.join(DEADLINE)).isTrue();
      assertThat(held.length()).isZero();
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(LINES);
    for (int i = 0; i < LINES; i++) {
      assertThat(lines.get(i)).isEqualTo(line(i).strip());
    }
  }

  private static String line(int number) {
    return "line %07d\n".formatted(number);
  }

  private static long total() {
    return (long) LINES * line(0).length();
  }

  private static void print(Path fifo) {
    try (OutputStream out = Files.newOutputStream(fifo)) {
      StringBuilder some = new StringBuilder();
      for (int i = 0; i < LINES; i++) {
        some.append(line(i));
        if (some.length() > 3000 || i == LINES - 1) {
          out.write(some.toString().getBytes(StandardCharsets.US_ASCII));
          some.setLength(0);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process daemon(Path fifo, Path file) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            KilledWriter.class.getName(),
            dir.toString(),
            fifo.toString(),
            file.toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(dir.resolve("daemon.log").toFile()))
        .start();
  }

  private String log() {
    try {
      return Files.readString(dir.resolve("daemon.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Tag("slow")
  void twoThreadsPassEveryByteInOrder() throws Exception {
    try (LogBuffer memory = LogBuffer.open(dir, 1 << 20)) {
      List<Thread> threads = new ArrayList<>();
      List<String> wrong = new CopyOnWriteArrayList<>();
      for (int i = 0; i < 3; i++) {
        LogStream stream = memory.stream("s" + i, 300_000);
        stream.whenFull(FullLogPolicy.BLOCK);
        CRC32 sent = new CRC32();
        CountDownLatch end = new CountDownLatch(1);
        threads.add(Thread.ofPlatform().start(() -> send(stream, sent, end)));
        threads.add(Thread.ofPlatform().start(() -> take(stream, sent, end, wrong)));
      }
      for (Thread thread : threads) {
        assertThat(thread.join(DEADLINE)).isTrue();
      }
      assertThat(wrong).isEmpty();
      assertThat(memory.usedUnits()).isZero();
    }
    assertThat(dir.resolve("fifo/memory")).doesNotExist();
  }

  private static void send(LogStream stream, CRC32 sent, CountDownLatch end) {
    byte[] bytes = new byte[70_000];
    for (int round = 0; round < 2000; ) {
      ByteBuffer room = stream.reserve(1 + (round * 7919) % bytes.length);
      if (room == null) {
        Thread.onSpinWait();
        continue;
      }
      int count = room.remaining();
      Arrays.fill(bytes, 0, count, (byte) round);
      room.put(bytes, 0, count);
      sent.update(bytes, 0, count);
      stream.received(count);
      round++;
    }
    end.countDown();
  }

  private static void take(LogStream stream, CRC32 sent, CountDownLatch end, List<String> wrong) {
    CRC32 taken = new CRC32();
    while (end.getCount() > 0 || stream.waitingBytes() > 0) {
      List<ByteBuffer> views = stream.waiting(50_000);
      int length = views.stream().mapToInt(ByteBuffer::remaining).sum();
      stream.begin(new FileWrite(0, 0, 0, 0, length, length, 0));
      views.forEach(taken::update);
      stream.done();
    }
    if (taken.getValue() != sent.getValue()) {
      wrong.add(stream.name());
    }
  }
}
