package io.jpm.os;

import java.io.IOException;

/// Starts programs with the limits that the daemon itself was started with, if the daemon has
/// changed its own. For programs that are started by a [ProcessBuilder]; a [ProcessHost] does the
/// same for its own processes.
public final class InheritedLimits {
  private static volatile LimitScope limitScope = ProcessCreation::make;

  private InheritedLimits() {}

  /// Starts a program with the original limits of the daemon.
  ///
  /// @throws IOException as [ProcessBuilder#start] does
  public static Process start(ProcessBuilder builder) throws IOException {
    return limitScope.withInheritedLimits(builder::start);
  }

  /// Registers the bracket that restores the original limits. Must be called once by the host that
  /// has raised a limit of this process.
  ///
  /// @param other lowers the limit while a program is started
  public static void install(LimitScope other) {
    limitScope = other;
  }

  /// An action that starts a program.
  ///
  /// @param <T> its result
  @FunctionalInterface
  public interface ProcessCreation<T> {
    /// Starts the program.
    T make() throws IOException;
  }

  /// Gives this process its original limits for the duration of a call.
  @FunctionalInterface
  public interface LimitScope {
    /// Runs `work` under the original limits.
    <T> T withInheritedLimits(ProcessCreation<T> work) throws IOException;
  }
}
