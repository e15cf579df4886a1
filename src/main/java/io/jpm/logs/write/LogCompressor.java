package io.jpm.logs.write;

import io.jpm.logs.files.LogFileNames;
import io.jpm.os.LogFileSystem;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPOutputStream;

/// Compresses rotated log files with gzip. The original is deleted only after the compressed file
/// is complete, so no output is lost if the daemon dies in between.
final class LogCompressor {
  private static final Logger LOG = System.getLogger("jpm.logs");
  private static final int BLOCK = 64 * 1024;

  /// The maximum ratio of a file's length to its size on the disk, not counting [#LENGTH_TO_SPARE].
  /// Reading a file that consists mostly of holes could take hours.
  private static final int MOST_HOLES = 16;

  private static final long LENGTH_TO_SPARE = 16L << 20;

  private final LogFileSystem disk;
  private final BooleanSupplier isOver;

  /// The files that could not be compressed. This daemon does not try to compress them again.
  private final Set<Path> given = new HashSet<>();

  LogCompressor(LogFileSystem disk, BooleanSupplier isOver) {
    this.disk = disk;
    this.isOver = isOver;
  }

  /// Returns the files that are not compressed yet, newest first, because the oldest files may soon
  /// be deleted.
  List<RotatedLogFile> uncompressed(List<RotatedLogFile> rotated) {
    return rotated.stream()
        .filter(it -> !LogFileNames.isCompressed(it.path()) && !given.contains(it.path()))
        .sorted(RotatedLogFile.OLDEST_FIRST.reversed())
        .toList();
  }

  void compress(RotatedLogFile plain) {
    Path packed = LogFileNames.compressed(plain.path());
    Path part = packed.resolveSibling(packed.getFileName() + ".part");
    var owner = plain.owner();
    try {
      if (copy(plain, part)) {
        disk.rename(part, packed, owner);
        disk.delete(plain.path(), owner);
      } else {
        disk.delete(part, owner);
      }
    } catch (IOException failure) {
      given.add(plain.path());
      LOG.log(Level.WARNING, "cannot compress {0}: {1}", plain.path(), failure.getMessage());
      try {
        disk.delete(part, owner);
      } catch (IOException again) {
        LOG.log(Level.WARNING, "{0}", again.getMessage());
      }
    }
  }

  /// Compresses `plain` into the file `part`.
  ///
  /// @return false if the compression was canceled because the daemon is stopping
  private boolean copy(RotatedLogFile plain, Path part) throws IOException {
    var owner = plain.owner();
    byte[] block = new byte[BLOCK];
    long left = plain.size() * MOST_HOLES + LENGTH_TO_SPARE;
    try (FileChannel from = disk.read(plain.path(), owner);
        FileChannel to = disk.create(part, owner);
        InputStream in = Channels.newInputStream(from)) {
      try (GZIPOutputStream gzip = new GZIPOutputStream(Channels.newOutputStream(to), BLOCK)) {
        for (int count = in.read(block); count >= 0; count = in.read(block)) {
          if (isOver.getAsBoolean()) {
            return false;
          }
          left -= count;
          if (left < 0) {
            throw new IOException("it consists mostly of holes");
          }
          gzip.write(block, 0, count);
        }
        gzip.finish();
        to.force(false);
      }
    }
    return true;
  }
}
