package io.jpm.logs.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The location of the memory file, and which existing file is taken over.
@Timeout(60)
class LogBufferPlaceTest {
  private static final long MOST = 4 << 20;

  @TempDir private Path dir;
  private BufferLocator place;

  @BeforeEach
  void make() throws IOException {
    Path shared = Files.createDirectory(dir.resolve("shared"));
    BufferLocator usual = BufferLocator.of(dir.resolve("home"));
    place = new BufferLocator(usual.directory(), shared, usual.user(), usual.bootId());
  }

  /// Leaves a memory file behind, as a daemon does that is killed.
  private Path leaveMemory(String output) throws IOException {
    print(place.open(MOST), output);
    return BufferReference.read(place.record()).file();
  }

  private static void print(LogBuffer memory, String output) throws IOException {
    byte[] bytes = output.getBytes(StandardCharsets.UTF_8);
    LogStream stream = memory.stream("1-out", MOST);
    for (int at = 0; at < bytes.length; ) {
      ByteBuffer room = Objects.requireNonNull(stream.reserve(bytes.length - at));
      int count = room.remaining();
      room.put(bytes, at, count);
      stream.received(count);
      at += count;
    }
  }

  private static String waiting(LogBuffer memory) throws IOException {
    LogStream stream = memory.stream("1-out", MOST);
    byte[] bytes = PipeAndFile.bytes(stream.waiting(1000));
    stream.drop(bytes.length, 0);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// Opens the memory as the next daemon, which must start with an empty one.
  private void assertNotTakenOver() throws IOException {
    Path before = BufferReference.read(place.record()).file();
    try (LogBuffer next = place.open(MOST)) {
      assertThat(next.names()).isEmpty();
      assertThat(BufferReference.read(place.record()).file()).isNotEqualTo(before);
    }
  }

  @Test
  void nextDaemonFindsTheWaitingOutput() throws IOException {
    Path file = leaveMemory("hello\n");
    assertThat(file.getParent()).isEqualTo(place.shared());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (LogBuffer next = place.open(MOST)) {
      assertThat(next.names()).containsExactly("1-out");
      assertThat(next.waitingBytes()).isEqualTo(6);
      assertThat(waiting(next)).isEqualTo("hello\n");
    }
  }

  @Test
  void emptyMemoryIsRemovedOnCloseAndStaysUsableWithoutEffect() throws IOException {
    LogBuffer memory = place.open(MOST);
    print(memory, "hello\n");
    LogStream stream = memory.stream("1-out", MOST);
    assertThat(waiting(memory)).isEqualTo("hello\n");
    memory.close();
    memory.close();
    assertThat(place.shared()).isEmptyDirectory();
    assertThat(place.record()).doesNotExist();
    assertThat(stream.reserve(10)).isNull();
    assertThat(stream.waiting(10)).isEmpty();
    stream.forget();
    assertThatThrownBy(() -> memory.stream("other", MOST)).isInstanceOf(IOException.class);
  }

  @Test
  void waitingOutputAndUnreportedLossesAreKeptOnClose() throws IOException {
    LogBuffer memory = place.open(MOST);
    print(memory, "hello\n");
    memory.close();
    try (LogBuffer next = place.open(MOST)) {
      next.stream("1-out", MOST).drop(6, 1);
    }
    try (LogBuffer last = place.open(MOST)) {
      LogStream stream = last.stream("1-out", MOST);
      assertThat(stream.droppedTotals()).isEqualTo(new LogStream.Losses(6, 1, 0));
      stream.begin(new FileWrite(0, 0, 0, 0, 10, 0, 1));
      stream.done();
    }
    assertThat(place.record()).doesNotExist();
  }

  @Test
  void fileThatOthersCanReadIsNotTakenOver() throws IOException {
    Path file = leaveMemory("hello\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertNotTakenOver();
    assertThat(file).exists();
  }

  @Test
  void fileWithASecondNameIsNotTakenOver() throws IOException {
    Path file = leaveMemory("hello\n");
    Files.createLink(dir.resolve("second"), file);
    assertNotTakenOver();
    assertThat(file).exists();
  }

  @Test
  void differentFileOfTheSameNameIsNotTakenOver() throws IOException {
    Path file = leaveMemory("hello\n");
    Files.copy(file, dir.resolve("copy"));
    Files.setPosixFilePermissions(
        dir.resolve("copy"), PosixFilePermissions.fromString("rw-------"));
    Files.move(file, dir.resolve("moved"));
    Files.move(dir.resolve("copy"), file);
    assertNotTakenOver();
    assertThat(file).exists();
  }

  @Test
  void symbolicLinkIsNotTakenOver() throws IOException {
    Path file = leaveMemory("hello\n");
    Files.move(file, dir.resolve("moved"));
    Files.createSymbolicLink(file, dir.resolve("moved"));
    assertNotTakenOver();
    assertThat(file).isSymbolicLink();
    assertThat(dir.resolve("moved")).exists();
  }

  @Test
  void memoryOfAnEarlierBootIsRemoved() throws IOException {
    Path file = leaveMemory("hello\n");
    place = new BufferLocator(place.directory(), place.shared(), place.user(), "another");
    assertNotTakenOver();
    assertThat(file).doesNotExist();
  }

  @Test
  void fileOfAnotherUserIsNotTakenOver() throws IOException {
    Path file = leaveMemory("hello\n");
    place = new BufferLocator(place.directory(), place.shared(), place.user() + 1, place.bootId());
    assertNotTakenOver();
    assertThat(file).exists();
  }

  @Test
  void truncatedMemoryOrOneOfAnotherVersionIsRemoved() throws IOException {
    Path file = leaveMemory("hello\n");
    try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
      cut.setLength(Geometry.USUAL.dataAt());
    }
    assertNotTakenOver();
    assertThat(file).doesNotExist();
    file = leaveMemory("hello\n");
    try (RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw")) {
      other.write(1);
    }
    assertNotTakenOver();
    assertThat(file).doesNotExist();
  }

  @Test
  void unreadableRecordIsReplaced() throws IOException {
    leaveMemory("hello\n");
    Files.writeString(place.record(), "rubbish");
    try (LogBuffer next = place.open(MOST)) {
      assertThat(next.names()).isEmpty();
    }
  }

  @Test
  void memoryIsOnDiskWithoutASharedMemoryFileSystem() throws IOException {
    place = new BufferLocator(place.directory(), dir.resolve("none"), place.user(), place.bootId());
    Path file = leaveMemory("hello\n");
    assertThat(file).isEqualTo(place.onDisk());
    try (LogBuffer next = place.open(MOST)) {
      assertThat(waiting(next)).isEqualTo("hello\n");
    }
    assertThat(place.onDisk()).doesNotExist();
  }

  @Test
  @Needs(Need.MOUNT)
  void fullSharedMemoryFileSystemCausesCountedLosses() throws Exception {
    fillFileSystem("64k", true);
    fillFileSystem("1m", false);
  }

  private void fillFileSystem(String size, boolean tooSmall) throws Exception {
    Path mount = place.shared();
    assertThat(run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", mount.toString()))
        .isZero();
    try (LogBuffer memory = place.open(MOST)) {
      assertThat(Files.exists(place.onDisk())).isEqualTo(tooSmall);
      LogStream stream = memory.stream("1-out", MOST);
      for (int i = 0; i < 100; i++) {
        print(memory, "0123456789\n".repeat(5000));
      }
      assertThat(stream.droppedTotals().lines() * 11 + stream.waitingBytes()).isEqualTo(5_500_000);
      stream.forget();
    } finally {
      assertThat(run("umount", "-l", mount.toString())).isZero();
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).start().waitFor();
  }
}
