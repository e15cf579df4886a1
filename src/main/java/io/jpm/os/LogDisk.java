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

/// Log files as the operating system sees them. Every method may block for as long as the disk
/// likes, and throws [IOException] with a sentence for the user that names the path and the reason.
///
/// `owner` says with whose rights a path is walked: an app that runs as another user must not lead
/// a daemon that runs as root to the files of a third one, by links for example. With a user all of
/// it happens as that user; without one as the daemon.
public interface LogDisk {
  /// Opens a file for appending, makes it (mode 0640) and its folders where they do not exist.
  ///
  /// A pipe or a terminal is opened without waiting for a reader.
  AppendFile open(Path file, RunAs owner) throws IOException;

  /// Opens a file for reading; what is not a regular file is refused.
  ///
  /// @throws java.nio.file.NoSuchFileException when there is none
  FileChannel read(Path file, RunAs owner) throws IOException;

  /// Makes an empty file (mode 0640) for writing, and its folders where they do not exist; a file
  /// that exists is emptied, what is not a regular file is refused.
  FileChannel create(Path file, RunAs owner) throws IOException;

  /// Renames within a folder; a file of the new name is replaced.
  void rename(Path from, Path to, RunAs owner) throws IOException;

  /// Removes a file; one that is not there is no failure.
  void delete(Path file, RunAs owner) throws IOException;

  /// The regular files in a folder; none where there is no folder. Links are left out. A folder may
  /// be full of other people's files: of those that are asked for [#MOST_LISTED] are listed.
  ///
  /// @param wanted which names are asked for
  List<Entry> list(Path folder, RunAs owner, Predicate<String> wanted) throws IOException;

  /// As [#list] for all names.
  default List<Entry> list(Path folder, RunAs owner) throws IOException {
    return list(folder, owner, _ -> true);
  }

  /// How many files of a folder are listed.
  int MOST_LISTED = 20_000;

  /// The file system that `path`, or the next folder above it that exists, is on.
  Space space(Path path) throws IOException;

  /// How many descriptors log files may keep open between two writes.
  default int mostOpen() {
    return 64;
  }

  /// One file of a folder.
  ///
  /// @param name without the folder
  /// @param size bytes that it takes on the disk, where the system tells; holes do not count
  record Entry(String name, long size) {
    /// The file as an entry of its folder, with its length as size; empty where it is no regular
    /// file, or gone meanwhile.
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

  /// A file system.
  ///
  /// @param device its number, `st_dev`
  /// @param free bytes that an ordinary user may still write
  /// @param total bytes it has
  record Space(long device, long free, long total) {}
}
