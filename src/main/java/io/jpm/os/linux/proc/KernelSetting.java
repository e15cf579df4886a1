package io.jpm.os.linux.proc;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Numbers in `/proc/sys`, `proc_sys(5)`.
public final class KernelSetting {
  private KernelSetting() {}

  /// The number in a file of one number. Read at once, unlike by `Files`, which reads such a file
  /// byte by byte: the kernel tells it to the first `read(2)` only.
  ///
  /// @param file the path below `/proc/sys/`
  /// @param otherwise the answer where it cannot be read
  public static int number(String file, int otherwise) {
    byte[] text = new byte[64];
    try (FileInputStream in = new FileInputStream("/proc/sys/" + file)) {
      int length = Math.max(in.read(text), 0);
      return Integer.parseInt(new String(text, 0, length, StandardCharsets.US_ASCII).strip());
    } catch (IOException | NumberFormatException olderKernel) {
      return otherwise;
    }
  }
}
