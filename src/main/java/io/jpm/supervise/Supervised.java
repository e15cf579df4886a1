package io.jpm.supervise;

import io.jpm.model.Exit;
import io.jpm.model.Phase;
import java.util.Optional;

/// All that decides what happens next to one instance.
///
/// @param wanted what the owner wants
/// @param phase what is so
/// @param awaiting what it waits for while it is launching
/// @param ending why it is stopping
/// @param signalled whether its tree has been signalled, so that the end of the tree will be told
/// @param generation counts the spawns of this instance; whatever carries an older number is
///   ignored
/// @param counters what is counted
/// @param onlineSinceNanos monotonic time at which the present process began
/// @param lastExit how the last process ended
/// @param reason why it is in its phase, for people
public record Supervised(
    Wanted wanted,
    Phase phase,
    Awaiting awaiting,
    Ending ending,
    boolean signalled,
    long generation,
    Counters counters,
    long onlineSinceNanos,
    Optional<Exit> lastExit,
    String reason) {

  /// An instance that has never run.
  public static final Supervised NEW =
      new Supervised(
          Wanted.IDLE,
          Phase.STOPPED,
          Awaiting.NOTHING,
          Ending.NONE,
          false,
          0,
          Counters.ZERO,
          0,
          Optional.empty(),
          "not started yet");

  /// How often it was started again.
  public int restarts() {
    return counters.restarts();
  }

  /// Ends in a row that came too soon.
  public int unstable() {
    return counters.unstable();
  }

  Supervised want(Wanted next) {
    return changed(next, phase, awaiting, ending, reason);
  }

  /// In another phase, of which neither a launch nor an end is under way.
  Supervised in(Phase next, String why) {
    return changed(wanted, next, Awaiting.NOTHING, Ending.NONE, why);
  }

  Supervised launching(Awaiting what, String why) {
    return changed(wanted, Phase.LAUNCHING, what, Ending.NONE, why);
  }

  Supervised stopping(Ending why, String words) {
    return changed(wanted, Phase.STOPPING, Awaiting.NOTHING, why, words);
  }

  /// Launching, and to be ended when it is here.
  Supervised replacing() {
    return changed(wanted, phase, awaiting, Ending.ASKED, reason);
  }

  Supervised because(String why) {
    return changed(wanted, phase, awaiting, ending, why);
  }

  private Supervised changed(Wanted w, Phase p, Awaiting a, Ending e, String why) {
    return new Supervised(
        w, p, a, e, signalled, generation, counters, onlineSinceNanos, lastExit, why);
  }

  Supervised onlineSince(long nanos) {
    return measured(signalled, generation, counters, nanos, lastExit);
  }

  Supervised ofGeneration(long number) {
    return measured(signalled, number, counters, onlineSinceNanos, lastExit);
  }

  Supervised counted(Counters now) {
    return measured(signalled, generation, now, onlineSinceNanos, lastExit);
  }

  Supervised ended(Exit exit) {
    return measured(signalled, generation, counters, onlineSinceNanos, Optional.of(exit));
  }

  Supervised signalled(boolean now) {
    return measured(now, generation, counters, onlineSinceNanos, lastExit);
  }

  private Supervised measured(boolean s, long g, Counters c, long since, Optional<Exit> exit) {
    return new Supervised(wanted, phase, awaiting, ending, s, g, c, since, exit, reason);
  }
}
