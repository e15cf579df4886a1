package io.jpm.logs.read;

import io.jpm.logs.files.LogFileNames;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Opens and lists log files, with the rights that the implementation chooses. Only regular files
/// are opened, because opening a pipe may block forever.
public interface LogFileAccess {
  /// Access with the rights of this process.
  LogFileAccess DIRECT =
      new LogFileAccess() {
        @Override
        public FileChannel open(Path file) throws IOException {
          return opened(file);
        }

        @Override
        public List<String> list(Path folder) {
          List<String> names = new ArrayList<>();
          try (DirectoryStream<Path> files =
              Files.newDirectoryStream(folder, LogFileAccess::isLog)) {
            for (Path file : files) {
              names.add(String.valueOf(file.getFileName()));
              if (names.size() == MOST_LISTED) {
                break;
              }
            }
          } catch (IOException | DirectoryIteratorException unreadable) {
            return List.of();
          }
          return names;
        }
      };

  /// The maximum number of files that are listed per directory, because an app can create any
  /// number of files in its own directory.
  int MOST_LISTED = 20_000;

  /// Reports whether the name of the file is that of a rotated app log or of a daemon log.
  private static boolean isLog(Path file) {
    String name = String.valueOf(file.getFileName());
    return LogFileNames.parse(name).isPresent() || name.startsWith("jpm.log");
  }

  /// Opens a regular file for reading.
  ///
  /// @throws IOException if the file cannot be read or is not a regular file, for example a
  ///   symbolic link
  FileChannel open(Path file) throws IOException;

  /// Returns the names of the rotated logs in a directory; an empty list if the directory cannot be
  /// read.
  List<String> list(Path folder);

  private static FileChannel opened(Path file) throws IOException {
    Object key = regularKey(file);
    FileChannel channel =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    try {
      // The opened file is the examined file only if it is still at the path.
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
      throw new IOException(file + " cannot be read: it is not a regular file");
    }
    return String.valueOf(attributes.fileKey());
  }
}
