package io.jpm.console;

import io.jpm.config.AppDefaults;
import java.nio.file.Path;
import java.time.InstantSource;

/// What the console is told about its daemon.
///
/// @param version jpm's version, as `--version` prints it
/// @param pid the daemon's process
/// @param user who the daemon runs as
/// @param home its home directory
/// @param defaults what an app gets that says nothing itself
/// @param clock wall clock, for display only
/// @param timing how long to wait for whom, usually [ConsoleTiming#DEFAULT]
public record ConsoleContext(
    String version,
    long pid,
    String user,
    Path home,
    AppDefaults defaults,
    InstantSource clock,
    ConsoleTiming timing) {}
