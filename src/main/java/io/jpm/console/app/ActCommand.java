package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.GodReply;
import io.jpm.console.cli.ResolvedTargets;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.file.FileApps;
import io.jpm.console.session.ActionSummary;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Progress;
import io.jpm.model.InstanceSettings;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/// Runs `jpm stop`, `restart` and `delete`, which perform one action on all targets. A process file
/// selects those of its apps that are in the list. `jpm restart` with a process file also applies
/// the current definitions in the file.
public final class ActCommand implements ConsoleCommand {
  private final Action action;
  private final DaemonClient daemonClient;
  private final TargetResolver targetResolver;
  private final SpecUpdate specUpdate;
  private final Progress progress;

  public ActCommand(
      Action action,
      DaemonClient daemonClient,
      TargetResolver targetResolver,
      SpecUpdate specUpdate,
      Progress progress) {
    this.action = action;
    this.daemonClient = daemonClient;
    this.targetResolver = targetResolver;
    this.specUpdate = specUpdate;
    this.progress = progress;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    return targetResolver
        .listed(commandCall)
        .map(all -> action == Action.RESTART ? all : new ResolvedTargets(all.names(), List.of()))
        .compose(all ->
            altered(all, commandCall)
                .compose(_ ->
                    progress.track(
                        action,
                        all.names(),
                        commandCall.session(),
                        () -> pastTense(all, commandCall))))
        .compose(reply ->
            ActionSummary.of(pastTense(action), reply, daemonClient, commandCall.session()));
  }

  private Future<Void> altered(ResolvedTargets all, CommandCall commandCall) {
    return commandCall.arguments().has(VerbOption.WATCH_NO_MORE)
        ? specUpdate.unwatched(all.words(), commandCall)
        : specUpdate.of(all.words(), commandCall);
  }

  private Future<GodReply> pastTense(ResolvedTargets resolvedTargets, CommandCall commandCall) {
    Future<GodReply> byWord =
        resolvedTargets.words().isEmpty()
            ? Future.succeededFuture(new GodReply(List.of(), List.of()))
            : byWord(resolvedTargets.words(), commandCall);
    if (resolvedTargets.specs().isEmpty()) {
      return byWord;
    }
    return byWord.compose(first ->
        daemonClient
            .god(
                commandCall.withIdempotencyKey(
                    new GodCommand.StartApps(
                        resolvedTargets.specs(), ExistingAppPolicy.RESTART, Optional.empty())))
            .map(second -> joined(first, second)));
  }

  /// Performs the action on the instances that `words` select. With `--parallel`, it acts on a
  /// limited number of instances at a time, in the order of the list. Otherwise, it acts on all
  /// instances at once, as far as their dependencies allow.
  private Future<GodReply> byWord(List<String> words, CommandCall commandCall) {
    if (action != Action.RESTART || !commandCall.arguments().has(VerbOption.PARALLEL)) {
      return daemonClient.god(
          commandCall.withIdempotencyKey(
              new GodCommand.Act(action, words, FileApps.shellVariables(commandCall))));
    }
    int parallel =
        (int)
            commandCall
                .arguments()
                .number(VerbOption.PARALLEL, 1, InstanceSettings.MOST)
                .orElseThrow();
    return daemonClient
        .god(new GodCommand.Show(words))
        .compose(shown -> {
          List<String> ids = shown.instances().stream().map(it -> it.id().toString()).toList();
          Future<GodReply> done = Future.succeededFuture(new GodReply(List.of(), shown.problems()));
          for (int from = 0; from < ids.size(); from += parallel) {
            List<String> some = ids.subList(from, Math.min(ids.size(), from + parallel));
            done =
                done.compose(first ->
                    daemonClient
                        .god(
                            commandCall.withIdempotencyKey(
                                new GodCommand.Act(
                                    action, some, FileApps.shellVariables(commandCall))))
                        .map(second -> joined(first, second)));
          }
          return done;
        });
  }

  private static GodReply joined(GodReply first, GodReply second) {
    return new GodReply(
        ResolvedTargets.joined(first.instances(), second.instances()),
        ResolvedTargets.joined(first.problems(), second.problems()),
        List.of(),
        ResolvedTargets.joined(first.notes(), second.notes()));
  }

  /// Returns the past participle of the action for messages, such as `Stopped`.
  static String pastTense(Action action) {
    return switch (action) {
      case START -> "Started";
      case STOP -> "Stopped";
      case RESTART -> "Restarted";
      case DELETE -> "Deleted";
    };
  }
}
