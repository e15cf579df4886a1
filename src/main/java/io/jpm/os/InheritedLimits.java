package io.jpm.os;

import java.io.IOException;

/// The limits that programs are to inherit from the one who started the daemon, where the daemon
/// has other ones for itself. For programs that are made by a [ProcessBuilder] and not by a
/// [ProcessHost], which sees to it by itself.
public final class InheritedLimits {
  private static volatile Bracket bracket = Making::make;

  private InheritedLimits() {}

  /// Starts a program, which inherits them.
  ///
  /// @throws IOException what [ProcessBuilder#start] throws
  public static Process start(ProcessBuilder builder) throws IOException {
    return bracket.whileLow(builder::start);
  }

  /// To be called once by the host that has raised a limit of this process.
  ///
  /// @param other lowers it while a program is made
  public static void use(Bracket other) {
    bracket = other;
  }

  /// Makes a program.
  ///
  /// @param <T> what comes of it
  @FunctionalInterface
  public interface Making<T> {
    /// Makes it.
    T make() throws IOException;
  }

  /// Has this process the limits of its caller for the length of a call.
  @FunctionalInterface
  public interface Bracket {
    /// Runs `work` meanwhile.
    <T> T whileLow(Making<T> work) throws IOException;
  }
}
