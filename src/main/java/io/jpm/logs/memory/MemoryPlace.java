package io.jpm.logs.memory;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/// Where the memory of a home is, and whether one that is there may be used: a file in a folder
/// where all users have theirs, so its name cannot be guessed, and nothing is believed or removed
/// that is not the very file that was written down.
///
/// @param folder where the record is, and the memory that has to lie on the disk
/// @param shared a folder that is kept in memory only
/// @param user the number of the user of this process
/// @param bootId which life of the machine this is
record MemoryPlace(Path folder, Path shared, int user, String bootId) {
  private static final Logger LOG = System.getLogger("jpm.logs");
  private static final int NAME_BYTES = 16;

  static MemoryPlace of(Path home) throws IOException {
    Path folder = folderOf(home);
    Files.createDirectories(folder);
    Path self = Path.of("/proc/self");
    Object user = Files.getAttribute(Files.exists(self) ? self : folder, "unix:uid");
    return new MemoryPlace(
        folder, Path.of("/dev/shm"), user instanceof Integer number ? number : -1, readBootId());
  }

  /// Whether something is written down in a home.
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
    return record(folder);
  }

  Path onDisk() {
    return folder.resolve("memory.bin");
  }

  LogMemory open(long mostBytes) throws IOException {
    Optional<LogMemory> former = takeOver(mostBytes);
    return former.isPresent() ? former.get() : make(mostBytes);
  }

  // ------------------------------------------------------------ what a former daemon has left

  private Optional<LogMemory> takeOver(long mostBytes) {
    String why;
    try {
      MemoryRecord known = MemoryRecord.read(record());
      Optional<MemoryFile.Facts> facts = MemoryFile.Facts.of(known.file());
      why = objection(known, facts);
      if (why.isEmpty()) {
        return Optional.of(begin(known.file(), MemoryFile.open(known.file()), mostBytes));
      }
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException | RuntimeException damaged) {
      why = String.valueOf(damaged.getMessage());
    }
    LOG.log(
        Level.WARNING,
        "output that waited for its log files may be lost, the memory of the former daemon is not"
            + " usable: {0}",
        why);
    removeFormer();
    return Optional.empty();
  }

  /// Why a memory cannot be taken over; empty where it can.
  private String objection(MemoryRecord known, Optional<MemoryFile.Facts> facts) {
    if (!known.bootId().equals(bootId)) {
      return "the machine was restarted";
    }
    if (facts.isEmpty()) {
      return known.file() + " is gone";
    }
    if (facts.get().inode() != known.inode() || !facts.get().isPrivate(user)) {
      return known.file() + " is not the file that it was";
    }
    return facts.get().size() < Geometry.USUAL.dataAt() ? known.file() + " is cut off" : "";
  }

  /// Removes the memory that cannot be used, if it is the one that was written down.
  private void removeFormer() {
    try {
      MemoryRecord known = MemoryRecord.read(record());
      Optional<MemoryFile.Facts> facts = MemoryFile.Facts.of(known.file());
      if (facts.isPresent()
          && facts.get().inode() == known.inode()
          && facts.get().isPrivate(user)) {
        Files.delete(known.file());
      }
      Files.deleteIfExists(record());
    } catch (IOException left) {
      // It stays where it is; the record is replaced by the next one.
    }
  }

  // ------------------------------------------------------------ a new one

  private LogMemory make(long mostBytes) throws IOException {
    byte[] random = new byte[NAME_BYTES];
    new SecureRandom().nextBytes(random);
    Path inMemory = shared.resolve("jpm-logs-" + HexFormat.of().formatHex(random));
    try {
      return make(inMemory, mostBytes);
    } catch (IOException e) {
      LOG.log(
          Level.INFO,
          "output that waits for its log files is kept on the disk, in {0}: no room in {1} ({2})",
          onDisk(),
          shared,
          e.getMessage());
    }
    try {
      removeUnrecorded();
      return make(onDisk(), mostBytes);
    } catch (IOException e) {
      throw new IOException(
          "no room for output that waits for its log files, neither in "
              + shared
              + " nor in "
              + folder
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /// A daemon that died while it made the memory on the disk has left a file without a record.
  private void removeUnrecorded() throws IOException {
    Optional<MemoryFile.Facts> facts = MemoryFile.Facts.of(onDisk());
    if (facts.isPresent() && facts.get().isPrivate(user)) {
      Files.delete(onDisk());
    }
  }

  private LogMemory make(Path path, long mostBytes) throws IOException {
    MemoryFile file = MemoryFile.make(path);
    try {
      file.reserve(0, Geometry.USUAL.headerBytes()); // reading a hole could fail, too
      LogMemory memory = begin(path, file, mostBytes);
      inode(path).write(record());
      return memory;
    } catch (IOException | RuntimeException e) {
      file.close();
      Files.deleteIfExists(path);
      throw e;
    }
  }

  private MemoryRecord inode(Path path) throws IOException {
    long inode =
        MemoryFile.Facts.of(path).orElseThrow(() -> new IOException(path + " is gone")).inode();
    return new MemoryRecord(path, inode, bootId);
  }

  private LogMemory begin(Path path, MemoryFile file, long mostBytes) throws IOException {
    MemoryWords memoryWords = new MemoryWords(Geometry.USUAL, file);
    return new LogMemory(memoryWords, mostBytes, needed -> end(path, file, needed));
  }

  private void end(Path path, MemoryFile file, boolean needed) {
    file.close();
    if (needed) {
      return;
    }
    try {
      MemoryRecord known = MemoryRecord.read(record());
      if (known.file().equals(path)) {
        removeFormer();
      }
    } catch (IOException gone) {
      // Whoever has taken the record away has the memory, too.
    }
  }
}
