package io.jpm.god.reload;

import io.jpm.god.change.GodServices;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.model.AppName;
import io.jpm.model.run.Phase;
import io.jpm.model.run.WorkerId;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.Event;
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
  /// @param cause the trigger
  /// @param reason human-readable reason, without a full stop
  public void renew(Instance instance, Event.Cause cause, String reason) {
    var due = new Event.RestartDue(cause, reason);
    switch (instance.replacementRole) {
      // A candidate receives the event directly, since it cannot be replaced by another candidate.
      case CANDIDATE -> godServices.supervisor().on(instance, due);
      case DRAINING -> {
        // The process is being stopped anyway.
      }
      case CURRENT -> {
        WorkerId worker = instance.worker();
        if (underWay.add(worker)) {
          whenFree(instance, worker, due);
        }
      }
    }
  }

  private void whenFree(Instance instance, WorkerId worker, Event.RestartDue due) {
    AppName app = instance.spec.name();
    if (!stillDue(instance, worker)) {
      underWay.remove(worker);
    } else if (godServices.reloadInterruptions().begin(app)) {
      begin(instance, worker, due);
    } else {
      godServices.reloadInterruptions().onceFree(app, () -> whenFree(instance, worker, due));
    }
  }

  private static boolean stillDue(Instance instance, WorkerId worker) {
    Phase phase = instance.state.phase();
    return !instance.removed
        && instance.replacementRole == ReplacementRole.CURRENT
        && instance.worker().equals(worker)
        && instance.state.desiredState() == DesiredState.UP
        && (phase == Phase.ONLINE || phase == Phase.LAUNCHING);
  }

  private void begin(Instance instance, WorkerId worker, Event.RestartDue due) {
    AppName app = instance.spec.name();
    if (!mayGoOnMeanwhile(instance, due.cause())) {
      godServices.supervisor().on(instance, due);
      end(app, worker);
      return;
    }
    LOG.log(Level.INFO, "{0} is replaced: {1}", instance.label(), due.reason());
    instance.leaving = due.reason();
    replacement
        .replace(instance, instance.spec)
        .onComplete(result -> {
          instance.leaving = "";
          boolean failed = result.failed() || result.result().isPresent();
          if (failed
              && !godServices.reloadInterruptions().interrupted(app)
              && stillDue(instance, worker)) {
            godServices.supervisor().on(instance, due);
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
  private boolean mayGoOnMeanwhile(Instance instance, Event.Cause cause) {
    boolean online = instance.state.phase() == Phase.ONLINE;
    Duration uptime =
        Duration.ofNanos(
            godServices.god().nanoTime().getAsLong() - instance.state.onlineSinceNanos());
    return instance.spec.cluster().enabled()
        && online
        && (cause != Event.Cause.HEALTH || instance.policies().wasWell(uptime));
  }
}
