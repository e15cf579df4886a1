package io.jpm.command;

import io.jpm.config.settings.AppDefaults;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// The properties of the daemon and the limits that request handling needs.
///
/// @param version the version of jpm
/// @param pid the daemon's process id
/// @param home the daemon's home directory
/// @param startedAt when the daemon was started, according to the wall clock
/// @param clock the wall clock, for times in replies
/// @param defaults supplies the defaults for attributes that an app does not set. Called whenever
///   apps are read, because the settings may change
/// @param environment the variables that apps inherit if the request specifies none: PATH, HOME and
///   LANG of the daemon
/// @param timeout the time after which a request is answered with `timeout`, usually
///   [#DEFAULT_TIMEOUT]
public record CommandContext(
    String version,
    long pid,
    Path home,
    Instant startedAt,
    InstantSource clock,
    Supplier<AppDefaults> defaults,
    Map<String, String> environment,
    Duration timeout) {
  /// The default request timeout. Must be shorter than the bridge's own timeout of 30 s.
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(25);

  public CommandContext {
    environment = Map.copyOf(environment);
  }

  /// Returns the variables in `all` that apps inherit when they are not started from a shell.
  public static Map<String, String> inheritedVariables(Map<String, String> all) {
    Map<String, String> kept = new HashMap<>(all);
    kept.keySet().retainAll(Set.of("PATH", "HOME", "LANG"));
    return kept;
  }
}
