package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Drives one instance through its state machine: each method is one event of the current
/// generation.
final class InstanceDriver {
  static final Exit CLEAN = new Exit.Code(0);
  static final Exit CRASH = new Exit.Code(1);
  static final Exit UNSEEN = new Exit.Unknown("no daemon");

  static final SupervisionPolicy PM2 =
      new SupervisionPolicy(RestartPolicy.PM2, StopPolicy.DEFAULT, ReadinessPolicy.DEFAULT, false);

  private final SupervisionPolicy supervisionPolicy;
  private InstanceState state = InstanceState.NEW;
  private List<SupervisionEffect> effects = List.of();
  private long nowMillis;

  private InstanceDriver(SupervisionPolicy supervisionPolicy) {
    this.supervisionPolicy = supervisionPolicy;
  }

  static InstanceDriver of(SupervisionPolicy supervisionPolicy) {
    return new InstanceDriver(supervisionPolicy);
  }

  /// Returns an instance that has just become online.
  static InstanceDriver online(SupervisionPolicy supervisionPolicy) {
    InstanceDriver instanceDriver = of(supervisionPolicy).start();
    if (supervisionPolicy.dependent()) {
      instanceDriver.dependenciesMet();
    }
    instanceDriver.spawned();
    return supervisionPolicy.readiness().awaited() ? instanceDriver.ready() : instanceDriver;
  }

  static SupervisionPolicy with(RestartPolicy restart) {
    return new SupervisionPolicy(restart, PM2.stop(), PM2.readiness(), false);
  }

  static SupervisionPolicy with(RestartPolicy.When when) {
    return with(RestartPolicy.PM2.with(when));
  }

  static SupervisionPolicy with(Backoff backoff) {
    return with(RestartPolicy.PM2.with(backoff));
  }

  static SupervisionPolicy withMaxRestarts(int maxRestarts) {
    return with(
        new RestartPolicy(
            RestartPolicy.When.ALWAYS, maxRestarts, Duration.ofSeconds(1), Duration.ZERO));
  }

  static SupervisionPolicy withStopCodes(RestartPolicy.When when, Integer... codes) {
    return with(new RestartPolicy(when, 16, Duration.ofSeconds(1), Backoff.NONE, Set.of(codes)));
  }

  static SupervisionPolicy with(StopPolicy stop) {
    return new SupervisionPolicy(PM2.restart(), stop, PM2.readiness(), false);
  }

  static SupervisionPolicy awaitingReady(RestartPolicy restart) {
    return new SupervisionPolicy(
        restart, PM2.stop(), new ReadinessPolicy(true, Duration.ofSeconds(3)), false);
  }

  static SupervisionPolicy dependent() {
    return new SupervisionPolicy(PM2.restart(), PM2.stop(), PM2.readiness(), true);
  }

  static StopPolicy byCommand(boolean wholeTree) {
    return new StopPolicy(
        Signal.SIGINT, Duration.ofMillis(1600), wholeTree, false, List.of("./drain"));
  }

  static StopPolicy byMessage() {
    return new StopPolicy(Signal.SIGINT, Duration.ofMillis(1600), true, true, List.of());
  }

  /// Advances the clock.
  InstanceDriver advance(long millis) {
    nowMillis += millis;
    return this;
  }

  InstanceDriver on(SupervisionEvent supervisionEvent) {
    Step step =
        Supervision.step(
            state, supervisionEvent, supervisionPolicy, Duration.ofMillis(nowMillis).toNanos());
    state = step.next();
    effects = step.effects();
    return this;
  }

  InstanceDriver start() {
    return on(new SupervisionEvent.StartRequested());
  }

  InstanceDriver stop() {
    return on(new SupervisionEvent.StopRequested());
  }

  InstanceDriver restart() {
    return on(new SupervisionEvent.RestartRequested());
  }

  InstanceDriver due(SupervisionEvent.RestartCause restartCause, String reason) {
    return on(new SupervisionEvent.RestartDue(restartCause, reason));
  }

  InstanceDriver dependenciesMet() {
    return on(new SupervisionEvent.DependenciesMet(generation()));
  }

  InstanceDriver spawned() {
    return on(new SupervisionEvent.Spawned(generation()));
  }

  InstanceDriver spawnFails(String reason, boolean temporary) {
    return on(new SupervisionEvent.SpawnFailed(generation(), reason, temporary));
  }

  InstanceDriver ready() {
    return on(new SupervisionEvent.Ready(generation()));
  }

  InstanceDriver exits(Exit exit) {
    return on(new SupervisionEvent.Exited(generation(), exit, false));
  }

  InstanceDriver exitsWithLeftovers(Exit exit) {
    return on(new SupervisionEvent.Exited(generation(), exit, true));
  }

  /// The main process exits with 0 immediately and leaves a daemon running.
  InstanceDriver daemonizes(int afterMillis) {
    Duration ran = Duration.ofMillis(afterMillis);
    DaemonizedProgram words =
        new DaemonizedProgram("it daemonized itself", ran, Duration.ofSeconds(1));
    return on(new SupervisionEvent.Exited(generation(), CLEAN, true, "", "", Optional.of(words)));
  }

  InstanceDriver treeGone() {
    return on(new SupervisionEvent.TreeGone(generation()));
  }

  /// The whole tree ended before SIGKILL could reach any process other than the main one.
  InstanceDriver treeGoneUnkilled() {
    return on(new SupervisionEvent.TreeGone(generation(), false));
  }

  InstanceDriver stopCommandEnded() {
    return on(new SupervisionEvent.StopCommandEnded(generation()));
  }

  InstanceDriver timerFires(InstanceTimer instanceTimer) {
    return on(new SupervisionEvent.TimerFired(instanceTimer, generation()));
  }

  InstanceDriver foundGone(Exit exit, boolean leftovers) {
    return on(new SupervisionEvent.ProcessGone(generation(), exit, leftovers));
  }

  InstanceDriver adopted(long uptimeMillis) {
    return on(
        new SupervisionEvent.Adopted(generation(), Duration.ofMillis(uptimeMillis).toNanos()));
  }

  /// Returns an instance that is errored after its first crash.
  static InstanceDriver errored() {
    return online(withMaxRestarts(1)).exits(CRASH);
  }

  InstanceState state() {
    return state;
  }

  /// Returns the effects of the last event.
  List<SupervisionEffect> effects() {
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

  SupervisionEffect spawn() {
    return new SupervisionEffect.Spawn(generation());
  }

  SupervisionEffect signal(Signal signal) {
    return new SupervisionEffect.SignalTree(generation(), signal);
  }

  SupervisionEffect timer(InstanceTimer instanceTimer, long millis) {
    return new SupervisionEffect.StartTimer(instanceTimer, generation(), Duration.ofMillis(millis));
  }

  static SupervisionEffect announce(SupervisionEffect.LifecycleChange lifecycleChange) {
    return new SupervisionEffect.Announce(lifecycleChange);
  }
}
