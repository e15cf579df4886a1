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

/// Replaces a process that nobody has asked to be replaced, for a reason that it gives itself: it
/// is not well, or uses too much. Where the app is in cluster mode a new process comes up beside it
/// first, as in a reload; otherwise, and where that fails, it is restarted. Owned by GodVerticle's
/// context.
public final class ReplacementScheduler {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final GodServices godServices;
  private final Replacement replacement;
  private final Set<WorkerId> underWay = new HashSet<>();

  public ReplacementScheduler(GodServices godServices) {
    this.godServices = godServices;
    this.replacement = new Replacement(godServices);
  }

  /// Has a new process take the place of the present one of `instance`, as soon as no reload and no
  /// change of the number of instances is under way. Does nothing when that has been asked for
  /// already, or the process has been stopped or replaced until then.
  ///
  /// @param cause what makes it due
  /// @param reason for people, without an end
  public void renew(Instance instance, Event.Cause cause, String reason) {
    var due = new Event.RestartDue(cause, reason);
    switch (instance.replacementRole) {
      // Whoever is beside the list has nobody to leave the place to.
      case CANDIDATE -> godServices.supervisor().on(instance, due);
      case DRAINING -> {
        // It is being ended anyway.
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

  /// A process that was not well for long is ended at once, and counts as one that fell: its
  /// successors would not be better, and would come without a brake.
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
