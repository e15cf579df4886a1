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

/// What the room is told about its daemon.
///
/// @param version jpm's version
/// @param pid the daemon's process
/// @param home its home directory
/// @param since when it began, wall clock
/// @param clock wall clock, for what is shown
/// @param defaults what an app gets that says nothing itself; asked with each reading, since it may
///   change
/// @param environment what apps inherit whose request names no variables: PATH, HOME and LANG of
///   the daemon
/// @param patience after which a request that is not done yet is answered by `timeout`, usually
///   [#DEFAULT_PATIENCE]
public record CommandContext(
    String version,
    long pid,
    Path home,
    Instant since,
    InstantSource clock,
    Supplier<AppDefaults> defaults,
    Map<String, String> environment,
    Duration patience) {
  /// The bridge itself gives up after 30 s.
  public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(25);

  public CommandContext {
    environment = Map.copyOf(environment);
  }

  /// The variables of `all` that apps get which are started without a shell.
  public static Map<String, String> ofDaemon(Map<String, String> all) {
    Map<String, String> kept = new HashMap<>(all);
    kept.keySet().retainAll(Set.of("PATH", "HOME", "LANG"));
    return kept;
  }
}
