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

/// Facts about the daemon and limits that request handling needs.
///
/// @param version the version of jpm
/// @param pid the daemon's process id
/// @param home the daemon's home directory
/// @param startedAt when the daemon started, wall clock
/// @param clock the wall clock, for times in replies
/// @param defaults the defaults for attributes that an app does not set; requested for each
///   reading, because they may change
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

  /// Returns those of the variables `all` that apps inherit if they are started without a shell.
  public static Map<String, String> inheritedVariables(Map<String, String> all) {
    Map<String, String> kept = new HashMap<>(all);
    kept.keySet().retainAll(Set.of("PATH", "HOME", "LANG"));
    return kept;
  }
}
