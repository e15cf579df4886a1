package io.jpm.supervise;

import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import java.util.Optional;

/// All that decides what happens next to one instance.
///
/// @param desiredState what the owner wants
/// @param phase what is so
/// @param startBlocker what it waits for while it is launching, or will wait for when its delayed
///   restart is due
/// @param stopCause why it is stopping
/// @param signalled whether its tree has been signalled in this stop, so that the end of the tree
///   will be told; as long as it is not, the main process of what is stopping lives
/// @param generation counts the spawns of this instance; whatever carries an older number is
///   ignored
/// @param counters what is counted
/// @param onlineSinceNanos monotonic time at which the present process began
/// @param lastExit how the last process ended
/// @param reason why it is in its phase, for people
/// @param forced how the present stop had to be forced, for people; empty: it has not been
public record Supervised(
    DesiredState desiredState,
    Phase phase,
    StartBlocker startBlocker,
    StopCause stopCause,
    boolean signalled,
    long generation,
    Counters counters,
    long onlineSinceNanos,
    Optional<Exit> lastExit,
    String reason,
    String forced) {

  /// Of which no stop had to be forced.
  public Supervised(
      DesiredState desiredState,
      Phase phase,
      StartBlocker startBlocker,
      StopCause stopCause,
      boolean signalled,
      long generation,
      Counters counters,
      long onlineSinceNanos,
      Optional<Exit> lastExit,
      String reason) {
    this(
        desiredState,
        phase,
        startBlocker,
        stopCause,
        signalled,
        generation,
        counters,
        onlineSinceNanos,
        lastExit,
        reason,
        "");
  }

  /// An instance that has never run.
  public static final Supervised NEW =
      new Supervised(
          DesiredState.IDLE,
          Phase.STOPPED,
          StartBlocker.NOTHING,
          StopCause.NONE,
          false,
          0,
          Counters.ZERO,
          0,
          Optional.empty(),
          "not started yet");

  /// Nothing runs and nothing will without anybody's doing.
  public boolean isOver() {
    return phase == Phase.STOPPED || phase == Phase.ERRORED;
  }

  /// How often it was started again.
  public int restarts() {
    return counters.restarts();
  }

  /// Ends in a row that came too soon.
  public int unstable() {
    return counters.unstable();
  }

  /// This one as it takes the place of `former`: one restart more, and what was seen of the former
  /// one is shown on.
  ///
  /// @param why for people
  public Supervised inPlaceOf(Supervised former, String why) {
    Counters restarted =
        new Counters(
            former.restarts() + 1, counters.unstable(), counters.attempts(), counters.failures());
    return new Supervised(
        desiredState,
        phase,
        startBlocker,
        stopCause,
        signalled,
        generation,
        restarted,
        onlineSinceNanos,
        lastExit.or(former::lastExit),
        why,
        forced);
  }

  /// Whether it is launching and waits for just this.
  boolean awaits(StartBlocker what) {
    return phase == Phase.LAUNCHING && startBlocker == what;
  }

  Supervised want(DesiredState next) {
    return changed(next, phase, startBlocker, stopCause, reason);
  }

  /// In another phase, of which neither a launch nor an end is under way.
  Supervised in(Phase next, String why) {
    return changed(desiredState, next, StartBlocker.NOTHING, StopCause.NONE, why)
        .signalled(false)
        .forced("");
  }

  Supervised launching(StartBlocker what, String why) {
    return changed(desiredState, Phase.LAUNCHING, what, StopCause.NONE, why)
        .signalled(false)
        .forced("");
  }

  /// Waiting for its restart.
  ///
  /// @param then what it waits for when the delay is over
  Supervised delayed(StartBlocker then, String why) {
    return changed(desiredState, Phase.WAITING_RESTART, then, StopCause.NONE, why)
        .signalled(false)
        .forced("");
  }

  Supervised stopping(StopCause why, String words) {
    return changed(desiredState, Phase.STOPPING, StartBlocker.NOTHING, why, words);
  }

  /// Launching, and to be ended when it is here.
  Supervised replacing(String why) {
    return changed(desiredState, phase, startBlocker, StopCause.ASKED, why);
  }

  Supervised because(String why) {
    return changed(desiredState, phase, startBlocker, stopCause, why);
  }

  private Supervised changed(DesiredState w, Phase p, StartBlocker a, StopCause e, String why) {
    return new Supervised(
        w, p, a, e, signalled, generation, counters, onlineSinceNanos, lastExit, why, forced);
  }

  /// `words`, and how the present stop had to be forced, unless they say so already.
  String withForce(String words) {
    return forced.isEmpty() || words.contains(forced) ? words : words + "; " + forced;
  }

  /// `words` without what [#withForce] has added.
  String withoutForce(String words) {
    return forced.isEmpty() ? words : words.replace("; " + forced, "");
  }

  /// The present stop had to be forced.
  Supervised forced(String how) {
    return new Supervised(
        desiredState,
        phase,
        startBlocker,
        stopCause,
        signalled,
        generation,
        counters,
        onlineSinceNanos,
        lastExit,
        reason,
        how);
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

  /// What went before does not count any more.
  Supervised forgiven() {
    return counted(counters.forgiven());
  }

  /// This one as if it had never been started again.
  public Supervised reset() {
    return counted(Counters.ZERO);
  }

  Supervised ended(Exit exit) {
    return measured(signalled, generation, counters, onlineSinceNanos, Optional.of(exit));
  }

  Supervised signalled(boolean now) {
    return measured(now, generation, counters, onlineSinceNanos, lastExit);
  }

  private Supervised measured(boolean s, long g, Counters c, long since, Optional<Exit> exit) {
    return new Supervised(
        desiredState, phase, startBlocker, stopCause, s, g, c, since, exit, reason, forced);
  }
}
