package io.jpm.os;

import io.jpm.model.RunAs;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Opens, renames, lists and deletes log files. All methods may block on disk I/O. The message of
/// an [IOException] is for the user and contains the path and the reason.
///
/// `owner` determines the credentials with which a path is resolved: those of the user that it
/// names, or those of the daemon if it does not name a user. This prevents an app that runs as
/// another user from leading a daemon that runs as root to files of a third user, for example
/// through links.
public interface LogFileSystem {
  /// Opens a file for appending. Creates the file (mode 0640) and its directories if they do not
  /// exist.
  ///
  /// Opening a pipe or a terminal does not wait for a reader.
  AppendFile open(Path file, RunAs owner) throws IOException;

  /// Opens a file for reading; a file that is not regular is rejected.
  ///
  /// @throws java.nio.file.NoSuchFileException if the file does not exist
  FileChannel read(Path file, RunAs owner) throws IOException;

  /// Creates an empty file (mode 0640) for writing, and its directories if they do not exist. An
  /// existing file is truncated; a file that is not regular is rejected.
  FileChannel create(Path file, RunAs owner) throws IOException;

  /// Renames a file within its directory; an existing file with the new name is replaced.
  void rename(Path from, Path to, RunAs owner) throws IOException;

  /// Deletes a file; succeeds if the file does not exist.
  void delete(Path file, RunAs owner) throws IOException;

  /// Returns the regular files in a directory, without symbolic links; an empty list if the
  /// directory does not exist. Returns at most [#MOST_LISTED] files, because the directory may
  /// contain many unrelated files.
  ///
  /// @param wanted selects files by name
  List<Entry> list(Path folder, RunAs owner, Predicate<String> wanted) throws IOException;

  /// Returns the regular files in a directory regardless of their names, like [#list(Path, RunAs,
  /// Predicate)].
  default List<Entry> list(Path folder, RunAs owner) throws IOException {
    return list(folder, owner, _ -> true);
  }

  /// Maximum number of files listed per directory.
  int MOST_LISTED = 20_000;

  /// Returns the disk space of the file system that contains `path` or, if it does not exist, its
  /// nearest existing ancestor.
  Space space(Path path) throws IOException;

  /// Returns the number of descriptors that log files may keep open between two writes.
  default int maxOpenFiles() {
    return 64;
  }

  /// A file in a directory.
  ///
  /// @param name the file name without the directory
  /// @param size the number of bytes that the file occupies on the disk, without holes; its length
  ///   if the system does not report this
  record Entry(String name, long size) {
    /// Returns the entry for `file`, with its length as the size; empty if it is not a regular file
    /// or no longer exists.
    public static Optional<Entry> of(Path file) throws IOException {
      try {
        BasicFileAttributes about =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Path name = file.getFileName();
        return about.isRegularFile() && name != null
            ? Optional.of(new Entry(name.toString(), about.size()))
            : Optional.empty();
      } catch (NoSuchFileException goneMeanwhile) {
        return Optional.empty();
      }
    }
  }

  /// The disk space of a file system.
  ///
  /// @param device the device number, `st_dev`
  /// @param free the number of bytes that an unprivileged user can still write
  /// @param total the total size in bytes
  record Space(long device, long free, long total) {}
}
