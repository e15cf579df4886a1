package io.jpm.logs.buffer;

import java.io.IOException;
import java.nio.ByteBuffer;

/// An in-memory image of the shared memory file. It contains everything that a killed daemon has
/// stored.
final class MemoryImage implements MemoryBacking {
  /// Small, so that limits are reached quickly.
  static final Geometry SMALL = new Geometry(8, 64, 64, 4, 32, 64);

  private static final byte RUBBISH = (byte) 0xee;

  private final ByteBuffer bytes;
  private long capacity = Long.MAX_VALUE;

  MemoryImage() {
    bytes = ByteBuffer.allocateDirect((int) SMALL.unitAt(SMALL.units()));
  }

  /// Opens the memory on this image as the next daemon does. The daemon is killed when `life` ends.
  LogBuffer boot(long mostBytes, StepLimit stepLimit) throws IOException {
    MemoryWords memoryWords =
        new MemoryWords(SMALL, this) {
          @Override
          void beforeStore() {
            stepLimit.step();
          }
        };
    return new LogBuffer(memoryWords, mostBytes, needed -> {});
  }

  /// From now on only the first `units` units can be allocated.
  void limitUnits(int units) {
    capacity = SMALL.unitAt(units);
  }

  @Override
  public ByteBuffer map(long at, int length) {
    return bytes.slice((int) at, length);
  }

  @Override
  public void reserve(long at, long length) throws IOException {
    if (at + length > capacity) {
      throw new IOException("No space left on device");
    }
    for (long i = at; i < at + length; i++) {
      bytes.put((int) i, (byte) 0);
    }
  }

  @Override
  public long size() {
    return bytes.capacity();
  }

  @Override
  public void cut(long size) {
    for (int i = (int) size; i < bytes.capacity(); i++) {
      bytes.put(i, RUBBISH);
    }
  }
}
