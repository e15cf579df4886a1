package io.jpm.command;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusMessage;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.HistoryCommand;
import io.jpm.bus.HistoryReply;
import io.jpm.bus.LogsCommand;
import io.jpm.bus.LogsReply;
import io.jpm.wire.CommandReply.Code;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;

/// The other rooms, as far as requests need them. A room that does not answer is a [Refusal].
final class Rooms {
  private static final Duration QUESTIONS = Duration.ofSeconds(10);

  /// Draining may take long, and of that the app's owner has said how long.
  private static final Duration ACTIONS = Duration.ofHours(12);

  private final EventBus bus;

  Rooms(EventBus bus) {
    this.bus = bus;
  }

  /// God's answer to a question.
  Future<GodReply> shown(GodCommand.Show question) {
    return ask("God", Addresses.GOD_COMMAND, question, QUESTIONS);
  }

  /// God's answer, when it is done.
  Future<GodReply> done(GodCommand order) {
    return ask("God", Addresses.GOD_COMMAND, order, ACTIONS);
  }

  /// What has happened.
  Future<HistoryReply> history(HistoryCommand question) {
    return ask("History", Addresses.HISTORY_COMMAND, question, QUESTIONS);
  }

  /// Lines, or how to go on to them.
  Future<LogsReply.Lines> lines(LogsCommand question) {
    return this.<LogsReply>ask("LogAggregator", Addresses.LOGS_COMMAND, question, QUESTIONS)
        .compose(reply ->
            switch (reply) {
              case LogsReply.Lines lines -> Future.succeededFuture(lines);
              case LogsReply.Failed(String problem) ->
                  Future.failedFuture(new Refusal(Code.FAILED, problem));
              case LogsReply.Done _, LogsReply.Status _ ->
                  Future.failedFuture(
                      new IllegalStateException("LogAggregator has no lines for " + question));
            });
  }

  private <R> Future<R> ask(String who, String address, BusMessage question, Duration limit) {
    return bus.<R>request(address, question, new DeliveryOptions().setSendTimeout(limit.toMillis()))
        .map(Message::body)
        .recover(failure -> Future.failedFuture(explained(who, failure, limit)));
  }

  private static Throwable explained(String who, Throwable failure, Duration limit) {
    if (!(failure instanceof ReplyException reply)) {
      return failure;
    }
    return reply.failureType() == ReplyFailure.TIMEOUT
        ? new Refusal(
            Code.TIMEOUT, "%s did not answer within %s s".formatted(who, limit.toSeconds()))
        : new Refusal(Code.FAILED, "%s failed: %s".formatted(who, reply.getMessage()));
  }
}
