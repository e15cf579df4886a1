package io.jpm.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/// Sends signals that Java cannot send.
public final class Signals {
  private Signals() {}

  /// Sends a signal by the shell's `kill`, which every machine has.
  ///
  /// @param name without `SIG`, such as `INT`
  public static void send(String name, long pid) throws IOException, InterruptedException {
    // The shell's built-in kill: the program of this name belongs to a package that may be missing.
    String line = "kill -%s %d".formatted(name, pid);
    assertThat(new ProcessBuilder("sh", "-c", line).start().waitFor()).as(line).isZero();
  }
}
