package io.jpm.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.RunAs;
import io.jpm.os.AppendFile.AppendResult;
import io.jpm.os.AppendFile.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The contract of every log file system.
@Timeout(60)
public abstract class LogDiskContract {
  protected LogFileSystem disk;
  protected Path dir;

  protected abstract LogFileSystem newDisk();

  @BeforeEach
  void make(@TempDir Path folder) {
    dir = folder;
    disk = newDisk();
  }

  protected static ByteBuffer bytes(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  protected static void append(AppendFile file, String text) {
    assertThat(file.append(List.of(bytes(text))))
        .isEqualTo(new AppendResult(text.length(), Problem.NONE));
  }

  protected AppendFile open(Path file) throws IOException {
    return disk.open(file, RunAs.DAEMON);
  }

  @Test
  void appendCreatesMissingDirectories() throws IOException {
    Path path = dir.resolve("a/b/c.log");
    try (AppendFile file = open(path)) {
      append(file, "one\n");
      append(file, "two\n");
      assertThat(file.isRegular()).isTrue();
      assertThat(file.size()).isEqualTo(8);
    }
    try (AppendFile file = open(path)) {
      append(file, "three\n");
    }

    assertThat(path).hasContent("one\ntwo\nthree\n");
  }

  @Test
  void appendContinuesAtTheEndAfterChangesByOthers() throws IOException {
    Path path = dir.resolve("a.log");
    try (AppendFile file = open(path)) {
      append(file, "a long line before\n");
      Files.write(path, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
      append(file, "after\n");
      Files.writeString(path, "by another\n", StandardOpenOption.APPEND);
      append(file, "at the end\n");

      assertThat(path).hasContent("after\nby another\nat the end\n");
      assertThat(file.size()).isEqualTo(Files.size(path));
    }
  }

  @Test
  void linkedFileHasTheSameKeyAndIsNotOverwritten() throws IOException {
    Path path = dir.resolve("a.log");
    Path link = dir.resolve("link.log");
    Files.createSymbolicLink(link, path);
    try (AppendFile one = open(path);
        AppendFile other = open(link);
        AppendFile stranger = open(dir.resolve("b.log"))) {
      for (int i = 0; i < 100; i++) {
        append(one, "one\n");
        append(other, "other\n");
      }

      assertThat(other.key()).isEqualTo(one.key()).isNotEqualTo(stranger.key());
    }
    assertThat(path).hasContent("one\nother\n".repeat(100));
  }

  @Test
  void severalBuffersAreWrittenAtOnceAndNotModified() throws IOException {
    Path path = dir.resolve("a.log");
    ByteBuffer half = bytes("xxhalf\nyy").position(2).limit(7);
    List<ByteBuffer> pieces = List.of(bytes("first\n"), half, bytes(""), bytes("last\n"));
    try (AppendFile file = open(path)) {
      assertThat(file.append(pieces)).isEqualTo(new AppendResult(16, Problem.NONE));
      assertThat(file.append(List.of())).isEqualTo(new AppendResult(0, Problem.NONE));
    }

    assertThat(half.position()).isEqualTo(2);
    assertThat(half.remaining()).isEqualTo(5);
    assertThat(path).hasContent("first\nhalf\nlast\n");
  }

  @Test
  void remainingBuffersAreWrittenByTheNextAppend() throws IOException {
    Path path = dir.resolve("a.log");
    List<ByteBuffer> left = new ArrayList<>(Collections.nCopies(500, bytes("line\n")));
    try (AppendFile file = open(path)) {
      while (!left.isEmpty()) {
        AppendResult appendResult = file.append(left);
        assertThat(appendResult.problem()).isEqualTo(Problem.NONE);
        assertThat(appendResult.bytes()).isPositive();
        assertThat(appendResult.bytes() % 5).isZero();
        left = left.subList(appendResult.bytes() / 5, left.size());
      }
    }

    assertThat(path).hasContent("line\n".repeat(500));
  }

  @Test
  void lastByteIsReportedAndFileCanBeTruncated() throws IOException {
    Path path = dir.resolve("a.log");
    try (AppendFile file = open(path)) {
      assertThat(file.lastByte()).isEqualTo('\n');
      append(file, "one\ntw");
      assertThat(file.lastByte()).isEqualTo('w');
      file.truncate(4);
      assertThat(file.lastByte()).isEqualTo('\n');
      append(file, "three\n");
      assertThat(path).hasContent("one\nthree\n");
      file.truncate(0);
      assertThat(file.size()).isZero();
    }
  }

  @Test
  void renamedReplacedOrDeletedFileIsNotInPlace() throws IOException {
    Path path = dir.resolve("a.log");
    try (AppendFile file = open(path)) {
      assertThat(file.isInPlace()).isTrue();
      disk.rename(path, dir.resolve("a.log.1"), RunAs.DAEMON);
      assertThat(file.isInPlace()).isFalse();
      Files.writeString(path, "a new one");
      assertThat(file.isInPlace()).isFalse();
      disk.rename(dir.resolve("a.log.1"), path, RunAs.DAEMON);
      assertThat(file.isInPlace()).isTrue();
      disk.delete(path, RunAs.DAEMON);
      assertThat(file.isInPlace()).isFalse();
    }
  }

  @Test
  void devNullAcceptsEverything() throws IOException {
    try (AppendFile file = open(Path.of("/dev/null"))) {
      append(file, "x".repeat(1_000_000));

      assertThat(file.isRegular()).isFalse();
      assertThat(file.size()).isZero();
      assertThat(file.lastByte()).isEqualTo('\n');
      assertThat(file.isInPlace()).isTrue();
      file.truncate(0);
    }
  }

  @Test
  void openFileCanBeReadAfterItsDeletion() throws IOException {
    Path path = Files.writeString(dir.resolve("a.log"), "content");
    ByteBuffer target = ByteBuffer.allocate(20);
    try (FileChannel channel = disk.read(path, RunAs.DAEMON)) {
      Files.delete(path);
      assertThat(channel.size()).isEqualTo(7);
      assertThat(channel.read(target, 0)).isEqualTo(7);
    }
    assertThat(new String(target.array(), 0, 7, StandardCharsets.UTF_8)).isEqualTo("content");
  }

  @Test
  void unreadableFileIsReportedWithItsPath() {
    Path missing = dir.resolve("missing.log");

    assertThatThrownBy(() -> disk.read(missing, RunAs.DAEMON))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage("cannot read the log file " + missing + ": it does not exist");
    assertThatThrownBy(() -> disk.read(dir, RunAs.DAEMON))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(dir.toString());
    assertThatThrownBy(() -> disk.read(Path.of("/dev/zero"), RunAs.DAEMON))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/dev/zero")
        .hasMessageContaining("not a regular file");
  }

  @Test
  void createMakesOrEmptiesAFile() throws IOException {
    Path path = dir.resolve("new/a.gz");
    for (String text : List.of("a long content", "short")) {
      try (FileChannel channel = disk.create(path, RunAs.DAEMON)) {
        channel.write(bytes(text));
      }
      assertThat(path).hasContent(text);
    }
    assertThatThrownBy(() -> disk.create(Path.of("/dev/null"), RunAs.DAEMON))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/dev/null");
  }

  @Test
  void renameReplacesAndDeleteIsIdempotent() throws IOException {
    Path one = Files.writeString(dir.resolve("one"), "1");
    Path other = Files.writeString(dir.resolve("other"), "2");
    disk.rename(one, other, RunAs.DAEMON);

    assertThat(other).hasContent("1");
    assertThat(one).doesNotExist();
    disk.delete(other, RunAs.DAEMON);
    disk.delete(other, RunAs.DAEMON);
    assertThat(other).doesNotExist();
    assertThatThrownBy(() -> disk.rename(one, other, RunAs.DAEMON))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(one.toString())
        .hasMessageContaining("it does not exist");
  }

  @Test
  void listContainsOnlyRegularFiles() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("logs"));
    Files.writeString(folder.resolve("a.log"), "four");
    Files.writeString(folder.resolve("a.log.1"), "");
    Files.createDirectory(folder.resolve("folder"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("a.log"));

    assertThat(disk.list(folder, RunAs.DAEMON))
        .extracting(LogFileSystem.Entry::name)
        .containsExactlyInAnyOrder("a.log", "a.log.1");
    assertThat(disk.list(folder, RunAs.DAEMON, name -> name.endsWith(".1")))
        .containsExactly(new LogFileSystem.Entry("a.log.1", 0));
    assertThat(disk.list(dir.resolve("no/folder"), RunAs.DAEMON)).isEmpty();
    assertThatThrownBy(() -> disk.list(folder.resolve("a.log"), RunAs.DAEMON))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot read the directory " + folder.resolve("a.log"));
  }

  @Test
  void spaceIsThatOfTheFileSystemOfTheFile() throws IOException {
    LogFileSystem.Space space = disk.space(dir.resolve("not/yet/there.log"));

    assertThat(space)
        .satisfies(one -> {
          assertThat(one.free()).isBetween(1L, one.total());
          assertThat(one.device()).isEqualTo(Files.getAttribute(dir, "unix:dev"));
        });
    assertThat(space.total()).isEqualTo(Files.getFileStore(dir).getTotalSpace());
    assertThat(disk.space(Path.of("/proc/self")).device()).isNotEqualTo(space.device());
  }

  @Test
  void directoryInPlaceOfTheFileIsReported() {
    assertThatThrownBy(() -> open(dir))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot open the log file " + dir + ": it is a directory");
  }

  @Test
  void fileInPlaceOfADirectoryIsReported() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "");

    assertThatThrownBy(() -> open(file.resolve("a/b.log")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("not a directory");
  }
}
