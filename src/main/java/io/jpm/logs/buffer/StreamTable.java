package io.jpm.logs.buffer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/// Stores the names and states of the log streams, in one slot per stream.
///
/// Guarded by the lock of the log buffer.
final class StreamTable {
  static final int MOST_NAME_BYTES = 200;

  private static final int LENGTH_AT = 8;
  private static final int NAME_AT = 16;
  private static final int STATE_AT = 224;

  private final MemoryWords memoryWords;
  private final BufferHeader bufferHeader;
  private final BitSet taken = new BitSet();
  private int slots;

  StreamTable(MemoryWords memoryWords, BufferHeader bufferHeader) {
    this.memoryWords = memoryWords;
    this.bufferHeader = bufferHeader;
    this.slots = bufferHeader.slots();
    for (int slot = 0; slot < slots; slot++) {
      taken.set(slot, version(slot) != 0);
    }
  }

  /// Returns the slots that contain a stream.
  int[] used() {
    return taken.stream().toArray();
  }

  String name(int slot) {
    long at = memoryWords.geometry().slotAt(slot);
    int length = Math.clamp(memoryWords.word(at + LENGTH_AT), 0, MOST_NAME_BYTES);
    return new String(memoryWords.bytes(at + NAME_AT, length), StandardCharsets.UTF_8);
  }

  /// Adds a stream and returns its slot.
  ///
  /// @throws IOException with a message for the user
  int add(String name, StreamState state) throws IOException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MOST_NAME_BYTES) {
      throw new IOException(
          "the name of a log stream must have 1 to 200 bytes, not " + bytes.length + ": " + name);
    }
    int slot = taken.nextClearBit(0);
    if (slot >= slots) {
      grow(name);
    }
    long at = memoryWords.geometry().slotAt(slot);
    memoryWords.putWord(at + LENGTH_AT, bytes.length);
    memoryWords.putBytes(at + NAME_AT, bytes);
    taken.set(slot);
    commit(slot, state);
    return slot;
  }

  private void grow(String name) throws IOException {
    if (slots >= memoryWords.geometry().streams()) {
      throw new IOException(
          "no space for the output of "
              + name
              + ": the limit of "
              + slots
              + " log streams is reached; delete apps that are no longer needed");
    }
    try {
      memoryWords.reserve(memoryWords.geometry().slotAt(slots), Geometry.SLOT_BYTES);
    } catch (IOException e) {
      throw new IOException("no memory for the output of " + name + ": " + e.getMessage(), e);
    }
    slots++;
    bufferHeader.slots(slots);
  }

  /// Saves the state atomically.
  void commit(int slot, StreamState state) {
    long next = version(slot) + 1;
    state.save(memoryWords, stateAt(slot, next));
    memoryWords.publish(memoryWords.geometry().slotAt(slot), next);
  }

  void load(int slot, StreamState state) {
    state.load(memoryWords, stateAt(slot, version(slot)));
  }

  /// Removes the stream from a slot. The slot is not reused until [#free] is called.
  void forget(int slot) {
    memoryWords.publish(memoryWords.geometry().slotAt(slot), 0);
  }

  /// Makes the slot of a forgotten stream available again.
  void free(int slot) {
    taken.clear(slot);
  }

  private long version(int slot) {
    return memoryWords.word(memoryWords.geometry().slotAt(slot));
  }

  private long stateAt(int slot, long version) {
    return memoryWords.geometry().slotAt(slot)
        + STATE_AT
        + (version & 1) * StreamState.WORDS * Long.BYTES;
  }
}
