package io.jpm.os.linux.log;

import io.jpm.model.RunAs;
import io.jpm.os.AppendFile;
import io.jpm.os.LogFileSystem;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.credentials.CredentialThread;
import io.jpm.os.linux.credentials.OpenFileLimit;
import io.jpm.os.linux.libc.DiskCalls;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.OpenedFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;

/// Accesses log files through system calls. Each call that takes a path runs on a thread with the
/// owner's credentials ([CredentialThread]). An open file is inspected and reopened through its
/// descriptor, which always refers to the same file.
public final class LinuxLogDisk implements LogFileSystem {
  private static final int STATVFS_BYTES = 256; // larger than on any architecture (112 on x86-64)

  @Override
  public AppendFile open(Path file, RunAs owner) throws IOException {
    ChildCredentials childCredentials = rights(owner);
    int made = openOrMake(file, childCredentials, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND);
    int fd = OpenFileLimit.ofDaemon().moveUp(made);
    try {
      return new LinuxAppendFile(file, fd, examine(file, fd));
    } catch (IOException e) {
      Libc.close(fd);
      throw e;
    }
  }

  @Override
  public int maxOpenFiles() {
    return OpenFileLimit.ofDaemon().budget().forLogFiles();
  }

  @Override
  public FileChannel read(Path file, RunAs owner) throws IOException {
    ChildCredentials childCredentials = rights(owner);
    int fd =
        CredentialThread.callOn(
            file, childCredentials, path -> DiskCalls.open(path, Libc.O_RDONLY));
    if (fd == -Errno.ENOENT) {
      throw new NoSuchFileException(
          null, null, "cannot read the log file " + file + ": " + Errno.message(Errno.ENOENT));
    } else if (fd < 0) {
      throw failure("cannot read the log file ", file, childCredentials, fd);
    }
    return channel(file, fd, StandardOpenOption.READ);
  }

  @Override
  public FileChannel create(Path file, RunAs owner) throws IOException {
    // The file is truncated only after it is known to be a regular file.
    int fd = openOrMake(file, rights(owner), Libc.O_WRONLY | Libc.O_CREAT);
    return channel(file, fd, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
  }

  @Override
  public void rename(Path from, Path to, RunAs owner) throws IOException {
    ChildCredentials childCredentials = rights(owner);
    int result;
    try (Arena arena = Arena.ofConfined()) {
      long target = DiskCalls.path(arena, to);
      result =
          CredentialThread.callOn(from, childCredentials, path -> DiskCalls.rename(path, target));
    }
    if (result < 0) {
      throw failure("cannot rename the log file " + from + " to ", to, childCredentials, result);
    }
  }

  @Override
  public void delete(Path file, RunAs owner) throws IOException {
    ChildCredentials childCredentials = rights(owner);
    int result = CredentialThread.callOn(file, childCredentials, DiskCalls::unlink);
    if (result < 0 && result != -Errno.ENOENT) {
      throw failure("cannot remove the log file ", file, childCredentials, result);
    }
  }

  @Override
  public List<Entry> list(Path folder, RunAs owner, Predicate<String> wanted) throws IOException {
    ChildCredentials childCredentials = rights(owner);
    int fd =
        CredentialThread.callOn(
            folder,
            childCredentials,
            path -> DiskCalls.open(path, Libc.O_RDONLY | Libc.O_DIRECTORY));
    if (fd == -Errno.ENOENT) {
      return List.of();
    } else if (fd < 0) {
      throw failure("cannot read the directory ", folder, childCredentials, fd);
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(OpenedFile.reopenPath(fd))) {
      List<Entry> entries = new ArrayList<>();
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (entries.size() < MOST_LISTED && wanted.test(name)) {
          FileSpace.of(file).ifPresent(size -> entries.add(new Entry(name, size)));
        }
      }
      return List.copyOf(entries);
    } catch (IOException | DirectoryIteratorException e) {
      throw new IOException("cannot read the directory " + folder + ": " + e.getMessage(), e);
    } finally {
      Libc.close(fd);
    }
  }

  @Override
  public Space space(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(STATVFS_BYTES, Long.BYTES);
      Path at = path.toAbsolutePath();
      int result = DiskCalls.fileSystem(DiskCalls.path(arena, at), answer);
      while ((result == -Errno.ENOENT || result == -Errno.ENOTDIR) && at.getParent() != null) {
        at = at.getParent();
        result = DiskCalls.fileSystem(DiskCalls.path(arena, at), answer);
      }
      if (result < 0) {
        throw failure(
            "cannot determine the free space for ", path, ChildCredentials.DAEMON, result);
      }
      long unit = answer.get(ValueLayout.JAVA_LONG, 8);
      return new Space(
          OpenedFile.at(at).key().device(),
          unit * answer.get(ValueLayout.JAVA_LONG, 32),
          unit * answer.get(ValueLayout.JAVA_LONG, 16));
    }
  }

  private static int openOrMake(Path file, ChildCredentials childCredentials, int flags)
      throws IOException {
    int fd = CredentialThread.callOn(file, childCredentials, path -> DiskCalls.open(path, flags));
    if (fd == -Errno.ENOENT && file.getParent() != null) {
      LogFolder.create(file.getParent(), childCredentials);
      fd = CredentialThread.callOn(file, childCredentials, path -> DiskCalls.open(path, flags));
    }
    if (fd == -Errno.ENXIO) { // a pipe without a reader
      fd =
          CredentialThread.callOn(
              file, childCredentials, path -> DiskCalls.open(path, Libc.O_RDWR));
    }
    if (fd < 0) {
      throw failure("cannot open the log file ", file, childCredentials, fd);
    }
    return fd;
  }

  /// Opens the file that `fd` refers to again, provided that it is a regular file, and closes `fd`.
  private static FileChannel channel(Path file, int fd, OpenOption... options) throws IOException {
    try {
      if (!examine(file, fd).isRegular()) {
        throw new IOException("the log file " + file + " is not a regular file");
      }
      return FileChannel.open(OpenedFile.reopenPath(fd), options);
    } finally {
      Libc.close(fd);
    }
  }

  private static OpenedFile examine(Path file, int fd) throws IOException {
    try {
      return OpenedFile.of(fd);
    } catch (IOException e) {
      throw new IOException("cannot determine the type of the log file " + file, e);
    }
  }

  /// Returns the credentials of the owner, without the other settings that an app is started with.
  private static ChildCredentials rights(RunAs owner) throws IOException {
    return owner.user().isEmpty()
        ? ChildCredentials.DAEMON
        : ChildCredentials.of(
            new RunAs(owner.user(), owner.group(), OptionalInt.empty(), OptionalInt.empty()));
  }

  private static IOException failure(
      String what, Path file, ChildCredentials childCredentials, int result) {
    return new IOException(what + file + ": " + childCredentials.describe(-result));
  }
}
