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

/// The directory of thread dumps, which keeps the newest [#MOST] dumps of all apps.
///
/// @param directory the path of the directory, which is created when it is first needed
/// @param wallClock the clock for the timestamps in the file names
record DumpFolder(Path directory, InstantSource wallClock) {
  /// The number of dumps that are kept.
  static final int MOST = 20;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss.SSS").withZone(ZoneOffset.UTC);

  /// Writes a dump that only the daemon's user can read, and deletes the oldest dumps. Blocking.
  ///
  /// @return the path of the file
  /// @throws IOException if the dump cannot be written
  String store(AppName app, InstanceId id, String text) throws IOException {
    try {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException there) {
      // The directory exists from an earlier dump.
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

  /// Returns the timestamp in the file name. The modification time is not used, because copying a
  /// file may change it.
  private static String time(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(Math.max(0, name.length() - "yyyyMMdd-HHmmss.SSS.txt".length()));
  }
}
