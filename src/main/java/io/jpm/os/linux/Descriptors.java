package io.jpm.os.linux;

import java.util.Arrays;

/// Descriptors that are needed for the length of one call and closed together, however it ends.
final class Descriptors implements AutoCloseable {
  private static final int FIRST_FREE = 3;

  private int[] open = new int[8];
  private int count;

  /// Keeps `fd` until the end.
  ///
  /// @return a number above those of the standard streams. A daemon started with one of these
  ///   closed gets such a number from `open(2)`, and the streams made for a child would overwrite
  ///   it.
  int keep(int fd) {
    int kept = fd;
    if (fd < FIRST_FREE) {
      kept = Libc.duplicateAbove(fd, FIRST_FREE);
      Libc.close(fd);
    }
    if (count == open.length) {
      open = Arrays.copyOf(open, count * 2);
    }
    open[count++] = kept;
    return kept;
  }

  @Override
  public void close() {
    for (int i = 0; i < count; i++) {
      Libc.close(open[i]);
    }
    count = 0;
  }
}
