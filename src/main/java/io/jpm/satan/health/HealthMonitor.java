package io.jpm.satan.health;

import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.SatanCommand.StartMonitoring;
import io.jpm.bus.satan.SatanReport;
import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
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

/// Monitors the health of one process by carrying out the effects of [ProbeStateMachine]. Confined
/// to SatanVerticle's context.
final class HealthMonitor {
  private static final Logger LOG = System.getLogger("jpm.satan");

  /// The collaborators that all monitors share.
  ///
  /// @param nanoTime monotonic time
  /// @param reports receives the reports
  record Collaborators(
      Vertx vertx,
      ActiveProbes probes,
      PassiveProbe passiveProbe,
      LongSupplier nanoTime,
      Consumer<SatanReport.HealthChange> reports) {}

  private final Collaborators collaborators;
  private final StartMonitoring startMonitoring;
  private final Map<ProbeKind, ProbeHandler> checks = new EnumMap<>(ProbeKind.class);
  private final Map<ProbeKind, ProbeAttempt> attempts = new EnumMap<>(ProbeKind.class);
  private final List<PassiveProbe.ProbeSubscription> heard = new ArrayList<>();
  private final ProbeHistory probeHistory;
  private ProbeStateMachine probeStateMachine;
  private HealthState healthState = HealthState.NEW;
  private Optional<ProbeTarget> probeTarget = Optional.empty();
  private @Nullable Long timer;

  HealthMonitor(Collaborators means, StartMonitoring startMonitoring) {
    this.collaborators = means;
    this.startMonitoring = startMonitoring;
    HealthProbes healthProbes = startMonitoring.spec().health();
    healthProbes.startup().ifPresent(it -> checks.put(ProbeKind.STARTUP, it.check()));
    healthProbes.readiness().ifPresent(it -> checks.put(ProbeKind.READINESS, it.check()));
    healthProbes.liveness().ifPresent(it -> checks.put(ProbeKind.LIVENESS, it.check()));
    this.probeStateMachine =
        new ProbeStateMachine(
            ProbeConfig.of(
                healthProbes,
                (probeHandler, time) ->
                    TimeoutMessage.of(probeHandler, time, startMonitoring.variables())));
    this.probeHistory = new ProbeHistory(probeStateMachine.rules(), means.nanoTime().getAsLong());
  }

  /// Opens the passive probes. Once the result completes, no signal of the process can be missed.
  Future<Void> open() {
    List<Future<Void>> opening =
        checks.values().stream().filter(HealthMonitor::listens).distinct().map(this::open).toList();
    return Future.join(opening).mapEmpty();
  }

  private static boolean listens(ProbeHandler probeHandler) {
    return switch (probeHandler) {
      case ProbeHandler.Log _, ProbeHandler.Notify _ -> true;
      case ProbeHandler.Http _, ProbeHandler.Tcp _, ProbeHandler.Exec _ -> false;
    };
  }

  private Future<Void> open(ProbeHandler probeHandler) {
    return collaborators
        .passiveProbe()
        .open(startMonitoring, probeHandler, probeSignal -> onSignal(probeHandler, probeSignal))
        .<Void>map(opened -> {
          if (healthState.isOver()) {
            opened.close();
          } else {
            heard.add(opened);
            probeTarget.ifPresent(it -> opened.processStarted(it.process()));
          }
          return null;
        })
        .recover(error -> {
          each(
              probeHandler,
              probeKind -> signalsUnavailable(probeKind, String.valueOf(error.getMessage())));
          return Future.succeededFuture();
        });
  }

  private void signalsUnavailable(ProbeKind probeKind, String reason) {
    if (probeKind == ProbeKind.LIVENESS) {
      LOG.log(
          Level.WARNING,
          "the liveness probe of {0} does not run: {1}",
          startMonitoring.spec().name(),
          reason);
      probeStateMachine = probeStateMachine.without(probeKind);
    }
    probeHistory.signalUnavailable(probeKind, reason);
    take(new HealthEvent.SignalUnavailable(probeKind, reason));
  }

  /// Starts the probes, because the process has started.
  void processStarted(ProcessIdentity process) {
    if (probeTarget.isEmpty() && !healthState.isOver()) {
      probeTarget = Optional.of(new ProbeTarget(startMonitoring, process));
      heard.forEach(it -> it.processStarted(process));
      take(new HealthEvent.ProcessStarted(startMonitoring.ready()));
    }
  }

  /// Returns the process; empty until it has started.
  Optional<ProcessIdentity> process() {
    return probeTarget.map(ProbeTarget::process);
  }

  /// Returns the current health; empty if the app has no probes.
  Optional<HealthReport> report() {
    return checks.isEmpty()
        ? Optional.empty()
        : Optional.of(probeHistory.report(collaborators.nanoTime().getAsLong()));
  }

