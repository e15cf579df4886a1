package io.jpm.god.process;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReport;
import io.jpm.god.instance.HealthStatus;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.model.run.Phase;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.WorkerId;
import io.jpm.supervise.Event;
import io.jpm.supervise.StartBlocker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// What God and Satan tell each other about the health of processes whose apps have checks; of
/// others nothing is said. Owned by GodVerticle's context.
public final class HealthCoordinator {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Who does not answer must not hold up a start for ever.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// Whom the news are for.
  public interface Listener {
    /// Something has happened to the instance.
    void on(Instance instance, Event event);

    /// The world is to be told.
    void announce(Instance instance, InstanceEvent.Kind kind, String reason);

    /// The present process is fit for new connections, or is not.
    void fit(Instance instance, boolean fit);

    /// A new process is to take the place of the present one, which hangs.
    void replace(Instance instance, String reason);
  }

  private final Vertx vertx;
  private final Registry registry;
  private final Listener listener;

  public HealthCoordinator(Vertx vertx, Registry registry, Listener listener) {
    this.vertx = vertx;
    this.registry = registry;
    this.listener = listener;
  }

  /// Satan has found out something.
  public void heard(SatanReport.OfHealth report) {
    registry
        .of(report.worker())
        .filter(it -> it.healthStatus.attended.equals(Optional.of(report.worker())))
        .ifPresent(instance -> heard(instance, report));
  }

  /// Has the process that is about to be made looked after. Completes when nothing it says can be
  /// missed.
  ///
  /// @param variables its environment
  Future<Void> attend(Instance instance, Map<String, String> variables) {
    instance.healthStatus = new HealthStatus();
    return instance.spec.health().any()
        ? attend(instance, variables, false)
        : Future.succeededFuture();
  }

  /// Has a process of an earlier daemon looked after.
  Future<Void> adopt(Instance instance, ProcessIdentity process, Map<String, String> variables) {
    boolean ready = instance.state.phase() == Phase.ONLINE;
    if (!instance.spec.health().any() || (!ready && instance.state.phase() != Phase.LAUNCHING)) {
      return Future.succeededFuture();
    }
    return attend(instance, variables, ready).onSuccess(_ -> began(instance, process));
  }

  /// Whether its process is looked after by other checks than its app names, and can be looked
  /// after by these.
  boolean isOutdated(Instance instance) {
    Phase phase = instance.state.phase();
    return (phase == Phase.LAUNCHING || phase == Phase.ONLINE)
        && instance.replacementRole != ReplacementRole.DRAINING
        && !instance.healthStatus.health.equals(instance.spec.health())
        && !instance.spec.health().notifies();
  }

  /// Has a process that runs looked after by the checks that its app names now. What was found
  /// before is forgotten; whoever is ready stays so.
  void attendAnew(Instance instance, ProcessIdentity process, Map<String, String> variables) {
    boolean waits = instance.state.startBlocker() == StartBlocker.READINESS;
    Optional<WorkerId> before = instance.healthStatus.attended;
    var healthStatus = new HealthStatus();
    healthStatus.saidReady = instance.healthStatus.saidReady;
    instance.healthStatus = healthStatus;
    instance.saying = "";
    if (instance.unhealthy.isPresent()) {
      recovered(instance, "it is checked otherwise now");
    }
    if (instance.spec.health().any()) {
      attend(instance, variables, !waits)
          .onSuccess(_ -> {
            began(instance, process);
            if (healthStatus.saidReady) {
              tell(new SatanCommand.SaidReady(instance.worker()));
            }
          });
    } else {
      before.ifPresent(worker -> tell(new SatanCommand.StopMonitoring(worker)));
    }
    if (waits) {
      readyIfAll(instance);
    }
  }

