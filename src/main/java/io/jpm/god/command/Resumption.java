package io.jpm.god.command;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.god.change.GodServices;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.RepeatableCommand;
import io.jpm.god.supervision.DependencySequence;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/// Resumes a command that an earlier daemon has begun and that its client repeats: the goals are in
/// the journal. Confined to GodVerticle's context.
final class Resumption {
  private final GodServices godServices;

  Resumption(GodServices godServices) {
    this.godServices = godServices;
  }

  /// @param repeatableCommand the command that was begun
  /// @param anew executes a command from the beginning, for commands that then perform only the
  ///   remaining work
  Future<GodReply> goOn(
      GodCommand command,
      RepeatableCommand repeatableCommand,
      BiFunction<GodCommand, RepeatableCommand, Future<GodReply>> anew) {
    return switch (command) {
      case GodCommand.StartApps _, GodCommand.Scale _ -> finish(repeatableCommand);
      case GodCommand.Act act ->
          switch (act.action()) {
            case START, RESTART, DELETE -> finish(repeatableCommand);
            case STOP -> anew.apply(command, repeatableCommand);
          };
      // These commands determine the remaining work themselves.
      case GodCommand.Apply _ ->
          finish(repeatableCommand).compose(_ -> anew.apply(command, repeatableCommand));
      case GodCommand.Reload _ -> anew.apply(command, repeatableCommand);
      case GodCommand.SendSignal _ -> unknown("the signal was sent");
      case GodCommand.Trigger _ -> unknown("the action was called");
      case GodCommand.Send _ -> unknown("the message was sent");
      case GodCommand.Type _ -> unknown("the line was written");
      case GodCommand.Keyed _,
          GodCommand.Recall _,
          GodCommand.Show _,
          GodCommand.Reset _,
          GodCommand.Alter _,
          GodCommand.Save _,
          GodCommand.ClearDump _,
          GodCommand.Resurrect _,
          GodCommand.Files _,
          GodCommand.WatchFile _,
          GodCommand.FileFailed _,
          GodCommand.Ping _,
          GodCommand.EndEverything _ ->
          anew.apply(command, repeatableCommand);
    };
  }

  /// Refuses, because another execution might be the second one, and none might be a loss.
  private static Future<GodReply> unknown(String what) {
    return Future.succeededFuture(
        new GodReply(
            List.of(),
            List.of(
                "the daemon ended in the middle of the command, so it is not known whether %s: check, and repeat the command if it was not"
                    .formatted(what))));
  }

  /// Restarts the instances that still have their former process, and deletes those that still must
  /// be removed.
  private Future<GodReply> finish(RepeatableCommand repeatableCommand) {
    List<Instance> all = List.copyOf(godServices.registry().all());
    List<Instance> concerned = repeatableCommand.renewed(all);
    List<Instance> toRenew = repeatableCommand.toRenew(all);
    List<Instance> toEnd = repeatableCommand.toEnd(all);
    Future<GodReply> ended = godServices.deletion().delete(toEnd, List.of());
    return godServices
        .dependencySequence()
        .restart(toRenew)
        .compose(left -> settled(concerned).map(left))
        .compose(left -> ended.compose(_ -> godServices.journal().written()).map(left))
        .map(left -> reply(concerned, toEnd, left));
  }

  private static Future<?> settled(List<Instance> instances) {
    return Future.join(instances.stream().map(it -> it.when(DependencySequence::settled)).toList());
  }

  private static GodReply reply(List<Instance> concerned, List<Instance> ended, List<String> left) {
    List<Instance> shown = new ArrayList<>(concerned);
    shown.addAll(ended);
    var reply = new GodReply(CommandReplies.views(shown), CommandReplies.failures(concerned, left));
    return shown.isEmpty() ? reply.withNote("the previous daemon has done it already") : reply;
  }
}
