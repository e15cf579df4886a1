package io.jpm.satan.health;

import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.SatanCommand.StartMonitoring;
import io.jpm.bus.satan.SatanReport;
import io.jpm.model.Check;
import io.jpm.model.Health;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.WorkerId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Monitors the health of one process: carries out the effects of [ProbeStateMachine]. Confined to
/// SatanVerticle's context.
final class HealthMonitor {
  private static final Logger LOG = System.getLogger("jpm.satan");

  /// The collaborators that all monitors share.
  ///
  /// @param nanoTime monotonic time
  /// @param reports receives the reports
  record Means(
      Vertx vertx,
      Probes probes,
      PassiveProbe passiveProbe,
      LongSupplier nanoTime,
      Consumer<SatanReport.OfHealth> reports) {}

  private final Means means;
  private final StartMonitoring startMonitoring;
  private final Map<ProbeRole, Check> checks = new EnumMap<>(ProbeRole.class);
  private final Map<ProbeRole, ProbeAttempt> attempts = new EnumMap<>(ProbeRole.class);
  private final List<PassiveProbe.ProbeSubscription> heard = new ArrayList<>();
  private final ProbeHistory probeHistory;
  private ProbeStateMachine probeStateMachine;
  private HealthState healthState = HealthState.NEW;
  private Optional<ProbeTarget> probeTarget = Optional.empty();
  private @Nullable Long timer;

  HealthMonitor(Means means, StartMonitoring startMonitoring) {
    this.means = means;
    this.startMonitoring = startMonitoring;
    Health health = startMonitoring.spec().health();
    health.startup().ifPresent(it -> checks.put(ProbeRole.STARTUP, it.check()));
    health.readiness().ifPresent(it -> checks.put(ProbeRole.READINESS, it.check()));
    health.liveness().ifPresent(it -> checks.put(ProbeRole.LIVENESS, it.check()));
    this.probeStateMachine =
        new ProbeStateMachine(
            ProbeConfig.of(
                health,
                (check, time) -> TimeoutMessage.of(check, time, startMonitoring.variables())));
    this.probeHistory = new ProbeHistory(probeStateMachine.rules(), means.nanoTime().getAsLong());
  }

  /// Opens the passive probes. Completes when no signal of the process can be missed any more.
  Future<Void> open() {
    List<Future<Void>> opening =
        checks.values().stream().filter(HealthMonitor::listens).distinct().map(this::open).toList();
    return Future.join(opening).mapEmpty();
  }

  private static boolean listens(Check check) {
    return switch (check) {
      case Check.Log _, Check.Notify _ -> true;
      case Check.Http _, Check.Tcp _, Check.Exec _ -> false;
    };
  }

  private Future<Void> open(Check check) {
    return means
        .passiveProbe()
        .open(startMonitoring, check, probeSignal -> heard(check, probeSignal))
        .<Void>map(opened -> {
          if (healthState.over()) {
            opened.close();
          } else {
            heard.add(opened);
            probeTarget.ifPresent(it -> opened.began(it.process()));
          }
          return null;
        })
        .recover(error -> {
          each(check, probeRole -> deaf(probeRole, String.valueOf(error.getMessage())));
          return Future.succeededFuture();
        });
  }

  private void deaf(ProbeRole probeRole, String reason) {
    if (probeRole == ProbeRole.LIVENESS) {
      LOG.log(
          Level.WARNING,
          "{0}: liveness is not checked: {1}",
          startMonitoring.spec().name(),
          reason);
      probeStateMachine = probeStateMachine.without(probeRole);
    }
    probeHistory.unheard(probeRole, reason);
    take(new HealthEvent.Unheard(probeRole, reason));
  }

  /// Starts the probes when the process has started.
  void began(ProcessIdentity process) {
    if (probeTarget.isEmpty() && !healthState.over()) {
      probeTarget = Optional.of(new ProbeTarget(startMonitoring, process));
      heard.forEach(it -> it.began(process));
      take(new HealthEvent.Began(startMonitoring.ready()));
    }
  }

  /// Returns the process, once it has started.
  Optional<ProcessIdentity> process() {
    return probeTarget.map(ProbeTarget::process);
  }

  /// Returns the present health; empty if the app has no probes.
  Optional<HealthReport> report() {
    return checks.isEmpty()
        ? Optional.empty()
        : Optional.of(probeHistory.report(means.nanoTime().getAsLong()));
  }

  /// The process has sent `ready` over its IPC channel.
  void saidReady() {
    ready(new Check.Notify());
  }

