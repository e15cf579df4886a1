package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.ResolvedTargets;
import io.jpm.console.cli.Verb;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.file.FileApps;
import io.jpm.console.session.ActionSummary;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.ReloadProgress;
import io.jpm.console.session.ShutdownNotice;
import io.jpm.model.AppSpec;
import io.jpm.model.InstanceSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.stream.Collectors;

/// Runs `jpm reload`, `gracefulReload` and their variants for process files, which replace
/// processes without downtime and report each step. If a target is a process file, the current
/// definitions of its apps are applied.
public final class ReloadCommand implements ConsoleCommand {
  private final Verb verb;
  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final TargetResolver targetResolver;
  private final SpecUpdate specUpdate;
  private final ShutdownNotice shutdownNotice;

  /// Creates one of the reload commands.
  ///
  /// @param verb [Verb#RELOAD], [Verb#GRACEFUL_RELOAD], or one of those that also start apps that
  ///   are not in the list ([Verb#isStartOrReload])
  /// @param shutdownNotice notifies clients when the daemon shuts down
  public ReloadCommand(
      Verb verb,
      Vertx vertx,
      DaemonClient daemonClient,
      TargetResolver targetResolver,
      SpecUpdate specUpdate,
      ShutdownNotice shutdownNotice) {
    this.verb = verb;
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.targetResolver = targetResolver;
    this.specUpdate = specUpdate;
    this.shutdownNotice = shutdownNotice;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    int parallel = parallel(commandCall);
    Future<ResolvedTargets> chosen =
        verb.isStartOrReload()
            ? targetResolver.ofFiles(commandCall, verb)
            : targetResolver.listed(commandCall);
    return chosen
        .compose(all ->
            specUpdate
                .of(all.words(), commandCall)
                .compose(_ ->
                    shutdownNotice.during(
                        commandCall.session(), reloaded(all, parallel, commandCall))))
        .compose(reply -> ActionSummary.ofReload(reply, daemonClient, commandCall.session()));
  }

  /// Returns the value of `--parallel`, by default that of the environment variable
  /// PM2_CONCURRENT_ACTIONS, or 1.
  ///
  /// @throws io.jpm.console.cli.CommandFailure if the value is not a number in the allowed range
  private static int parallel(CommandCall commandCall) {
    String usual = commandCall.request().environment().getOrDefault("PM2_CONCURRENT_ACTIONS", "");
    long otherwise = usual.matches("[1-9][0-9]{0,2}") ? Long.parseLong(usual) : 1;
    return (int)
        commandCall
            .arguments()
            .number(VerbOption.PARALLEL, 1, InstanceSettings.MOST)
            .orElse(Math.min(otherwise, InstanceSettings.MOST));
  }

  private Future<GodReply> reloaded(ResolvedTargets all, int parallel, CommandCall commandCall) {
    boolean lasting = verb.isStartOrReload() && FileApps.awaitStable(commandCall);
    var command =
        new GodCommand.Reload(
            all.words(),
            all.specs(),
            parallel,
            FileApps.shellVariables(commandCall),
            lasting,
            verb.isGracefulReload());
    return concerned(all.words())
        .compose(instances -> {
          ReloadProgress progress =
              ReloadProgress.start(
                  vertx.eventBus(),
                  commandCall.session(),
                  instances.stream().map(InstanceView::id).collect(Collectors.toSet()),
                  all.specs().stream().map(AppSpec::name).collect(Collectors.toSet()));
          return daemonClient
              .god(commandCall.withIdempotencyKey(command))
              .eventually(progress::end);
        });
  }

  private Future<List<InstanceView>> concerned(List<String> words) {
    return words.isEmpty()
        ? Future.succeededFuture(List.of())
        : daemonClient.god(new GodCommand.Show(words)).map(GodReply::instances);
  }
}
