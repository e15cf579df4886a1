package io.jpm.god;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/// Goes on with a command that an earlier daemon has begun and whose client asks again: what it was
/// to lead to stands in the journal. Owned by GodVerticle's context.
final class Resumption {
  private final Parts parts;

  Resumption(Parts parts) {
    this.parts = parts;
  }

  /// @param attempt what was begun
  /// @param anew carries a command out, where that does what is left and nothing else
  Future<GodReply> goOn(
      GodCommand command, Attempt attempt, BiFunction<GodCommand, Attempt, Future<GodReply>> anew) {
    return switch (command) {
      case GodCommand.StartApps _, GodCommand.Scale _ -> finish(attempt);
      case GodCommand.Act act ->
          switch (act.action()) {
            case START, RESTART, DELETE -> finish(attempt);
            case STOP -> anew.apply(command, attempt);
          };
      // Each says by itself what is left once the processes are as they were to be.
      case GodCommand.Apply _ -> finish(attempt).compose(_ -> anew.apply(command, attempt));
      case GodCommand.Reload _ -> anew.apply(command, attempt);
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
          anew.apply(command, attempt);
    };
  }

  /// To do it again might be to do it twice, and not to do it might be never.
  private static Future<GodReply> unknown(String what) {
    return Future.succeededFuture(
        new GodReply(
            List.of(),
            List.of(
                "the daemon ended in the midst of it, so it is not known whether %s: look, and ask again if it was not"
                    .formatted(what))));
  }

  /// Renews what still has its process of before, and ends what is still there.
  private Future<GodReply> finish(Attempt attempt) {
    List<Instance> all = List.copyOf(parts.registry().all());
    List<Instance> concerned = attempt.renewed(all);
    List<Instance> toRenew = attempt.toRenew(all);
    List<Instance> toEnd = attempt.toEnd(all);
    Future<GodReply> ended = parts.removal().delete(toEnd, List.of());
    return parts
        .sequence()
        .restart(toRenew)
        .compose(left -> settled(concerned).map(left))
        .compose(left -> ended.compose(_ -> parts.journal().written()).map(left))
        .map(left -> reply(concerned, toEnd, left));
  }

  private static Future<?> settled(List<Instance> instances) {
    return Future.join(instances.stream().map(it -> it.when(Sequence::settled)).toList());
  }

  private static GodReply reply(List<Instance> concerned, List<Instance> ended, List<String> left) {
    List<Instance> shown = new ArrayList<>(concerned);
    shown.addAll(ended);
    var reply = new GodReply(Replies.views(shown), Replies.failures(concerned, left));
    return shown.isEmpty() ? reply.noting("the daemon before this one has done it already") : reply;
  }
}
