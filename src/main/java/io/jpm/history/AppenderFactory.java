package io.jpm.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Opens segments for appending. Tests replace it to simulate a full disk.
interface AppenderFactory {
  /// Permissions of files that only the owner may use.
  FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /// Opens a segment for appending; creates it if it does not exist.
  Appender append(Path file) throws IOException;

  /// An open segment.
  interface Appender extends AutoCloseable {
    /// Writes all of `bytes`. After a failure, some of them may have been written.
    void write(ByteBuffer bytes) throws IOException;

    /// Waits until all written data is on disk.
    void force() throws IOException;

    @Override
    void close() throws IOException;
  }

  /// Opens segments in the file system.
  AppenderFactory FILES =
      file -> {
        FileChannel channel =
            FileChannel.open(
                file, Set.of(StandardOpenOption.APPEND, StandardOpenOption.CREATE), OWNER_ONLY);
        return new Appender() {
          @Override
          public void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
              channel.write(bytes);
            }
          }

          @Override
          public void force() throws IOException {
            channel.force(false);
          }

          @Override
          public void close() throws IOException {
            channel.close();
          }
        };
      };
}
