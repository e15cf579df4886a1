package io.jpm.os.portable;

import io.jpm.model.RunAs;
import io.jpm.os.AppendFile;
import io.jpm.os.LogFileSystem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Accesses log files through the JDK. It offers weaker guarantees than the Linux implementation:
///
/// - An owner that names a user is rejected, because no app can run as another user.
/// - Pipes and terminals are rejected, because the JDK would wait for their other end.
/// - The daemon's umask determines the mode of a new file.
final class PortableLogFileSystem implements LogFileSystem {
  private static final Path NOTHING = Path.of("/dev/null");

  /// Numbers assigned to files, for systems that do not provide inode numbers. Guarded by itself.
  private final Map<Path, Long> numbers = new HashMap<>();

  @Override
  public AppendFile open(Path file, RunAs owner) throws IOException {
    refuseUser(file, owner);
    return attempt(
        "cannot open the log file ",
        file,
        () -> {
          refuseSpecial(file);
          FileChannel channel =
              openOrMake(
                  file,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.APPEND);
          try {
            return new PortableAppendFile(this, file, channel, key(file));
          } catch (IOException e) {
            channel.close();
            throw e;
          }
        });
  }

  @Override
  public FileChannel read(Path file, RunAs owner) throws IOException {
    refuseUser(file, owner);
    return attempt(
        "cannot read the log file ",
        file,
        () -> {
          requireRegular(file);
          return FileChannel.open(file, StandardOpenOption.READ);
        });
  }

  @Override
  public FileChannel create(Path file, RunAs owner) throws IOException {
    refuseUser(file, owner);
    return attempt(
        "cannot open the log file ",
        file,
        () -> {
          if (Files.exists(file)) {
            requireRegular(file);
          }
          return openOrMake(
              file,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING);
        });
  }

  @Override
  public void rename(Path from, Path to, RunAs owner) throws IOException {
    refuseUser(from, owner);
    attempt(
        "cannot rename the log file " + from + " to ",
        to,
        () -> Files.move(from, to, StandardCopyOption.REPLACE_EXISTING));
  }

  @Override
  public void delete(Path file, RunAs owner) throws IOException {
    refuseUser(file, owner);
    attempt("cannot remove the log file ", file, () -> Files.deleteIfExists(file));
  }

  @Override
  public List<Entry> list(Path folder, RunAs owner, Predicate<String> wanted) throws IOException {
    refuseUser(folder, owner);
    return attempt(
        "cannot read the directory ",
        folder,
        () -> {
          List<Entry> entries = new ArrayList<>();
          try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
              if (entries.size() < MOST_LISTED && wanted.test(String.valueOf(file.getFileName()))) {
                Entry.of(file).ifPresent(entries::add);
              }
            }
          } catch (NoSuchFileException none) {
            return List.of();
          } catch (DirectoryIteratorException e) {
            throw e.getCause();
          }
          return List.copyOf(entries);
        });
  }

  @Override
  public Space space(Path path) throws IOException {
    return attempt(
        "cannot determine the free space for ",
        path,
        () -> {
          Path at = path.toAbsolutePath();
          while (!Files.exists(at) && at.getParent() != null) {
            at = at.getParent();
          }
          long device =
              hasNumbers(at) ? key(at).device() : Files.getFileStore(at).name().hashCode();
          return new Space(device, at.toFile().getUsableSpace(), at.toFile().getTotalSpace());
        });
  }

  /// Returns the identity of the file that `path` currently refers to.
  AppendFile.Key key(Path path) throws IOException {
    if (hasNumbers(path)) {
      Map<String, Object> about = Files.readAttributes(path, "unix:dev,ino");
      if (about.get("dev") instanceof Number device && about.get("ino") instanceof Number inode) {
        return new AppendFile.Key(device.longValue(), inode.longValue());
      }
    }
    Path real = path.toRealPath();
    synchronized (numbers) {
      return new AppendFile.Key(-1, numbers.computeIfAbsent(real, _ -> numbers.size() + 1L));
    }
  }

  private static boolean hasNumbers(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  private static FileChannel openOrMake(Path file, OpenOption... options) throws IOException {
    for (Path at = file.getParent(); at != null && !Files.isDirectory(at); at = at.getParent()) {
      if (Files.exists(at)) {
        throw new NotDirectoryException(
            at.toString()); // the JDK would report only the system's message
      }
    }
    Path folder = file.getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
    return FileChannel.open(file, options);
  }

  private static void refuseUser(Path file, RunAs owner) throws IOException {
    if (owner.user().isPresent()) {
      throw new IOException(
          "cannot use the log file "
              + file
              + " as user "
              + owner.user().get()
              + " on this system: remove uid");
    }
  }

  private static void refuseSpecial(Path file) throws IOException {
    if (Files.exists(file) && !file.equals(NOTHING)) {
      requireRegular(file);
    }
  }

  private static void requireRegular(Path file) throws IOException {
    BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
    if (!about.isRegularFile()) {
      throw new FileSystemException(
          file.toString(),
          null,
          about.isDirectory() ? "it is a directory" : "it is not a regular file");
    }
  }

  private interface Attempt<T> {
    T make() throws IOException;
  }

  /// Runs `attempt` and adds the reason to the message of an exception. The JDK's exceptions name
  /// the file, but often indicate the reason only by their type.
  private static <T> T attempt(String what, Path file, Attempt<T> attempt) throws IOException {
    try {
      return attempt.make();
    } catch (NoSuchFileException e) {
      NoSuchFileException none =
          new NoSuchFileException(null, null, what + file + ": it does not exist");
      none.initCause(e);
      throw none;
    } catch (FileSystemException e) {
      throw new IOException(what + file + ": " + reason(e), e);
    } catch (IOException e) {
      throw new IOException(what + file + ": " + e.getMessage(), e);
    }
  }

  private static String reason(FileSystemException e) {
    if (e.getReason() != null) {
      return e.getReason();
    }
    return switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case NotDirectoryException _ -> e.getFile() + " is not a directory";
      default -> e.getClass().getSimpleName();
    };
  }
}
