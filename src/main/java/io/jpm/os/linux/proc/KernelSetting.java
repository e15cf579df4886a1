package io.jpm.os.linux.proc;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Reads numeric kernel parameters from `/proc/sys` (`proc_sys(5)`).
public final class KernelSetting {
  private KernelSetting() {}

  /// Returns the value of a parameter whose file contains a single number. The file must be read
  /// with one `read(2)`, because the kernel returns the number only to the first read. The `Files`
  /// API would read it byte by byte.
  ///
  /// @param file the path below `/proc/sys/`
  /// @param otherwise the value to return if the file cannot be read
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
