package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.Readiness;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.model.run.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Drives one instance through its state machine: each method is one event of the current
/// generation.
final class Life {
  static final Exit CLEAN = new Exit.Code(0);
  static final Exit CRASH = new Exit.Code(1);
  static final Exit UNSEEN = new Exit.Unknown("no daemon");

  static final Policies PM2 =
      new Policies(RestartPolicy.PM2, StopPolicy.DEFAULT, Readiness.DEFAULT, false);

  private final Policies policies;
  private Supervised state = Supervised.NEW;
  private List<Effect> effects = List.of();
  private long nowMillis;

  private Life(Policies policies) {
    this.policies = policies;
  }

  static Life of(Policies policies) {
    return new Life(policies);
  }

  /// Returns an instance that has just become online.
  static Life online(Policies policies) {
    Life life = of(policies).start();
    if (policies.dependent()) {
      life.dependenciesMet();
    }
    life.spawned();
    return policies.readiness().awaited() ? life.ready() : life;
  }

  static Policies with(RestartPolicy restart) {
    return new Policies(restart, PM2.stop(), PM2.readiness(), false);
  }

  static Policies with(RestartPolicy.When when) {
    return with(RestartPolicy.PM2.with(when));
  }

  static Policies with(Backoff backoff) {
    return with(RestartPolicy.PM2.with(backoff));
  }

  static Policies withMaxRestarts(int maxRestarts) {
    return with(
        new RestartPolicy(
            RestartPolicy.When.ALWAYS, maxRestarts, Duration.ofSeconds(1), Duration.ZERO));
  }

  static Policies withStopCodes(RestartPolicy.When when, Integer... codes) {
    return with(new RestartPolicy(when, 16, Duration.ofSeconds(1), Backoff.NONE, Set.of(codes)));
  }

  static Policies with(StopPolicy stop) {
    return new Policies(PM2.restart(), stop, PM2.readiness(), false);
  }

  static Policies awaitingReady(RestartPolicy restart) {
    return new Policies(restart, PM2.stop(), new Readiness(true, Duration.ofSeconds(3)), false);
  }

  static Policies dependent() {
    return new Policies(PM2.restart(), PM2.stop(), PM2.readiness(), true);
  }

  static StopPolicy byCommand(boolean wholeTree) {
    return new StopPolicy(
        Signal.SIGINT, Duration.ofMillis(1600), wholeTree, false, List.of("./drain"));
  }

  static StopPolicy byMessage() {
    return new StopPolicy(Signal.SIGINT, Duration.ofMillis(1600), true, true, List.of());
  }

  /// Advances the clock.
  Life after(long millis) {
    nowMillis += millis;
    return this;
  }

  Life on(Event event) {
    Step step = Supervision.step(state, event, policies, Duration.ofMillis(nowMillis).toNanos());
    state = step.next();
    effects = step.effects();
    return this;
  }

  Life start() {
    return on(new Event.StartAsked());
  }

  Life stop() {
    return on(new Event.StopAsked());
  }

  Life restart() {
    return on(new Event.RestartAsked());
  }

  Life due(Event.Cause cause, String reason) {
    return on(new Event.RestartDue(cause, reason));
  }

  Life dependenciesMet() {
    return on(new Event.DependenciesMet(generation()));
  }

  Life spawned() {
    return on(new Event.Spawned(generation()));
  }

  Life refused(String reason, boolean temporary) {
    return on(new Event.SpawnFailed(generation(), reason, temporary));
  }

  Life ready() {
    return on(new Event.Ready(generation()));
  }

  Life exits(Exit exit) {
    return on(new Event.Exited(generation(), exit, false));
  }

  Life exitsLeavingOthers(Exit exit) {
    return on(new Event.Exited(generation(), exit, true));
  }

  /// The main process exits with 0 immediately and leaves a daemon running.
  Life daemonizes(int afterMillis) {
    Duration ran = Duration.ofMillis(afterMillis);
    Daemonized words = new Daemonized("it daemonized itself", ran, Duration.ofSeconds(1));
    return on(new Event.Exited(generation(), CLEAN, true, "", "", Optional.of(words)));
  }

  Life treeGone() {
    return on(new Event.TreeGone(generation()));
  }

  /// The whole tree ended before SIGKILL could reach any process other than the main one.
  Life treeGoneUnkilled() {
    return on(new Event.TreeGone(generation(), false));
  }

  Life stopCommandEnded() {
    return on(new Event.StopCommandEnded(generation()));
  }

  Life fires(Timer timer) {
    return on(new Event.TimerFired(timer, generation()));
  }

  Life foundGone(Exit exit, boolean leftovers) {
    return on(new Event.FoundGone(generation(), exit, leftovers));
  }

  Life adopted(long uptimeMillis) {
    return on(new Event.Adopted(generation(), Duration.ofMillis(uptimeMillis).toNanos()));
  }

  /// Returns an instance that is errored after its first crash.
  static Life errored() {
    return online(withMaxRestarts(1)).exits(CRASH);
  }

  Supervised state() {
    return state;
  }

  /// Returns the effects of the last event.
  List<Effect> effects() {
    return effects;
  }

  Phase phase() {
    return state.phase();
  }

  String reason() {
    return state.reason();
  }

  long generation() {
    return state.generation();
  }

  Effect spawn() {
    return new Effect.Spawn(generation());
  }

  Effect signal(Signal signal) {
    return new Effect.SignalTree(generation(), signal);
  }

  Effect timer(Timer timer, long millis) {
    return new Effect.StartTimer(timer, generation(), Duration.ofMillis(millis));
  }

  static Effect announce(Effect.Change change) {
    return new Effect.Announce(change);
  }
}
