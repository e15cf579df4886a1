package io.jpm.logs.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// The file in the home that says where the memory is.
///
/// @param file the memory
/// @param inode the memory's inode number
/// @param bootId during which life of the machine it was made
record MemoryRecord(Path file, long inode, String bootId) {
  /// Writes it down, at once and as a whole.
  void write(Path place) throws IOException {
    Path next = place.resolveSibling(place.getFileName() + ".new");
    Files.deleteIfExists(next);
    Files.createFile(
        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        next, "%s\n%d\n%s\n".formatted(file, inode, bootId), StandardOpenOption.WRITE);
    Files.move(next, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Reads what was written down.
  ///
  /// @throws IOException where it is no such record
  static MemoryRecord read(Path place) throws IOException {
    try {
      List<String> lines = Files.readAllLines(place);
      return new MemoryRecord(Path.of(lines.get(0)), Long.parseLong(lines.get(1)), lines.get(2));
    } catch (IndexOutOfBoundsException | IllegalArgumentException rubbish) {
      throw new IOException(place + " is not readable", rubbish);
    }
  }
}
