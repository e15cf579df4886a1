package io.jpm.logs.buffer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// The reference to a home's log buffer, stored in a file in the home.
///
/// @param file the file that backs the buffer
/// @param inode the inode number of that file
/// @param bootId the boot id of the machine when the buffer was created
record BufferReference(Path file, long inode, String bootId) {
  /// Atomically writes the reference to the file `place`.
  void write(Path place) throws IOException {
    Path next = place.resolveSibling(place.getFileName() + ".new");
    Files.deleteIfExists(next);
    Files.createFile(
        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        next, "%s\n%d\n%s\n".formatted(file, inode, bootId), StandardOpenOption.WRITE);
    Files.move(next, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Reads the reference in the file `place`.
  ///
  /// @throws IOException if the file does not exist or does not contain a valid reference
  static BufferReference read(Path place) throws IOException {
    try {
      List<String> lines = Files.readAllLines(place);
      return new BufferReference(Path.of(lines.get(0)), Long.parseLong(lines.get(1)), lines.get(2));
    } catch (IndexOutOfBoundsException | IllegalArgumentException rubbish) {
      throw new IOException(
          place + " does not contain a valid reference to the log buffer", rubbish);
    }
  }
}
