package io.jpm.god.command;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.god.instance.AppChannel;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.os.Child;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/// Triggers custom actions of apps and collects their replies, like PM2's `trigger` but with a
/// timeout. Confined to GodVerticle's context.
final class CustomActions {
  private static final long PATIENCE_MILLIS = 10_000;

  private final Vertx vertx;

  CustomActions(Vertx vertx) {
    this.vertx = vertx;
  }

  /// Sends the action to each instance and collects the replies. The result contains `problems`,
  /// followed by the problems of this call.
  ///
  /// @param problems the problems that the caller found when it resolved the targets
  Future<GodReply> trigger(
      GodCommand.Trigger trigger, List<SupervisedInstance> instances, List<String> problems) {
    List<String> allProblems = new ArrayList<>(problems);
    List<GodReply.ActionResult> answers = new ArrayList<>();
    List<Future<Void>> pending = new ArrayList<>();
    for (SupervisedInstance supervisedInstance : instances) {
      pending.add(
          send(trigger, supervisedInstance)
              .map(json -> {
                answers.add(new GodReply.ActionResult(supervisedInstance.id, json));
                return null;
              })
              .<Void>mapEmpty()
              .recover(error -> {
                allProblems.add(String.valueOf(error.getMessage()));
                return Future.succeededFuture();
              }));
    }
    return Future.join(pending)
        .map(_ ->
            new GodReply(
                instances.stream().map(SupervisedInstance::view).toList(), allProblems, answers));
  }

  /// Sends a message over the IPC channel of each instance. The result contains `problems`,
  /// followed by the problems of this call.
  ///
  /// @param json one JSON value without line breaks
  /// @param problems the problems that the caller found when it resolved the targets
  static GodReply send(String json, List<SupervisedInstance> instances, List<String> problems) {
    List<String> allProblems = new ArrayList<>(problems);
    for (SupervisedInstance supervisedInstance : instances) {
      Child child = supervisedInstance.child;
      if (child == null) {
        allProblems.add(
            "%s is %s and cannot receive messages: start it first"
                .formatted(supervisedInstance.label(), supervisedInstance.state.phase().keyword()));
      } else if (!child.send(json)) {
        allProblems.add(
            supervisedInstance.label()
                + " cannot receive messages: its IPC channel is missing, closed or full");
      }
    }
    return new GodReply(instances.stream().map(SupervisedInstance::view).toList(), allProblems);
  }

  private Future<String> send(GodCommand.Trigger trigger, SupervisedInstance supervisedInstance) {
    Child child = supervisedInstance.child;
    if (child == null) {
      return Future.failedFuture(
          "%s is %s and cannot receive messages: start it first"
              .formatted(supervisedInstance.label(), supervisedInstance.state.phase().keyword()));
    }
    AppChannel channel = supervisedInstance.channel;
    if (!channel.offers(trigger.action())) {
      List<String> offered = channel.report().actions();
      return Future.failedFuture(
          offered.isEmpty()
              ? "%s does not offer any actions: define one with io.action of @pm2/io"
                  .formatted(supervisedInstance.label())
              : "%s has no action \"%s\": choose one of %s"
                  .formatted(
                      supervisedInstance.label(), trigger.action(), String.join(", ", offered)));
    }
    Promise<String> answer = Promise.promise();
    var debt = new AppChannel.PendingAction(trigger.action(), answer::tryComplete);
    channel.addPending(debt);
    if (!child.send(message(trigger, supervisedInstance))) {
      channel.removePending(debt);
      return Future.failedFuture(
          supervisedInstance.label()
              + " cannot receive messages: its IPC channel is missing, closed or full");
    }
    long timer =
        vertx.setTimer(
            PATIENCE_MILLIS,
            _ -> {
              channel.removePending(debt);
              answer.tryFail(
                  "%s did not reply to the action within %d s"
                      .formatted(supervisedInstance.label(), PATIENCE_MILLIS / 1000));
            });
    return answer.future().onComplete(_ -> vertx.cancelTimer(timer));
  }

  /// Returns the message in PM2's format: an object if there is a parameter, otherwise the name of
  /// the action.
  private static String message(GodCommand.Trigger trigger, SupervisedInstance supervisedInstance) {
    return trigger
        .parameter()
        .map(parameter ->
            new JsonObject()
                .put("msg", trigger.action())
                .put("opts", parameter)
                .put("id", supervisedInstance.id.value())
                .encode())
        .orElseGet(() -> Json.encode(trigger.action()));
  }
}
