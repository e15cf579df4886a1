package io.jpm.god.process;

import io.jpm.model.AppName;
import io.jpm.model.process.InstanceId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The directory of thread dumps; keeps the newest [#MOST] of all apps.
///
/// @param directory path of the directory, which is created when first needed
/// @param wallClock for the file names
record DumpFolder(Path directory, InstantSource wallClock) {
  /// Number of dumps that are kept.
  static final int MOST = 20;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss.SSS").withZone(ZoneOffset.UTC);

  /// Writes a dump that only the daemon's user can read, and removes the oldest dumps. Blocking.
  ///
  /// @return the path of the file
  /// @throws IOException if the dump cannot be written
  String store(AppName app, InstanceId id, String text) throws IOException {
    try {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException there) {
      // Exists from an earlier dump.
    }
    Path file =
        directory.resolve(
            app.fileStem() + "-" + id + "-" + TIME.format(wallClock.instant()) + ".txt");
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text, StandardOpenOption.WRITE);
    removeOldest();
    return file.toString();
  }

  private void removeOldest() throws IOException {
    List<Path> newestFirst;
    try (Stream<Path> files = Files.list(directory)) {
      newestFirst =
          files
              .filter(file -> file.toString().endsWith(".txt"))
              .sorted(Comparator.comparing(DumpFolder::time).reversed())
              .toList();
    }
    for (Path old : newestFirst.stream().skip(MOST).toList()) {
      Files.deleteIfExists(old);
    }
  }

  /// Returns the time from the file name, because copying a file may change its modification time.
  private static String time(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(Math.max(0, name.length() - "yyyyMMdd-HHmmss.SSS.txt".length()));
  }
}
