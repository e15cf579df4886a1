package io.jpm.logs.memory;

import java.io.IOException;

/// The first words of the memory.
final class Header {
  private static final long MAGIC = 0x6a706d2e6c6f6731L; // jpm.log1
  private static final long VERSION = 1;

  private static final int MAGIC_AT = 0;
  private static final int VERSION_AT = 8;
  private static final int SHAPE_AT = 16;
  private static final int SLOTS_AT = 24;
  private static final int UNITS_AT = 32;

  private final Store store;

  Header(Store store) {
    this.store = store;
  }

  /// Makes the header of an empty memory.
  void make() throws IOException {
    store.reserve(0, store.geometry().headerBytes());
    store.putWord(VERSION_AT, VERSION);
    store.putWord(SHAPE_AT, store.geometry().shape());
    store.publish(MAGIC_AT, MAGIC);
  }

  /// Whether there is a header already.
  ///
  /// @throws IOException where it is one that this code does not understand
  boolean isThere() throws IOException {
    if (store.word(MAGIC_AT) == 0) {
      return false;
    }
    if (!isKnown()) {
      throw new IOException("it was made by another version of jpm");
    }
    return true;
  }

  private boolean isKnown() {
    return store.word(MAGIC_AT) == MAGIC
        && store.word(VERSION_AT) == VERSION
        && store.word(SHAPE_AT) == store.geometry().shape();
  }

  /// How many slots of the table were ever used.
  int slots() {
    return (int) store.word(SLOTS_AT);
  }

  void slots(int count) {
    store.publish(SLOTS_AT, count);
  }

  /// How many units are backed by memory.
  int units() {
    return (int) store.word(UNITS_AT);
  }

  void units(int count) {
    store.publish(UNITS_AT, count);
  }
}
