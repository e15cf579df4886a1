package io.jpm.logs.read;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// How log files are reached: with whose rights, and never anything but a regular file, since the
/// opening of a pipe may wait for ever.
public interface LogFileAccess {
  /// With the rights of this process.
  LogFileAccess DIRECT =
      new LogFileAccess() {
        @Override
        public FileChannel open(Path file) throws IOException {
          return opened(file);
        }

        @Override
        public List<String> list(Path folder) {
          String[] names = new File(folder.toString()).list();
          return names == null ? List.of() : List.of(names);
        }
      };

  /// Opens a regular file for reading.
  ///
  /// @throws IOException when it is no regular file, a link for example, or cannot be read
  FileChannel open(Path file) throws IOException;

  /// The names of the files in a folder; none where it cannot be read.
  List<String> list(Path folder);

  private static FileChannel opened(Path file) throws IOException {
    Object key = regularKey(file);
    FileChannel channel =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    try {
      // What was opened is what was looked at only if it still stands there.
      if (!Objects.equals(key, regularKey(file))) {
        throw new NoSuchFileException(file.toString(), null, "it was replaced");
      }
      return channel;
    } catch (IOException replaced) {
      channel.close();
      throw replaced;
    }
  }

  private static Object regularKey(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new IOException(file + " is not read: it is no regular file");
    }
    return String.valueOf(attributes.fileKey());
  }
}
