package io.jpm.os;

import java.io.IOException;

/// Starts programs with the resource limits that the daemon itself inherited, even if the daemon
/// has raised its own limits in the meantime. Use it for programs that are started with a
/// [ProcessBuilder]. A [ProcessHost] does the same for the processes that it creates.
public final class InheritedLimits {
  private static volatile LimitScope limitScope = ProcessCreation::make;

  private InheritedLimits() {}

  /// Starts a program with the limits that the daemon inherited.
  ///
  /// @throws IOException as for [ProcessBuilder#start]
  public static Process start(ProcessBuilder builder) throws IOException {
    return limitScope.withInheritedLimits(builder::start);
  }

  /// Installs the scope that restores the inherited limits. Must be called once by the host that
  /// raises a limit of this process.
  ///
  /// @param other restores the limits while a program is started
  public static void install(LimitScope other) {
    limitScope = other;
  }

  /// An action that starts a program.
  ///
  /// @param <T> the type of its result
  @FunctionalInterface
  public interface ProcessCreation<T> {
    /// Starts the program.
    T make() throws IOException;
  }

  /// Restores the inherited limits of this process for the duration of a call.
  @FunctionalInterface
  public interface LimitScope {
    /// Runs `work` with the inherited limits and returns its result.
    <T> T withInheritedLimits(ProcessCreation<T> work) throws IOException;
  }
}
