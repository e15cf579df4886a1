package io.jpm.console.session;

import io.jpm.config.settings.AppDefaults;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Supplier;

/// Facts about the daemon, and settings of the console.
///
/// @param version the version of jpm, as printed by `--version`
/// @param pid the pid of the daemon
/// @param user the user that the daemon runs as
/// @param home the daemon's directory
/// @param defaults returns the default settings of apps; called for each process file, since the
///   settings may change
/// @param clock the wall clock, used only for display
/// @param timing the time limits, usually [ConsoleTiming#DEFAULT]
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
