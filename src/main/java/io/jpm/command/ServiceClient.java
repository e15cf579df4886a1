package io.jpm.command;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusMessage;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReply;
import io.jpm.model.AppName;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.wire.CommandReply.Code;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Sends requests from the command API to the other verticles. If a verticle does not answer in
/// time, the request fails with [RequestRefused].
final class ServiceClient {
  private static final Duration LOOKS = Duration.ofSeconds(3);
  private static final Duration QUESTIONS = Duration.ofSeconds(10);

  /// The timeout for actions. An action may drain connections, so this limit must exceed any
  /// reasonable drain timeout of an app.
  private static final Duration ACTIONS = Duration.ofHours(12);

  private final EventBus bus;

  ServiceClient(EventBus bus) {
    this.bus = bus;
  }

  /// Sends a query to God and returns the reply.
  Future<GodReply> shown(GodCommand.Show question) {
    return ask("God", Addresses.GOD_COMMAND, question, QUESTIONS);
  }

  /// Sends a command to God, which replies once the command has been carried out.
  Future<GodReply> done(GodCommand order) {
    return ask("God", Addresses.GOD_COMMAND, order, ACTIONS);
  }

  /// Sends a query for past events.
  Future<HistoryReply> history(HistoryCommand question) {
    return ask("History", Addresses.HISTORY_COMMAND, question, QUESTIONS);
  }

  /// Requests log lines, or continues a search for them.
  Future<LogsReply.Lines> lines(LogsCommand question) {
    return this.<LogsReply>ask("LogAggregator", Addresses.LOGS_COMMAND, question, QUESTIONS)
        .compose(reply ->
            switch (reply) {
              case LogsReply.Lines lines -> Future.succeededFuture(lines);
              case LogsReply.Failed(String problem) ->
                  Future.failedFuture(new RequestRefused(Code.FAILED, problem));
              case LogsReply.Done _, LogsReply.Status _ ->
                  Future.failedFuture(
                      new IllegalStateException(
                          "LogAggregator did not reply with lines to " + question));
            });
  }

  /// Returns the health of processes as determined by their probes; an empty map if Satan does not
  /// answer.
  Future<Map<ProcessIdentity, HealthReport>> health(List<ProcessIdentity> processes) {
    return processes.isEmpty()
        ? Future.succeededFuture(Map.of())
        : this.<SatanReply>ask(
                "Satan", Addresses.SATAN_COMMAND, new SatanCommand.GetHealth(processes), LOOKS)
            .map(reply ->
                reply instanceof SatanReply.Health(var reports)
                    ? reports
                    : Map.<ProcessIdentity, HealthReport>of())
            .otherwise(Map.of());
  }

  /// Returns the balancing status of an app, including the private port of one of its instances;
  /// empty if ClusterBalancer does not answer.
  Future<Optional<BalancerReply.Status>> balance(AppName app, InstanceId id) {
    return this.<BalancerReply>ask(
            "ClusterBalancer",
            Addresses.BALANCER_COMMAND,
            new BalancerCommand.GetStatus(app, id),
            LOOKS)
        .map(reply ->
            reply instanceof BalancerReply.Status status
                ? Optional.of(status)
                : Optional.<BalancerReply.Status>empty())
        .otherwise(Optional.empty());
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
        ? new RequestRefused(
            Code.TIMEOUT, "%s did not answer within %s s".formatted(who, limit.toSeconds()))
        : new RequestRefused(Code.FAILED, "%s failed: %s".formatted(who, reply.getMessage()));
  }
}
