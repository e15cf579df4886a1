package io.jpm.god.rollout;

import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.lifecycle.GodServices;
import io.jpm.model.AppName;
import io.jpm.model.process.Phase;
import io.jpm.model.process.WorkerId;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.SupervisionEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/// Replaces processes that are unhealthy or exceed a limit. In cluster mode, a candidate is started
/// first, as in a reload. In fork mode, or if the candidate fails, the instance is restarted.
/// Confined to GodVerticle's context.
public final class ReplacementScheduler {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final GodServices godServices;
  private final Replacement replacement;
  private final Set<WorkerId> underWay = new HashSet<>();

  public ReplacementScheduler(GodServices godServices) {
    this.godServices = godServices;
    this.replacement = new Replacement(godServices);
  }

  /// Replaces the current process of the instance as soon as no reload or scaling of the app is in
  /// progress. Does nothing if the replacement has already been requested, or if the process is
  /// stopped or replaced in the meantime.
  ///
  /// @param restartCause the trigger of the replacement
  /// @param reason a human-readable reason, without a full stop
  public void schedule(
      SupervisedInstance supervisedInstance,
      SupervisionEvent.RestartCause restartCause,
      String reason) {
    var due = new SupervisionEvent.RestartDue(restartCause, reason);
    switch (supervisedInstance.replacementRole) {
      // A candidate is restarted directly, because it cannot be replaced with another candidate.
      case CANDIDATE -> godServices.supervisor().handle(supervisedInstance, due);
      case DRAINING -> {
        // The process is being stopped anyway.
      }
      case CURRENT -> {
        WorkerId worker = supervisedInstance.worker();
        if (underWay.add(worker)) {
          whenFree(supervisedInstance, worker, due);
        }
      }
    }
  }

  private void whenFree(
      SupervisedInstance supervisedInstance, WorkerId worker, SupervisionEvent.RestartDue due) {
    AppName app = supervisedInstance.spec.name();
    if (!stillDue(supervisedInstance, worker)) {
      underWay.remove(worker);
    } else if (godServices.reloadInterruptions().begin(app)) {
      begin(supervisedInstance, worker, due);
    } else {
      godServices
          .reloadInterruptions()
          .onceFree(app, () -> whenFree(supervisedInstance, worker, due));
    }
  }

  private static boolean stillDue(SupervisedInstance supervisedInstance, WorkerId worker) {
    Phase phase = supervisedInstance.state.phase();
    return !supervisedInstance.removed
        && supervisedInstance.replacementRole == ReplacementRole.CURRENT
        && supervisedInstance.worker().equals(worker)
        && supervisedInstance.state.desiredState() == DesiredState.UP
        && (phase == Phase.ONLINE || phase == Phase.LAUNCHING);
  }

  private void begin(
      SupervisedInstance supervisedInstance, WorkerId worker, SupervisionEvent.RestartDue due) {
    AppName app = supervisedInstance.spec.name();
    if (!mayGoOnMeanwhile(supervisedInstance, due.cause())) {
      godServices.supervisor().handle(supervisedInstance, due);
      end(app, worker);
      return;
    }
    LOG.log(Level.INFO, "{0} is being replaced: {1}", supervisedInstance.label(), due.reason());
    supervisedInstance.replacementReason = due.reason();
    replacement
        .replace(supervisedInstance, supervisedInstance.spec, new GracefulStops(false))
        .onComplete(result -> {
          supervisedInstance.replacementReason = "";
          boolean failed = result.failed() || result.result().isPresent();
          if (failed
              && !godServices.reloadInterruptions().interrupted(app)
              && stillDue(supervisedInstance, worker)) {
            godServices.supervisor().handle(supervisedInstance, due);
          }
          end(app, worker);
        });
  }

  private void end(AppName app, WorkerId worker) {
    underWay.remove(worker);
    godServices.reloadInterruptions().end(app);
  }

  /// Reports whether the old process may keep running while its replacement starts. A process that
  /// was healthy only briefly is stopped immediately and counts as a failure, because its
  /// replacements would probably fail in the same way, and the limit on restarts would not apply to
  /// them.
  private boolean mayGoOnMeanwhile(
      SupervisedInstance supervisedInstance, SupervisionEvent.RestartCause restartCause) {
    boolean online = supervisedInstance.state.phase() == Phase.ONLINE;
    Duration uptime =
        Duration.ofNanos(
            godServices.god().nanoTime().getAsLong() - supervisedInstance.state.onlineSinceNanos());
    return supervisedInstance.spec.cluster().enabled()
        && online
        && (restartCause != SupervisionEvent.RestartCause.HEALTH
            || supervisedInstance.policies().wasHealthy(uptime));
  }
}
