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

/// Replaces processes that are unhealthy or exceed a limit. In cluster mode a candidate starts side
/// by side first, as in a reload; otherwise, and if that fails, the instance is restarted. Confined
/// to GodVerticle's context.
public final class ReplacementScheduler {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final GodServices godServices;
  private final Replacement replacement;
  private final Set<WorkerId> underWay = new HashSet<>();

  public ReplacementScheduler(GodServices godServices) {
    this.godServices = godServices;
    this.replacement = new Replacement(godServices);
  }

  /// Replaces the current process of `instance` as soon as no reload and no scaling of the app is
  /// running. Does nothing if the replacement was already requested, or if the process has been
  /// stopped or replaced until then.
  ///
  /// @param restartCause the trigger
  /// @param reason human-readable reason, without a full stop
  public void schedule(
      SupervisedInstance supervisedInstance,
      SupervisionEvent.RestartCause restartCause,
      String reason) {
    var due = new SupervisionEvent.RestartDue(restartCause, reason);
    switch (supervisedInstance.replacementRole) {
      // A candidate receives the event directly, since it cannot be replaced by another candidate.
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
    LOG.log(Level.INFO, "{0} is replaced: {1}", supervisedInstance.label(), due.reason());
    supervisedInstance.replacementReason = due.reason();
    replacement
        .replace(supervisedInstance, supervisedInstance.spec)
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

  /// A process that was not healthy for long is stopped immediately and counts as a failure: its
  /// replacements would fail in the same way, without the limit on restarts.
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
