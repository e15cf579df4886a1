package io.jpm.console.pm2;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.DaemonClient;
import io.jpm.model.AppSpec;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Moves one app from PM2 to jpm. Stops the app in PM2, which frees the app's port, and then starts
/// the app in jpm. If the start fails, deletes the app in jpm and restarts it in PM2.
final class Pm2Migration {
  private static final long PAUSE_MILLIS = 250;
  private static final int LONGEST_LOOKS = 20;

  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final Pm2 pm2;
  private final boolean live;

  /// The result for one app.
  ///
  /// @param problem the reason why the app could not be migrated; empty if it was migrated
  record Result(List<InstanceView> instances, Optional<String> problem) {
    Result {
      instances = List.copyOf(instances);
    }
  }

  /// @param live whether PM2 is running
  Pm2Migration(Vertx vertx, DaemonClient daemonClient, Pm2 pm2, boolean live) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.pm2 = pm2;
    this.live = live;
  }

  /// Migrates the app. The returned future fails only because of a bug in the daemon; other
  /// failures are reported in the result.
  ///
  /// @param spec the spec of `app` in jpm
  Future<Result> of(Pm2App app, AppSpec spec) {
    boolean stop = live && app.running() > 0;
    Future<?> stopped = stop ? pm2.act("stop", app) : Future.succeededFuture();
    return stopped.compose(
        _ -> handedOver(app, spec, stop),
        failure ->
            known(failure, "; the app remains in PM2").map(why -> new Result(List.of(), why)));
  }

  private Future<Result> handedOver(Pm2App app, AppSpec spec, boolean stopped) {
    return started(spec)
        .map(instances -> new Result(instances, Optional.empty()))
        .recover(failure ->
            known(failure, "").compose(why -> rollBack(app, spec, why.orElse(""), stopped)));
  }

  /// Returns the message of a [CommandFailure], followed by `after`. Fails with any other failure.
  private static Future<Optional<String>> known(Throwable failure, String after) {
    return failure instanceof CommandFailure
        ? Future.succeededFuture(Optional.of(failure.getMessage() + after))
        : Future.failedFuture(failure);
  }

  private Future<List<InstanceView>> started(AppSpec spec) {
    return daemonClient
        .executeOrFail(new GodCommand.StartApps(List.of(spec), ExistingAppPolicy.REFUSE_RUNNING))
        .compose(instances ->
            spec.autostart()
                ? awaitStable(spec, checkCount(spec))
                : Future.succeededFuture(instances));
  }

  /// Returns how many times to check that the app is still running. A program whose port is in use
  /// or whose files are missing usually exits shortly after its start.
  private static int checkCount(AppSpec spec) {
    long millis = spec.restart().minUptime().toMillis();
    return Math.clamp(millis / PAUSE_MILLIS, 1, LONGEST_LOOKS);
  }

  private Future<List<InstanceView>> awaitStable(AppSpec spec, int looks) {
    return vertx
        .timer(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
        .compose(_ -> daemonClient.executeOrFail(new GodCommand.Show(List.of(spec.name().value()))))
        .compose(instances -> {
          Optional<String> end = instances.stream().flatMap(one -> end(one).stream()).findFirst();
          if (end.isPresent()) {
            return Future.failedFuture(
                new CommandFailure("the app does not keep running in jpm: " + end.get()));
          }
          return looks > 1 ? awaitStable(spec, looks - 1) : Future.succeededFuture(instances);
        });
  }

  /// Returns the reason why an instance has failed; empty if it is running or has exited regularly.
  private static Optional<String> end(InstanceView instance) {
    boolean over =
        switch (instance.phase()) {
          case LAUNCHING, ONLINE -> instance.unstableRestarts() > 0;
          case STOPPED ->
              instance.lastExit().filter(exit -> !exit.equals(new Exit.Code(0))).isPresent();
          case STOPPING, WAITING_RESTART, ERRORED -> true;
        };
    String reason = instance.reason().isEmpty() ? instance.phase().keyword() : instance.reason();
    return over && !instance.phase().equals(Phase.STOPPING)
        ? Optional.of(reason)
        : Optional.empty();
  }

  private Future<Result> rollBack(Pm2App app, AppSpec spec, String why, boolean restart) {
    return daemonClient
        .god(new GodCommand.Act(Action.DELETE, List.of(spec.name().value())))
        .compose(_ -> restart ? pm2.act("restart", app) : Future.succeededFuture(""))
        .map(_ -> restart ? "; PM2 has restarted the app" : "")
        .recover(failure ->
            known(failure, "")
                .map(again -> "; PM2 could not restart the app either: " + again.orElse("")))
        .map(after -> new Result(List.of(), Optional.of(why + after)));
  }
}