  /// Ends the monitoring.
  void leave() {
    take(new HealthEvent.Left());
    heard.forEach(PassiveProbe.ProbeSubscription::close);
    heard.clear();
  }

  private void heard(Check check, PassiveProbe.ProbeSignal probeSignal) {
    if (healthState.over()) {
      return;
    }
    switch (probeSignal) {
      case PassiveProbe.ProbeSignal.Ready() -> ready(check);
      case PassiveProbe.ProbeSignal.Alive() -> {
        if (check.equals(checks.get(ProbeRole.LIVENESS))) {
          take(new HealthEvent.Heard(ProbeRole.LIVENESS));
        }
      }
      case PassiveProbe.ProbeSignal.Line _ ->
          each(check, probeRole -> take(new HealthEvent.Heard(probeRole)));
      case PassiveProbe.ProbeSignal.Failing() ->
          take(new HealthEvent.Failing("it reported that it cannot continue (WATCHDOG=trigger)"));
      case PassiveProbe.ProbeSignal.Stopping() -> take(new HealthEvent.Left());
      case PassiveProbe.ProbeSignal.MoreTime(var time) ->
          means.reports().accept(new SatanReport.MoreTime(worker(), time));
      case PassiveProbe.ProbeSignal.Says(String text) ->
          means.reports().accept(new SatanReport.Says(worker(), text));
    }
  }

  private void ready(Check check) {
    each(
        check,
        probeRole -> {
          if (probeRole != ProbeRole.LIVENESS) {
            take(new HealthEvent.Heard(probeRole));
          }
        });
  }

  private void each(Check check, Consumer<ProbeRole> action) {
    List<ProbeRole> roles =
        checks.keySet().stream().filter(r -> check.equals(checks.get(r))).toList();
    roles.forEach(action);
  }

  private WorkerId worker() {
    return startMonitoring.worker();
  }

  private void take(HealthEvent healthEvent) {
    long now = means.nanoTime().getAsLong();
    ProbeStateMachine.Step step = probeStateMachine.step(healthState, healthEvent, now);
    healthState = step.next();
    probeHistory.take(healthState, now);
    step.orders().forEach(this::carryOut);
    arm();
  }

  private void carryOut(HealthEffect healthEffect) {
    Consumer<SatanReport.OfHealth> reports = means.reports();
    switch (healthEffect) {
      case HealthEffect.Ask(ProbeRole probeRole, long attempt) -> ask(probeRole, attempt);
      case HealthEffect.GiveUp(ProbeRole probeRole, long _) -> {
        ProbeAttempt probeAttempt = attempts.remove(probeRole);
        if (probeAttempt != null) {
          probeAttempt.giveUp();
        }
      }
      case HealthEffect.SayReady() -> reports.accept(new SatanReport.Ready(worker()));
      case HealthEffect.SayNotYet(String reason) ->
          reports.accept(new SatanReport.NotYet(worker(), reason));
      case HealthEffect.SayUnhealthy(String reason) ->
          reports.accept(new SatanReport.Unhealthy(worker(), reason));
      case HealthEffect.SayRecovered() -> reports.accept(new SatanReport.Recovered(worker()));
      case HealthEffect.SayDead(String reason) ->
          reports.accept(new SatanReport.Dead(worker(), reason));
    }
  }

  /// Starts an attempt. Its result may arrive before this method returns, so it is processed later.
  private void ask(ProbeRole probeRole, long attempt) {
    Check check = checks.get(probeRole);
    if (check == null || probeTarget.isEmpty()) {
      return;
    }
    attempts.put(
        probeRole,
        means
            .probes()
            .ask(
                check,
                probeTarget.get(),
                probeResult ->
                    means
                        .vertx()
                        .runOnContext(
                            _ -> take(new HealthEvent.Answered(probeRole, attempt, probeResult)))));
  }

  /// Sets one timer, for the probe that is due first.
  private void arm() {
    if (timer != null) {
      means.vertx().cancelTimer(timer);
      timer = null;
    }
    OptionalLong due = healthState.due();
    if (due.isPresent()) {
      long nanos = due.getAsLong() - means.nanoTime().getAsLong();
      long millis = Math.max(1, Math.ceilDiv(nanos, 1_000_000));
      timer =
          means
              .vertx()
              .setTimer(
                  millis,
                  _ -> {
                    timer = null;
                    take(new HealthEvent.Tick());
                  });
    }
  }
}
