package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.RunAs;
import io.jpm.os.AppendFile;
import io.jpm.os.AppendFile.AppendResult;
import io.jpm.os.AppendFile.Problem;
import io.jpm.os.LogDiskContract;
import io.jpm.os.LogFileSystem;
import io.jpm.os.linux.credentials.UserDatabase;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.log.LinuxLogDisk;
import io.jpm.testing.Need;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Log files by system calls. Tests of what only root can set up run as root only.
class LogFileSystemTest extends LogDiskContract {
  private static final RunAs NOBODY =
      new RunAs(Optional.of("nobody"), Optional.empty(), OptionalInt.of(19), OptionalInt.of(0777));

  @Override
  protected LogFileSystem newDisk() {
    return new LinuxLogDisk();
  }

  /// Space on the disk counts, not the size that `ls` shows.
  @Test
  void sizeIsTheAllocatedSpaceWithoutHoles() throws IOException {
    Path sparse = dir.resolve("sparse.log");
    try (AppendFile file = disk.open(sparse, RunAs.DAEMON)) {
      append(file, "some");
      file.truncate(50L << 30);
      assertThat(file.size()).isEqualTo(50L << 30);
      assertThat(file.allocated()).isLessThan(1 << 20);
    }
    Files.write(dir.resolve("full.log"), new byte[3 << 20]);
    Map<String, Long> sizes =
        disk.list(dir, RunAs.DAEMON).stream()
            .collect(Collectors.toMap(LogFileSystem.Entry::name, LogFileSystem.Entry::size));
    assertThat(sizes.get("sparse.log")).isLessThan(1 << 20);
    assertThat(sizes.get("full.log")).isGreaterThanOrEqualTo(3 << 20);
  }

  @Test
  void fullDiskIsReported() throws IOException {
    try (AppendFile file = open(Path.of("/dev/full"))) {
      assertThat(file.append(List.of(bytes("lost")))).isEqualTo(new AppendResult(0, Problem.FULL));
      assertThat(file.append(List.of(bytes("lost"), bytes("too"))))
          .isEqualTo(new AppendResult(0, Problem.FULL));
      assertThat(file.isRegular()).isFalse();
    }
  }

  @Test
  void fileAtItsMaximumSizeIsReportedAsFull() throws IOException {
    try (AppendFile file = open(dir.resolve("a.log"))) {
      long largest = 0;
      for (long step = 1L << 62; step > 0; step >>= 1) {
        largest = canTruncate(file, largest + step) ? largest + step : largest;
      }
      file.truncate(largest);

      assertThat(file.append(List.of(bytes("x")))).isEqualTo(new AppendResult(0, Problem.FULL));
    }
  }

  private static boolean canTruncate(AppendFile file, long size) {
    try {
      file.truncate(size);
      return true;
    } catch (IOException tooLarge) {
      return false;
    }
  }

  @Test
  void fullPipeWithoutAReaderIsBusy() throws IOException {
    Path target = dir.resolve("target");
    assertThat(Libc.mkfifo(target, 0600)).isZero();
    try (AppendFile file = open(target)) {
      ByteBuffer much = ByteBuffer.allocateDirect(1_000_000);
      AppendResult first = file.append(List.of(much));

      assertThat(first.bytes()).isBetween(1, 999_999);
      assertThat(first.problem()).isEqualTo(Problem.NONE);
      assertThat(file.append(List.of(much))).isEqualTo(new AppendResult(0, Problem.BUSY));
      assertThat(file.isRegular()).isFalse();
      try (InputStream reader = new FileInputStream(target.toFile())) {
        reader.readNBytes(first.bytes());
        append(file, "goes on");
      }
    }
  }

  @Test
  void pipeWithAReaderIsOpenedForWritingOnly() throws IOException {
    Path target = dir.resolve("target");
    assertThat(Libc.mkfifo(target, 0600)).isZero();
    int reader = Libc.open(target, Libc.O_RDONLY | Libc.O_NONBLOCK, 0);
    try (AppendFile file = open(target)) {
      append(file, "read");
      Libc.close(reader);

      assertThat(file.append(List.of(bytes("x")))).isEqualTo(new AppendResult(0, Problem.BROKEN));
    }
  }

  @Test
  void pipeIsNeitherReadNorTruncated() {
    Path target = dir.resolve("target");
    assertThat(Libc.mkfifo(target, 0600)).isZero();

    assertThatThrownBy(() -> disk.read(target, RunAs.DAEMON))
        .hasMessage("the log file " + target + " is not a regular file");
    assertThatThrownBy(() -> disk.create(target, RunAs.DAEMON))
        .hasMessage("the log file " + target + " is not a regular file");
  }

