package io.jpm.os.linux.credentials;

import io.jpm.model.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Reads the status file of the daemon process (`proc_pid_status(5)`).
public final class DaemonStatusFile {
  private static final Path FILE = Path.of("/proc/self/status");

  private DaemonStatusFile() {}

  /// Reports whether the daemon has `capability`, a name listed in [Sandbox#CAPABILITIES].
  public static boolean mayUse(String capability) {
    return (effectiveCapabilities() >>> Sandbox.CAPABILITIES.indexOf(capability) & 1) != 0;
  }

  /// Returns the effective capabilities as a bit set; all bits are set if they cannot be read.
  static long effectiveCapabilities() {
    String key = "CapEff:";
    try (Stream<String> lines = Files.lines(FILE)) {
      return lines
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseUnsignedLong(line.substring(key.length()).strip(), 16))
          .findFirst()
          .orElse(-1);
    } catch (IOException | NumberFormatException untold) {
      return -1;
    }
  }
}
