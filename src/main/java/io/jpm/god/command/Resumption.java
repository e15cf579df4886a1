package io.jpm.god.command;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.IdempotencyRecord;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.lifecycle.GodServices;
import io.jpm.god.supervision.DependencySequence;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/// Resumes a command that an earlier daemon started and that the client has sent again. The journal
/// contains the goals of the command. Confined to GodVerticle's context.
final class Resumption {
  private final GodServices godServices;

  Resumption(GodServices godServices) {
    this.godServices = godServices;
  }

  /// Performs what remains to be done of `command`.
  ///
  /// @param idempotencyRecord the record of the command
  /// @param restart executes a command from the beginning; used for commands that detect on their
  ///   own what has already been done
  Future<GodReply> resume(
      GodCommand command,
      IdempotencyRecord idempotencyRecord,
      BiFunction<GodCommand, IdempotencyRecord, Future<GodReply>> restart) {
    return switch (command) {
      case GodCommand.StartApps _, GodCommand.Scale _ -> finish(idempotencyRecord);
      case GodCommand.Act act ->
          switch (act.action()) {
            case START, RESTART, DELETE -> finish(idempotencyRecord);
            case STOP -> restart.apply(command, idempotencyRecord);
          };
      // These commands determine on their own what remains to be done.
      case GodCommand.Apply _ ->
          finish(idempotencyRecord).compose(_ -> restart.apply(command, idempotencyRecord));
      case GodCommand.Reload _ -> restart.apply(command, idempotencyRecord);
      case GodCommand.SendSignal _ -> unknown("the signal was sent");
      case GodCommand.Trigger _ -> unknown("the action was called");
      case GodCommand.SendMessage _ -> unknown("the message was sent");
      case GodCommand.WriteInput _ -> unknown("the line was written");
      case GodCommand.Idempotent _,
          GodCommand.GetOutcome _,
          GodCommand.Show _,
          GodCommand.Reset _,
          GodCommand.UpdateSpec _,
          GodCommand.Save _,
          GodCommand.ClearDump _,
          GodCommand.Resurrect _,
          GodCommand.ListFiles _,
          GodCommand.WatchFile _,
          GodCommand.RejectFile _,
          GodCommand.Ping _,
          GodCommand.DeleteAll _ ->
          restart.apply(command, idempotencyRecord);
    };
  }

  /// Returns a failure, because a second execution could repeat the action, and none could lose it.
  private static Future<GodReply> unknown(String what) {
    return Future.succeededFuture(
        new GodReply(
            List.of(),
            List.of(
                "the daemon exited while executing the command, so it is unknown whether %s: check the app, and repeat the command if necessary"
                    .formatted(what))));
  }

  /// Restarts the instances that the command has not restarted yet, and deletes those that it has
  /// not removed yet.
  private Future<GodReply> finish(IdempotencyRecord idempotencyRecord) {
    List<SupervisedInstance> all = List.copyOf(godServices.registry().all());
    List<SupervisedInstance> concerned = idempotencyRecord.renewalTargets(all);
    List<SupervisedInstance> toRenew = idempotencyRecord.toRenew(all);
    List<SupervisedInstance> toEnd = idempotencyRecord.toRemove(all);
    Future<GodReply> ended = godServices.deletion().delete(toEnd, List.of());
    return godServices
        .dependencySequence()
        .restart(toRenew)
        .compose(left -> settled(concerned).map(left))
        .compose(left -> ended.compose(_ -> godServices.journal().written()).map(left))
        .map(left -> reply(concerned, toEnd, left));
  }

  private static Future<?> settled(List<SupervisedInstance> instances) {
    return Future.join(instances.stream().map(it -> it.when(DependencySequence::settled)).toList());
  }

  private static GodReply reply(
      List<SupervisedInstance> concerned, List<SupervisedInstance> ended, List<String> left) {
    List<SupervisedInstance> shown = new ArrayList<>(concerned);
    shown.addAll(ended);
    var reply = new GodReply(CommandReplies.views(shown), CommandReplies.failures(concerned, left));
    return shown.isEmpty()
        ? reply.withNote("the previous daemon has already executed this command")
        : reply;
  }
}
