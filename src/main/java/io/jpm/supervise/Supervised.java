package io.jpm.supervise;

import io.jpm.model.Exit;
import io.jpm.model.Phase;
import java.util.Optional;

/// All that decides what happens next to one instance.
///
/// @param wanted what the owner wants
/// @param phase what is so
/// @param awaiting what it waits for while it is launching, or will wait for when its delayed
///   restart is due
/// @param ending why it is stopping
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
    Wanted wanted,
    Phase phase,
    Awaiting awaiting,
    Ending ending,
    boolean signalled,
    long generation,
    Counters counters,
    long onlineSinceNanos,
    Optional<Exit> lastExit,
    String reason,
    String forced) {

  /// Of which no stop had to be forced.
  public Supervised(
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
    this(
        wanted,
        phase,
        awaiting,
        ending,
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

  /// This one as it takes the place of `former`: one restart more, and what was seen of the former
  /// one is shown on.
  ///
  /// @param why for people
  public Supervised inPlaceOf(Supervised former, String why) {
    Counters restarted =
        new Counters(
            former.restarts() + 1, counters.unstable(), counters.attempts(), counters.failures());
    return new Supervised(
        wanted,
        phase,
        awaiting,
        ending,
        signalled,
        generation,
        restarted,
        onlineSinceNanos,
        lastExit.or(former::lastExit),
        why,
        forced);
  }

  /// Whether it is launching and waits for just this.
  boolean awaits(Awaiting what) {
    return phase == Phase.LAUNCHING && awaiting == what;
  }

  Supervised want(Wanted next) {
    return changed(next, phase, awaiting, ending, reason);
  }

  /// In another phase, of which neither a launch nor an end is under way.
  Supervised in(Phase next, String why) {
    return changed(wanted, next, Awaiting.NOTHING, Ending.NONE, why).signalled(false).forced("");
  }

  Supervised launching(Awaiting what, String why) {
    return changed(wanted, Phase.LAUNCHING, what, Ending.NONE, why).signalled(false).forced("");
  }

  /// Waiting for its restart.
  ///
  /// @param then what it waits for when the delay is over
  Supervised delayed(Awaiting then, String why) {
    return changed(wanted, Phase.WAITING_RESTART, then, Ending.NONE, why)
        .signalled(false)
        .forced("");
  }

  Supervised stopping(Ending why, String words) {
    return changed(wanted, Phase.STOPPING, Awaiting.NOTHING, why, words);
  }

  /// Launching, and to be ended when it is here.
  Supervised replacing(String why) {
    return changed(wanted, phase, awaiting, Ending.ASKED, why);
  }

  Supervised because(String why) {
    return changed(wanted, phase, awaiting, ending, why);
  }

  private Supervised changed(Wanted w, Phase p, Awaiting a, Ending e, String why) {
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
        wanted,
        phase,
        awaiting,
        ending,
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
    return new Supervised(wanted, phase, awaiting, ending, s, g, c, since, exit, reason, forced);
  }
}
