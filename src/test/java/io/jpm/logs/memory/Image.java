package io.jpm.logs.memory;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The memory as it lies in a file, without a file: what a killed daemon has stored is in it.
final class Image implements MemoryBacking {
  /// Small, so that everything happens soon.
  static final Geometry SMALL = new Geometry(8, 64, 64, 4, 32, 64);

  private static final byte RUBBISH = (byte) 0xee;

  private final ByteBuffer bytes;
  private long room = Long.MAX_VALUE;

  Image() {
    bytes = ByteBuffer.allocateDirect((int) SMALL.unitAt(SMALL.units()));
  }

  /// A memory on this image, as the next daemon has it; dies in the midst where `life` says so.
  LogMemory boot(long mostBytes, Life life) throws IOException {
    MemoryWords memoryWords =
        new MemoryWords(SMALL, this) {
          @Override
          void beforeStore() {
            life.step();
          }
        };
    return new LogMemory(memoryWords, mostBytes, needed -> {});
  }

  /// From now on nothing behind so many units is to be had.
  void fullBehind(int units) {
    room = SMALL.unitAt(units);
  }

  @Override
  public ByteBuffer map(long at, int length) {
    return bytes.slice((int) at, length);
  }

  @Override
  public void reserve(long at, long length) throws IOException {
    if (at + length > room) {
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
