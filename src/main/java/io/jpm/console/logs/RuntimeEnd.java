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

/// Decides when `bin/jpm-runtime` stops streaming: when all apps are deleted, or none has been
/// running or about to run for some seconds. An app with a restart schedule counts as about to run.
///
/// Confined to the session's context.
final class RuntimeEnd implements LogFollow.EndCondition {
  /// The argument that `bin/jpm-runtime` passes after `--`.
  private static final String UNTIL_IDLE = "until-idle";

  private static final String UNTIL_DELETED = "until-deleted";

  /// May follow one of these: there have been apps before, so that an empty list means that all are
  /// deleted.
  private static final String AGAIN = "again";

  /// Longer than the time between the stop and the start of an app that a user restarts in two
  /// steps.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /// How long this may delay the end of a container.
  private static final Duration PACE = Duration.ofMillis(500);

  private final boolean endsIdle;
  private final LongSupplier nanoTime;
  private boolean hadApps;
  private OptionalLong idleSince = OptionalLong.empty();

  private RuntimeEnd(boolean endsIdle, boolean hadApps, LongSupplier nanoTime) {
    this.endsIdle = endsIdle;
    this.hadApps = hadApps;
    this.nanoTime = nanoTime;
  }

  /// Returns the condition; empty if `rest` is empty, as when a user types `jpm logs`.
  ///
  /// @param rest the arguments after `--`
  /// @throws CommandFailure if they are not valid
  static Optional<RuntimeEnd> of(List<String> rest, LongSupplier nanoTime) {
    if (rest.isEmpty()) {
      return Optional.empty();
    }
    String word = rest.getFirst();
    List<String> more = rest.subList(1, rest.size());
    boolean again = more.equals(List.of(AGAIN));
    if (!(again || more.isEmpty()) || !(word.equals(UNTIL_IDLE) || word.equals(UNTIL_DELETED))) {
      throw new CommandFailure("jpm logs takes nothing after --; did you mean jpm start?");
    }
    return Optional.of(new RuntimeEnd(word.equals(UNTIL_IDLE), again, nanoTime));
  }

  /// Returns a timing with polling intervals that are short enough.
  static ConsoleTiming withPollInterval(ConsoleTiming timing) {
    return new ConsoleTiming(
        timing.heartbeat(),
        timing.clientTimeout(),
        timing.actionTimeout(),
        timing.shutdownTimeout(),
        timing.queryTimeout(),
        timing.usageTimeout(),
        PACE,
        PACE);
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
    return now - since >= PATIENCE.toNanos() ? Optional.of(ExitCode.IDLE) : Optional.empty();
  }

  private static boolean runsOrWill(InstanceView app) {
    return switch (app.phase()) {
      case ONLINE, LAUNCHING, STOPPING, WAITING_RESTART -> true;
      case STOPPED, ERRORED -> app.spec().triggers().schedule().isPresent();
    };
  }
}
