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

/// Opens, renames, lists and deletes log files. Every method may block for as long as the disk
/// takes, and throws [IOException] with a message for the user that contains the path and the
/// reason.
///
/// `owner` determines the credentials with which a path is resolved. An app that runs as another
/// user must not be able to lead a daemon that runs as root to files of a third user, for example
/// by links. With a user, every access happens as that user; without one, as the daemon.
public interface LogFileSystem {
  /// Opens a file for appending. Creates it (mode 0640) and its directories if they do not exist.
  ///
  /// A pipe or a terminal is opened without waiting for a reader.
  AppendFile open(Path file, RunAs owner) throws IOException;

  /// Opens a file for reading; a file that is not regular is refused.
  ///
  /// @throws java.nio.file.NoSuchFileException if the file does not exist
  FileChannel read(Path file, RunAs owner) throws IOException;

  /// Creates an empty file (mode 0640) for writing, and its directories if they do not exist. An
  /// existing file is truncated; a file that is not regular is refused.
  FileChannel create(Path file, RunAs owner) throws IOException;

  /// Renames a file within its directory; an existing file with the new name is replaced.
  void rename(Path from, Path to, RunAs owner) throws IOException;

  /// Deletes a file; succeeds if the file does not exist.
  void delete(Path file, RunAs owner) throws IOException;

  /// Returns the regular files in a directory; an empty list if the directory does not exist. Links
  /// are left out. Because the directory may be full of other files, at most [#MOST_LISTED] files
  /// with a wanted name are returned.
  ///
  /// @param wanted selects files by their names
  List<Entry> list(Path folder, RunAs owner, Predicate<String> wanted) throws IOException;

  /// Returns the regular files with any name, as [#list(Path, RunAs, Predicate)] does.
  default List<Entry> list(Path folder, RunAs owner) throws IOException {
    return list(folder, owner, _ -> true);
  }

  /// Maximum number of files of a directory that are listed.
  int MOST_LISTED = 20_000;

  /// Returns the space of the file system that contains `path`, or its nearest ancestor that
  /// exists.
  Space space(Path path) throws IOException;

  /// Returns how many descriptors log files may keep open between two writes.
  default int maxOpenFiles() {
    return 64;
  }

  /// One file of a directory.
  ///
  /// @param name without the directory
  /// @param size bytes that it occupies on the disk, without holes, if the system reports that
  record Entry(String name, long size) {
    /// Returns the entry for `file`, with the length of the file as its size; empty if it is not a
    /// regular file or no longer exists.
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

  /// The space of a file system.
  ///
  /// @param device its number, `st_dev`
  /// @param free bytes that an unprivileged user can still write
  /// @param total total size in bytes
  record Space(long device, long free, long total) {}
}
