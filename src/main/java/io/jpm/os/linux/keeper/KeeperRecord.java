package io.jpm.os.linux.keeper;

import io.jpm.model.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/// Reads and writes the file that identifies the keeper process. Its lines are the pid, as in other
/// pid files, then the start time and the boot id.
public final class KeeperRecord {
  private KeeperRecord() {}

  public static void write(Path file, ProcessIdentity keeper) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(next);
    Files.createFile(
        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        next,
        "%d\n%d\n%s\n".formatted(keeper.pid(), keeper.startTime(), keeper.bootId()),
        StandardOpenOption.WRITE);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Returns the recorded keeper, which may have exited; empty if there is no valid record.
  public static Optional<ProcessIdentity> read(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      return Optional.of(
          new ProcessIdentity(
              lines.get(2), Integer.parseInt(lines.get(0)), Long.parseLong(lines.get(1))));
    } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException rubbish) {
      return Optional.empty();
    }
  }
}