  /// Records that the process has sent `ready` over its IPC channel.
  void readyAnnounced() {
    ready(new ProbeHandler.Notify());
  }

  /// Stops the monitoring.
  void stop() {
    take(new HealthEvent.Stopped());
    heard.forEach(PassiveProbe.ProbeSubscription::close);
    heard.clear();
  }

  private void onSignal(ProbeHandler probeHandler, PassiveProbe.ProbeSignal probeSignal) {
    if (healthState.isOver()) {
      return;
    }
    switch (probeSignal) {
      case PassiveProbe.ProbeSignal.Ready() -> ready(probeHandler);
      case PassiveProbe.ProbeSignal.Alive() -> {
        if (probeHandler.equals(checks.get(ProbeKind.LIVENESS))) {
          take(new HealthEvent.SignalReceived(ProbeKind.LIVENESS));
        }
      }
      case PassiveProbe.ProbeSignal.Line _ ->
          each(probeHandler, probeKind -> take(new HealthEvent.SignalReceived(probeKind)));
      case PassiveProbe.ProbeSignal.Failing() ->
          take(
              new HealthEvent.Failing(
                  "the process reported that it cannot continue (WATCHDOG=trigger)"));
      case PassiveProbe.ProbeSignal.Stopping() -> take(new HealthEvent.Stopped());
      case PassiveProbe.ProbeSignal.TimeoutExtension(var time) ->
          collaborators.reports().accept(new SatanReport.TimeoutExtension(worker(), time));
      case PassiveProbe.ProbeSignal.StatusChanged(String text) ->
          collaborators.reports().accept(new SatanReport.StatusText(worker(), text));
    }
  }

  private void ready(ProbeHandler probeHandler) {
    each(
        probeHandler,
        probeKind -> {
          if (probeKind != ProbeKind.LIVENESS) {
            take(new HealthEvent.SignalReceived(probeKind));
          }
        });
  }

  private void each(ProbeHandler probeHandler, Consumer<ProbeKind> action) {
    List<ProbeKind> roles =
        checks.keySet().stream().filter(r -> probeHandler.equals(checks.get(r))).toList();
    roles.forEach(action);
  }

  private WorkerId worker() {
    return startMonitoring.worker();
  }

  private void take(HealthEvent healthEvent) {
    long now = collaborators.nanoTime().getAsLong();
    ProbeStateMachine.Step step = probeStateMachine.step(healthState, healthEvent, now);
    healthState = step.next();
    probeHistory.update(healthState, now);
    step.orders().forEach(this::carryOut);
    arm();
  }

  private void carryOut(HealthEffect healthEffect) {
    Consumer<SatanReport.HealthChange> reports = collaborators.reports();
    switch (healthEffect) {
      case HealthEffect.StartAttempt(ProbeKind probeKind, long attempt) -> ask(probeKind, attempt);
      case HealthEffect.CancelAttempt(ProbeKind probeKind, long _) -> {
        ProbeAttempt probeAttempt = attempts.remove(probeKind);
        if (probeAttempt != null) {
          probeAttempt.cancel();
        }
      }
      case HealthEffect.ReportReady() -> reports.accept(new SatanReport.Ready(worker()));
      case HealthEffect.ReportNotReady(String reason) ->
          reports.accept(new SatanReport.NotReady(worker(), reason));
      case HealthEffect.ReportUnhealthy(String reason) ->
          reports.accept(new SatanReport.Unhealthy(worker(), reason));
      case HealthEffect.ReportRecovered() -> reports.accept(new SatanReport.Recovered(worker()));
      case HealthEffect.ReportDead(String reason) ->
          reports.accept(new SatanReport.Dead(worker(), reason));
    }
  }

  /// Starts an attempt. The result is processed in a later task of the context, because it may
  /// arrive before the attempt is stored.
  private void ask(ProbeKind probeKind, long attempt) {
    ProbeHandler probeHandler = checks.get(probeKind);
    if (probeHandler == null || probeTarget.isEmpty()) {
      return;
    }
    attempts.put(
        probeKind,
        collaborators
            .probes()
            .start(
                probeHandler,
                probeTarget.get(),
                probeResult ->
                    collaborators
                        .vertx()
                        .runOnContext(_ ->
                            take(
                                new HealthEvent.AttemptFinished(
                                    probeKind, attempt, probeResult)))));
  }

  /// Sets the timer of this monitor to the time at which the first probe is due.
  private void arm() {
    if (timer != null) {
      collaborators.vertx().cancelTimer(timer);
      timer = null;
    }
    OptionalLong due = healthState.due();
    if (due.isPresent()) {
      long nanos = due.getAsLong() - collaborators.nanoTime().getAsLong();
      long millis = Math.max(1, Math.ceilDiv(nanos, 1_000_000));
      timer =
          collaborators
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
