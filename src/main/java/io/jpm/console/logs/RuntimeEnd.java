package io.jpm.console.logs;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.console.session.ExitCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/// Decides when the log stream of `bin/jpm-runtime` ends: when all apps are deleted, or when no app
/// has been active for some seconds. An app is active if it is running or waiting to be started. An
/// app with a restart schedule is always active.
///
/// Confined to the session's context.
final class RuntimeEnd implements LogFollow.EndCondition {
  /// The argument after `--` with which `bin/jpm-runtime` requests the end when no app is active.
  private static final String UNTIL_IDLE = "until-idle";

  /// The argument after `--` with which `bin/jpm-runtime` requests the end when all apps are
  /// deleted.
  private static final String UNTIL_DELETED = "until-deleted";

  /// An optional second argument, which states that there were apps before. An empty list then
  /// means that all apps have been deleted.
  private static final String AGAIN = "again";

  /// The time without active apps before the stream ends. It must exceed the time that a user needs
  /// to stop and start an app with two commands.
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(5);

  /// The polling interval. The exit of a container may be delayed by this time.
  private static final Duration POLL_INTERVAL = Duration.ofMillis(500);

  private final boolean endsIdle;
  private final LongSupplier nanoTime;
  private boolean hadApps;
  private OptionalLong idleSince = OptionalLong.empty();

  private RuntimeEnd(boolean endsIdle, boolean hadApps, LongSupplier nanoTime) {
    this.endsIdle = endsIdle;
    this.hadApps = hadApps;
    this.nanoTime = nanoTime;
  }

  /// Returns the condition that `bin/jpm-runtime` requests; empty if `rest` is empty, which means
  /// that a user has run `jpm logs`.
  ///
  /// @param rest the arguments after `--`
  /// @throws CommandFailure if the arguments are not valid
  static Optional<RuntimeEnd> of(List<String> rest, LongSupplier nanoTime) {
    if (rest.isEmpty()) {
      return Optional.empty();
    }
    String word = rest.getFirst();
    List<String> more = rest.subList(1, rest.size());
    boolean again = more.equals(List.of(AGAIN));
    if (!(again || more.isEmpty()) || !(word.equals(UNTIL_IDLE) || word.equals(UNTIL_DELETED))) {
      throw new CommandFailure(
          "jpm logs does not accept arguments after --: remove them, or use jpm start");
    }
    return Optional.of(new RuntimeEnd(word.equals(UNTIL_IDLE), again, nanoTime));
  }

  /// Returns `timing` with short polling intervals, so that the end is detected promptly.
  static ConsoleTiming withPollInterval(ConsoleTiming timing) {
    return new ConsoleTiming(
        timing.heartbeat(),
        timing.clientTimeout(),
        timing.actionTimeout(),
        timing.shutdownTimeout(),
        timing.queryTimeout(),
        timing.usageTimeout(),
        POLL_INTERVAL,
        POLL_INTERVAL);
  }

  @Override
  public Optional<ExitCode> exitCode(List<InstanceView> apps) {
    if (apps.isEmpty()) {
      return hadApps ? Optional.of(ExitCode.OK) : Optional.empty();
    }
    hadApps = true;
    long now = nanoTime.getAsLong();
    if (!endsIdle || apps.stream().anyMatch(RuntimeEnd::runsOrWill)) {
      idleSince = OptionalLong.empty();
      return Optional.empty();
    }
    long since = idleSince.orElse(now);
    idleSince = OptionalLong.of(since);
    return now - since >= IDLE_TIMEOUT.toNanos() ? Optional.of(ExitCode.IDLE) : Optional.empty();
  }

  private static boolean runsOrWill(InstanceView app) {
    return switch (app.phase()) {
      case ONLINE, LAUNCHING, STOPPING, WAITING_RESTART -> true;
      case STOPPED, ERRORED -> app.spec().triggers().schedule().isPresent();
    };
  }
}
