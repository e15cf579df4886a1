package io.jpm.supervise;

import io.jpm.model.Exit;
import io.jpm.model.Phase;
import java.util.Optional;

/// All that decides what happens next to one instance.
///
/// @param wanted what the owner wants
/// @param phase what is so
/// @param ending why it is stopping
/// @param generation counts the spawns of this instance; whatever carries an older number is
///   ignored
/// @param restarts how often it was started again (PM2's `restart_time`)
/// @param unstable ends in a row that came sooner than `min_uptime`
/// @param onlineSinceNanos monotonic time at which the present process began
/// @param lastExit how the last process ended
/// @param reason why it is in its phase, for people
public record Supervised(
    Wanted wanted,
    Phase phase,
    Ending ending,
    long generation,
    int restarts,
    int unstable,
    long onlineSinceNanos,
    Optional<Exit> lastExit,
    String reason) {

  /// An instance that has never run.
  public static final Supervised NEW =
      new Supervised(
          Wanted.DOWN, Phase.STOPPED, Ending.NONE, 0, 0, 0, 0, Optional.empty(), "not started yet");

  Supervised want(Wanted next) {
    return new Supervised(
        next, phase, ending, generation, restarts, unstable, onlineSinceNanos, lastExit, reason);
  }

  Supervised in(Phase next, String why) {
    return new Supervised(
        wanted, next, Ending.NONE, generation, restarts, unstable, onlineSinceNanos, lastExit, why);
  }

  Supervised stopping(Ending why, String words) {
    return new Supervised(
        wanted,
        Phase.STOPPING,
        why,
        generation,
        restarts,
        unstable,
        onlineSinceNanos,
        lastExit,
        words);
  }

  /// Launching, and to be ended when it is here.
  Supervised replacing() {
    return new Supervised(
        wanted,
        phase,
        Ending.ASKED,
        generation,
        restarts,
        unstable,
        onlineSinceNanos,
        lastExit,
        reason);
  }

  Supervised because(String why) {
    return new Supervised(
        wanted, phase, ending, generation, restarts, unstable, onlineSinceNanos, lastExit, why);
  }

  Supervised onlineSince(long nanos) {
    return new Supervised(
        wanted, phase, ending, generation, restarts, unstable, nanos, lastExit, reason);
  }

  Supervised nextGeneration() {
    return new Supervised(
        wanted,
        phase,
        ending,
        generation + 1,
        restarts,
        unstable,
        onlineSinceNanos,
        lastExit,
        reason);
  }

  Supervised ofGeneration(long number) {
    return new Supervised(
        wanted, phase, ending, number, restarts, unstable, onlineSinceNanos, lastExit, reason);
  }

  Supervised counted(int newRestarts, int newUnstable) {
    return new Supervised(
        wanted,
        phase,
        ending,
        generation,
        newRestarts,
        newUnstable,
        onlineSinceNanos,
        lastExit,
        reason);
  }

  Supervised ended(Exit exit) {
    return new Supervised(
        wanted,
        phase,
        ending,
        generation,
        restarts,
        unstable,
        onlineSinceNanos,
        Optional.of(exit),
        reason);
  }
}