  @Test
  void heapBufferAndClosedFileAreRejected() throws IOException {
    AppendFile file = open(dir.resolve("a.log"));

    assertThatThrownBy(() -> file.append(List.of(ByteBuffer.allocate(1))))
        .isInstanceOf(IllegalArgumentException.class);
    file.close();
    file.close();
    assertThatThrownBy(() -> file.append(List.of(bytes("x"))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void newFilesAreNotAccessibleToOthers() throws IOException {
    open(dir.resolve("a.log")).close();
    disk.create(dir.resolve("a.gz"), RunAs.DAEMON).close();

    for (String name : List.of("a.log", "a.gz")) {
      assertThat(Files.getPosixFilePermissions(dir.resolve(name)).toString())
          .contains("OWNER_WRITE")
          .doesNotContain("OTHERS")
          .doesNotContain("GROUP_WRITE");
    }
  }

  @Test
  void descriptorsDoNotLeak() throws IOException {
    useAll();
    long before = descriptors();
    for (int i = 0; i < 20; i++) {
      useAll();
    }

    assertThat(descriptors()).isLessThanOrEqualTo(before);
  }

  private void useAll() throws IOException {
    Path file = dir.resolve("a.log");
    open(file).close();
    disk.read(file, RunAs.DAEMON).close();
    disk.create(file, RunAs.DAEMON).close();
    disk.list(dir, RunAs.DAEMON);
    for (ThrowingCallable wrong :
        List.<ThrowingCallable>of(
            () -> disk.open(dir, RunAs.DAEMON),
            () -> disk.read(dir, RunAs.DAEMON),
            () -> disk.create(Path.of("/dev/null"), RunAs.DAEMON),
            () -> disk.list(file, RunAs.DAEMON))) {
      assertThatThrownBy(wrong).isInstanceOf(IOException.class);
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  // ---------------------------------------------------------------- as another user

  private Path createDirectoryOfNobody() throws IOException {
    Need.assume(Need.ROOT);
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path folder = Files.createDirectory(dir.resolve("nobodys"));
    Files.setAttribute(folder, "unix:uid", UserDatabase.user("nobody").orElseThrow().uid());
    return folder;
  }

  private Path createFileOfRoot() throws IOException {
    Path file = Files.writeString(dir.resolve("secret"), "of root\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  @Test
  void filesAndDirectoriesOfAUserAreCreatedAsThatUser() throws IOException {
    Path folder = createDirectoryOfNobody();
    Path path = folder.resolve("a/b/c.log");
    try (AppendFile file = disk.open(path, NOBODY)) {
      append(file, "text\n");
      assertThat(file.lastByte()).isEqualTo('\n');
      assertThat(file.isInPlace()).isTrue();
    }
    disk.create(path.resolveSibling("c.gz"), NOBODY).close();

    Object nobody = UserDatabase.user("nobody").orElseThrow().uid();
    for (String name : List.of("a", "a/b", "a/b/c.log", "a/b/c.gz")) {
      assertThat(Files.getAttribute(folder.resolve(name), "unix:uid")).as(name).isEqualTo(nobody);
    }
    // The umask of the app does not apply to its log files.
    assertThat(Files.getPosixFilePermissions(path).toString()).contains("OWNER_WRITE");
    assertThat(disk.list(folder.resolve("a/b"), NOBODY)).hasSize(2);
    try (FileChannel channel = disk.read(path, NOBODY)) {
      assertThat(channel.size()).isEqualTo(5);
    }
    disk.rename(path, path.resolveSibling("c.log.1"), NOBODY);
    disk.delete(path.resolveSibling("c.log.1"), NOBODY);
    assertThat(disk.list(folder.resolve("a/b"), NOBODY))
        .containsExactly(new LogFileSystem.Entry("c.gz", 0));
  }

  @Test
  void linkOfAUserGivesNoAccessToFilesOfRoot() throws IOException {
    Path folder = createDirectoryOfNobody();
    Path secret = createFileOfRoot();
    Path link = Files.createSymbolicLink(folder.resolve("app.log"), secret);
    String end = link + ": permission denied for user nobody";

    assertThatThrownBy(() -> disk.open(link, NOBODY)).hasMessage("cannot open the log file " + end);
    assertThatThrownBy(() -> disk.read(link, NOBODY)).hasMessage("cannot read the log file " + end);
    assertThatThrownBy(() -> disk.create(link, NOBODY))
        .hasMessage("cannot open the log file " + end);
    assertThat(secret).hasContent("of root\n");
    // The daemon itself may open the file.
    try (AppendFile file = open(link)) {
      assertThat(file.size()).isEqualTo(8);
    }
  }

  @Test
  void linkOfAUserGivesNoAccessToDirectoriesOfRoot() throws IOException {
    Path folder = createDirectoryOfNobody();
    Path roots = Files.createDirectory(dir.resolve("roots"));
    Path kept = Files.writeString(roots.resolve("kept.log"), "kept\n");
    Files.setPosixFilePermissions(roots, PosixFilePermissions.fromString("rwx------"));
    Path link = Files.createSymbolicLink(folder.resolve("logs"), roots);
    Path own = Files.writeString(folder.resolve("own.log"), "mine\n");

    for (ThrowingCallable attempt :
        List.<ThrowingCallable>of(
            () -> disk.open(link.resolve("new.log"), NOBODY),
            () -> disk.open(link.resolve("a/new.log"), NOBODY),
            () -> disk.create(link.resolve("new.gz"), NOBODY),
            () -> disk.delete(link.resolve("kept.log"), NOBODY),
            () -> disk.rename(own, link.resolve("kept.log"), NOBODY),
            () -> disk.rename(link.resolve("kept.log"), own, NOBODY),
            () -> disk.list(link, NOBODY))) {
      assertThatThrownBy(attempt)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("permission denied for user nobody");
    }
    assertThat(kept).hasContent("kept\n");
    assertThat(own).hasContent("mine\n");
    assertThat(disk.list(roots, RunAs.DAEMON))
        .extracting(LogFileSystem.Entry::name)
        .containsExactly("kept.log");
  }

  @Test
  void unknownUserIsRefused() {
    RunAs unknown =
        new RunAs(
            Optional.of("no-such-user"),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalInt.empty());

    assertThatThrownBy(() -> disk.open(dir.resolve("a.log"), unknown))
        .hasMessageStartingWith("there is no user 'no-such-user'");
    assertThat(dir.resolve("a.log")).doesNotExist();
  }
}
