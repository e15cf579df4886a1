package io.jpm.logs.buffer;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/// Locates and opens the log buffer of a home. The buffer is usually a file in a directory that all
/// users share, so its name is random. An existing file there is used or removed only if the
/// reference in the home names it and no other user can access it.
///
/// @param directory the directory that contains the reference, and also the buffer if it cannot be
///   in memory
/// @param shared a directory of a file system in memory, such as `/dev/shm`
/// @param user the uid of this process
/// @param bootId the boot id of the machine
record BufferLocator(Path directory, Path shared, int user, String bootId) {
  private static final Logger LOG = System.getLogger("jpm.logs");
  private static final int NAME_BYTES = 16;

  static BufferLocator of(Path home) throws IOException {
    Path folder = folderOf(home);
    Files.createDirectories(folder);
    Path self = Path.of("/proc/self");
    Object user = Files.getAttribute(Files.exists(self) ? self : folder, "unix:uid");
    return new BufferLocator(
        folder, Path.of("/dev/shm"), user instanceof Integer number ? number : -1, readBootId());
  }

  /// Reports whether a home has a reference to a buffer.
  static boolean isRecorded(Path home) {
    return Files.exists(record(folderOf(home)));
  }

  private static Path folderOf(Path home) {
    return home.resolve("fifo");
  }

  private static Path record(Path folder) {
    return folder.resolve("memory");
  }

  private static String readBootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException unknown) {
      return "unknown";
    }
  }

  Path record() {
    return record(directory);
  }

  Path onDisk() {
    return directory.resolve("memory.bin");
  }

  LogBuffer open(long mostBytes) throws IOException {
    Optional<LogBuffer> former = takeOver(mostBytes);
    return former.isPresent() ? former.get() : make(mostBytes);
  }

  // ------------------------------------------------------------ the buffer of an earlier daemon

  private Optional<LogBuffer> takeOver(long mostBytes) {
    String why;
    try {
      BufferReference known = BufferReference.read(record());
      Optional<SharedMemoryFile.FileStat> facts = SharedMemoryFile.FileStat.of(known.file());
      why = objection(known, facts);
      if (why.isEmpty()) {
        return Optional.of(begin(known.file(), SharedMemoryFile.open(known.file()), mostBytes));
      }
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException | RuntimeException damaged) {
      why = String.valueOf(damaged.getMessage());
    }
    LOG.log(
        Level.WARNING,
        "output that was not yet in log files may be lost, because the log buffer of the previous"
            + " daemon is unusable: {0}",
        why);
    removeFormer();
    return Optional.empty();
  }

  /// Returns the reason why a buffer cannot be taken over; empty if it can.
  private String objection(BufferReference known, Optional<SharedMemoryFile.FileStat> facts) {
    if (!known.bootId().equals(bootId)) {
      return "the machine was rebooted";
    }
    if (facts.isEmpty()) {
      return known.file() + " no longer exists";
    }
    if (facts.get().inode() != known.inode() || !facts.get().isPrivate(user)) {
      return known.file() + " was replaced, or its owner, permissions or links were changed";
    }
    return facts.get().size() < Geometry.USUAL.dataAt() ? known.file() + " is truncated" : "";
  }

  /// Removes an unusable buffer, provided that the reference identifies it.
  private void removeFormer() {
    try {
      BufferReference known = BufferReference.read(record());
      Optional<SharedMemoryFile.FileStat> facts = SharedMemoryFile.FileStat.of(known.file());
      if (facts.isPresent()
          && facts.get().inode() == known.inode()
          && facts.get().isPrivate(user)) {
        Files.delete(known.file());
      }
      Files.deleteIfExists(record());
    } catch (IOException left) {
      // The file stays; the next reference replaces the current one.
    }
  }

  // ------------------------------------------------------------ a new buffer

  private LogBuffer make(long mostBytes) throws IOException {
    byte[] random = new byte[NAME_BYTES];
    new SecureRandom().nextBytes(random);
    Path inMemory = shared.resolve("jpm-logs-" + HexFormat.of().formatHex(random));
    try {
      return make(inMemory, mostBytes);
    } catch (IOException e) {
      LOG.log(
          Level.INFO,
          "the log buffer is on the disk, in {0}, because it cannot be created in {1}: {2}",
          onDisk(),
          shared,
          e.getMessage());
    }
    try {
      removeUnrecorded();
      return make(onDisk(), mostBytes);
    } catch (IOException e) {
      throw new IOException(
          "cannot create the log buffer in "
              + shared
              + " or in "
              + directory
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /// Removes the file of a daemon that died after creating a buffer on the disk and before writing
  /// the reference to it.
  private void removeUnrecorded() throws IOException {
    Optional<SharedMemoryFile.FileStat> facts = SharedMemoryFile.FileStat.of(onDisk());
    if (facts.isPresent() && facts.get().isPrivate(user)) {
      Files.delete(onDisk());
    }
  }

  private LogBuffer make(Path path, long mostBytes) throws IOException {
    SharedMemoryFile file = SharedMemoryFile.make(path);
    try {
      file.reserve(0, Geometry.USUAL.headerBytes()); // even reading a hole can fail
      LogBuffer memory = begin(path, file, mostBytes);
      inode(path).write(record());
      return memory;
    } catch (IOException | RuntimeException e) {
      file.close();
      Files.deleteIfExists(path);
      throw e;
    }
  }

  private BufferReference inode(Path path) throws IOException {
    long inode =
        SharedMemoryFile.FileStat.of(path)
            .orElseThrow(() -> new IOException(path + " no longer exists"))
            .inode();
    return new BufferReference(path, inode, bootId);
  }

  private LogBuffer begin(Path path, SharedMemoryFile file, long mostBytes) throws IOException {
    MemoryWords memoryWords = new MemoryWords(Geometry.USUAL, file);
    return new LogBuffer(memoryWords, mostBytes, needed -> end(path, file, needed));
  }

  private void end(Path path, SharedMemoryFile file, boolean needed) {
    file.close();
    if (needed) {
      return;
    }
    try {
      BufferReference known = BufferReference.read(record());
      if (known.file().equals(path)) {
        removeFormer();
      }
    } catch (IOException gone) {
      // Without the reference, the file cannot be identified, so it stays.
    }
  }
}
