package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.ResolvedTargets;
import io.jpm.console.cli.Verb;
import io.jpm.console.file.FileApps;
import io.jpm.console.session.ActionSummary;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Progress;
import io.jpm.model.process.InstanceId;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Runs `jpm startOrRestart`, which starts or restarts all apps of process files as the files
/// currently define them.
public final class StartOrRestartCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;
  private final TargetResolver targetResolver;
  private final Progress progress;

  public StartOrRestartCommand(
      DaemonClient daemonClient, TargetResolver targetResolver, Progress progress) {
    this.daemonClient = daemonClient;
    this.targetResolver = targetResolver;
    this.progress = progress;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    return targetResolver
        .ofFiles(commandCall, Verb.START_OR_RESTART)
        .compose(all ->
            daemonClient
                .god(new GodCommand.Show(all.names()))
                .compose(before -> started(all, running(before), commandCall)));
  }

  private Future<ExitCode> started(
      ResolvedTargets all, Set<InstanceId> running, CommandCall commandCall) {
    return progress
        .track(
            Action.START,
            all.names(),
            commandCall.session(),
            () ->
                daemonClient.god(
                    commandCall.withIdempotencyKey(
                        new GodCommand.StartApps(
                            all.specs(),
                            ExistingAppPolicy.RESTART,
                            Optional.empty(),
                            FileApps.awaitStable(commandCall)))))
        .compose(reply ->
            ActionSummary.of(
                it ->
                    ActCommand.pastTense(running.contains(it.id()) ? Action.RESTART : Action.START),
                reply,
                daemonClient,
                commandCall.session()));
  }

  private static Set<InstanceId> running(GodReply before) {
    return before.instances().stream()
        .filter(it -> it.process().isPresent())
        .map(InstanceView::id)
        .collect(Collectors.toSet());
  }
}