  private Future<Void> attend(Instance instance, Map<String, String> variables, boolean ready) {
    WorkerId worker = instance.worker();
    instance.healthStatus.attended = Optional.of(worker);
    instance.healthStatus.health = instance.spec.health();
    return vertx
        .eventBus()
        .request(
            Addresses.SATAN_COMMAND,
            new SatanCommand.StartMonitoring(worker, instance.spec, variables, ready),
            new DeliveryOptions().setSendTimeout(PATIENCE.toMillis()))
        .<Void>mapEmpty()
        .recover(error -> {
          LOG.log(
              Level.WARNING,
              "{0}: its health is not looked after, Satan does not answer: {1}",
              instance.label(),
              error.getMessage());
          return Future.succeededFuture();
        });
  }

  /// The process of [#attend] runs.
  void began(Instance instance, ProcessIdentity process) {
    instance.healthStatus.attended.ifPresent(
        worker -> tell(new SatanCommand.ProcessStarted(worker, process)));
  }

  /// The process has said `ready` over its channel.
  void saidReady(Instance instance) {
    instance.healthStatus.saidReady = true;
    instance.healthStatus.attended.ifPresent(worker -> tell(new SatanCommand.SaidReady(worker)));
    readyIfAll(instance);
  }

  /// Nobody is left who could tell that the process is ready.
  public void saysNothing(Instance instance) {
    instance.healthStatus.saidReady = true;
    readyIfAll(instance);
  }

  /// Everything that the app has named must have come.
  private void readyIfAll(Instance instance) {
    HealthStatus healthStatus = instance.healthStatus;
    boolean said = healthStatus.saidReady || !instance.spec.readiness().awaited();
    boolean passed = healthStatus.passed || !instance.spec.health().gates();
    if (said && passed) {
      listener.on(instance, new Event.Ready(instance.state.generation()));
    } else if (passed) {
      healthStatus.lacking = "it has not said ready";
    }
  }

  /// An instance has changed: a process that has ended, is being ended or has left its place is
  /// looked after no more.
  public void look(Instance instance) {
    Optional<WorkerId> attended = instance.healthStatus.attended;
    if (attended.isEmpty()) {
      return;
    }
    Phase phase = instance.state.phase();
    boolean goesOn =
        (phase == Phase.LAUNCHING || phase == Phase.ONLINE)
            && attended.get().equals(instance.worker())
            && instance.replacementRole != ReplacementRole.DRAINING;
    if (!goesOn) {
      tell(new SatanCommand.StopMonitoring(attended.get()));
      instance.healthStatus = new HealthStatus();
      instance.unhealthy = Optional.empty();
      instance.saying = "";
    }
  }

  private void heard(Instance instance, SatanReport.OfHealth report) {
    switch (report) {
      case SatanReport.Ready _ -> {
        instance.healthStatus.passed = true;
        instance.healthStatus.lacking = "";
        readyIfAll(instance);
      }
      case SatanReport.NotYet(WorkerId _, String reason) -> {
        instance.healthStatus.lacking = reason;
        LOG.log(Level.DEBUG, "{0} is not ready yet: {1}", instance.label(), reason);
      }
      case SatanReport.Unhealthy(WorkerId _, String reason) -> {
        instance.unhealthy = Optional.of(reason);
        listener.fit(instance, false);
        announce(instance, InstanceEvent.Kind.UNHEALTHY, reason);
      }
      case SatanReport.Recovered _ -> recovered(instance, "all is well again");
      case SatanReport.Dead(WorkerId _, String reason) ->
          listener.replace(instance, "liveness: " + reason);
      case SatanReport.MoreTime(WorkerId worker, Duration time) ->
          listener.on(instance, new Event.MoreTimeAsked(worker.generation(), time));
      case SatanReport.Says(WorkerId _, String text) -> instance.saying = text;
    }
  }

  private void recovered(Instance instance, String reason) {
    instance.unhealthy = Optional.empty();
    listener.fit(instance, true);
    announce(instance, InstanceEvent.Kind.RECOVERED, reason);
  }

  private void announce(Instance instance, InstanceEvent.Kind kind, String reason) {
    if (instance.replacementRole == ReplacementRole.CURRENT) {
      listener.announce(instance, kind, reason);
    }
  }

  private void tell(SatanCommand news) {
    vertx.eventBus().send(Addresses.SATAN_COMMAND, news);
  }
}
