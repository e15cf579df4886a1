package io.jpm.logs.buffer;

import java.io.IOException;

/// Reads and writes the header of the log buffer: magic number, version, checksum of the geometry,
/// and the numbers of slots and units.
final class BufferHeader {
  private static final long MAGIC = 0x6a706d2e6c6f6731L; // jpm.log1
  private static final long VERSION = 1;

  private static final int MAGIC_AT = 0;
  private static final int VERSION_AT = 8;
  private static final int SHAPE_AT = 16;
  private static final int SLOTS_AT = 24;
  private static final int UNITS_AT = 32;

  private final MemoryWords memoryWords;

  BufferHeader(MemoryWords memoryWords) {
    this.memoryWords = memoryWords;
  }

  /// Writes the header of an empty buffer.
  void create() throws IOException {
    memoryWords.reserve(0, memoryWords.geometry().headerBytes());
    memoryWords.putWord(VERSION_AT, VERSION);
    memoryWords.putWord(SHAPE_AT, memoryWords.geometry().shape());
    memoryWords.publish(MAGIC_AT, MAGIC);
  }

  /// Reports whether the buffer already has a header.
  ///
  /// @throws IOException if this version of jpm does not understand the header
  boolean exists() throws IOException {
    if (memoryWords.word(MAGIC_AT) == 0) {
      return false;
    }
    if (!isKnown()) {
      throw new IOException("it was created by a different version of jpm");
    }
    return true;
  }

  private boolean isKnown() {
    return memoryWords.word(MAGIC_AT) == MAGIC
        && memoryWords.word(VERSION_AT) == VERSION
        && memoryWords.word(SHAPE_AT) == memoryWords.geometry().shape();
  }

  /// Returns the number of slots of the stream table that have been used so far, including freed
  /// ones.
  int slots() {
    return (int) memoryWords.word(SLOTS_AT);
  }

  void slots(int count) {
    memoryWords.publish(SLOTS_AT, count);
  }

  /// Returns the number of units that are backed by memory.
  int units() {
    return (int) memoryWords.word(UNITS_AT);
  }

  void units(int count) {
    memoryWords.publish(UNITS_AT, count);
  }
}
