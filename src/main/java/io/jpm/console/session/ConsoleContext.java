package io.jpm.console.session;

import io.jpm.config.settings.AppDefaults;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Supplier;

/// Facts about the daemon and settings of the console.
///
/// @param version jpm's version, as `--version` prints it
/// @param pid the daemon's process
/// @param user the user that the daemon runs as
/// @param home its home directory
/// @param defaults default settings of apps; read again for each process file, since they may
///   change
/// @param clock wall clock, for display only
/// @param timing time limits, usually [ConsoleTiming#DEFAULT]
public record ConsoleContext(
    String version,
    long pid,
    String user,
    Path home,
    Supplier<AppDefaults> defaults,
    InstantSource clock,
    ConsoleTiming timing) {
  /// Creates a context whose `defaults` do not change.
  public ConsoleContext(
      String version,
      long pid,
      String user,
      Path home,
      AppDefaults defaults,
      InstantSource clock,
      ConsoleTiming timing) {
    this(version, pid, user, home, () -> defaults, clock, timing);
  }
}
