package io.jpm.model;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/// What tells how an instance is, beside that its process runs. The three mean what they mean in
/// Kubernetes, but that nobody is asked whether he is alive before he was ready.
///
/// @param startup must have passed once before the others are asked, and before the instance is
///   online
/// @param readiness must have passed before the instance is online; when it fails later the
///   instance is shown as unhealthy, and gets no new connections where jpm gives them out and
///   another instance is well
/// @param liveness asked of what is online; when it fails the process is replaced
public record Health(
    Optional<Startup> startup, Optional<Probe> readiness, Optional<Probe> liveness) {
  /// Nothing but the process tells.
  public static final Health NONE =
      new Health(Optional.empty(), Optional.empty(), Optional.empty());

  /// A check that is made again and again.
  public record Probe(Check check, Check.Rhythm rhythm) {}

  /// A check that has to pass once.
  ///
  /// @param check what is asked
  /// @param interval between two attempts
  /// @param within so long after the process began it must have passed; then the start has failed
  public record Startup(Check check, Duration interval, Duration within) {
    public Startup {
      if (!interval.isPositive() || !within.isPositive()) {
        throw new IllegalArgumentException("interval and timeout: use more than 0");
      }
    }
  }

  /// Whether a process is online only when a check says so.
  public boolean gates() {
    return startup.isPresent() || readiness.isPresent();
  }

  /// Whether there is anything to be asked.
  public boolean any() {
    return gates() || liveness.isPresent();
  }

  /// Whether the process reports its state itself, through `NOTIFY_SOCKET`, for one of the checks.
  public boolean notifies() {
    return Stream.of(
            startup.map(Startup::check), readiness.map(Probe::check), liveness.map(Probe::check))
        .flatMap(Optional::stream)
        .anyMatch(Check.Notify.class::isInstance);
  }
}
