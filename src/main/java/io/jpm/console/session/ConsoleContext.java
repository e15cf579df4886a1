package io.jpm.console.session;

import io.jpm.config.settings.AppDefaults;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Supplier;

/// What the console is told about its daemon.
///
/// @param version jpm's version, as `--version` prints it
/// @param pid the daemon's process
/// @param user who the daemon runs as
/// @param home its home directory
/// @param defaults what an app gets that says nothing itself; asked with each reading, since it may
///   change
/// @param clock wall clock, for display only
/// @param timing how long to wait for whom, usually [ConsoleTiming#DEFAULT]
public record ConsoleContext(
    String version,
    long pid,
    String user,
    Path home,
    Supplier<AppDefaults> defaults,
    InstantSource clock,
    ConsoleTiming timing) {
  /// One whose `defaults` do not change.
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
