package io.jpm.os.linux.proc;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Reads numeric kernel parameters in `/proc/sys`, `proc_sys(5)`.
public final class KernelSetting {
  private KernelSetting() {}

  /// Returns the number in a file that contains a single number. It is read with one `read(2)`,
  /// because the kernel returns the number to the first read only. `Files` would read such a file
  /// byte by byte.
  ///
  /// @param file the path below `/proc/sys/`
  /// @param otherwise returned if the file cannot be read
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
