package io.jpm.console.session;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusMessage;
import io.jpm.bus.access.AccessCommand;
import io.jpm.bus.access.AccessReply;
import io.jpm.bus.access.AuditCommand;
import io.jpm.bus.access.AuditReply;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.daemon.DaemonCommand;
import io.jpm.bus.daemon.DoctorReply;
import io.jpm.bus.daemon.DoctorRequest;
import io.jpm.bus.daemon.HeartbeatCommand;
import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.bus.daemon.WebCommand;
import io.jpm.bus.daemon.WebReply;
import io.jpm.bus.god.ConfigWatchCommand;
import io.jpm.bus.god.ConfigWatchReply;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.god.StoreCommand;
import io.jpm.bus.god.StoreReply;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReply;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.bus.satan.UsagePoint;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.text.InstanceJson;
import io.jpm.console.text.InstanceListing;
import io.jpm.console.text.InstanceTable;
import io.jpm.model.AppName;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonArray;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Sends requests from commands to the other verticles. Every request has a deadline. If a verticle
/// does not answer in time, the user receives an error message.
public final class DaemonClient {
  private final EventBus bus;
  private final ConsoleContext context;

  public DaemonClient(EventBus bus, ConsoleContext context) {
    this.bus = bus;
    this.context = context;
  }

  /// Sends a command to God and returns the reply, which may contain problems.
  public Future<GodReply> god(GodCommand command) {
    return ask("The supervisor (God)", Addresses.GOD_COMMAND, command, limit(command));
  }

  private Duration limit(GodCommand command) {
    return switch (command) {
      case GodCommand.Idempotent(_, GodCommand inner) -> limit(inner);
      case GodCommand.Show _,
          GodCommand.GetOutcome _,
          GodCommand.Ping _,
          GodCommand.ListFiles _,
          GodCommand.RejectFile _ ->
          context.timing().queryTimeout();
      case GodCommand.StartApps _,
          GodCommand.Act _,
          GodCommand.Trigger _,
          GodCommand.SendMessage _,
          GodCommand.WriteInput _,
          GodCommand.SendSignal _,
          GodCommand.Reset _,
          GodCommand.UpdateSpec _,
          GodCommand.Save _,
          GodCommand.ClearDump _,
          GodCommand.Resurrect _,
          GodCommand.WatchFile _ ->
          context.timing().actionTimeout();
      // Draining may take a long time; an app setting limits it.
      case GodCommand.Reload _, GodCommand.Scale _, GodCommand.Apply _ -> Duration.ofHours(12);
      case GodCommand.DeleteAll _ -> context.timing().shutdownTimeout();
    };
  }

  /// Sends a command to God and returns the instances in the reply. Fails with a [CommandFailure]
  /// if the reply contains problems.
  public Future<List<InstanceView>> executeOrFail(GodCommand command) {
    return god(command)
        .compose(reply ->
            reply.problems().isEmpty()
                ? Future.succeededFuture(reply.instances())
                : Future.failedFuture(new CommandFailure(reply.problems())));
  }

  /// Like [#executeOrFail(GodCommand)], but also prints the notes of the reply as warnings.
  public Future<List<InstanceView>> executeOrFail(GodCommand command, Session session) {
    return god(command)
        .compose(reply -> {
          reply.notes().forEach(session::warn);
          return reply.problems().isEmpty()
              ? Future.succeededFuture(reply.instances())
              : Future.failedFuture(new CommandFailure(reply.problems()));
        });
  }

  /// Executes `command` and returns the resulting content of the store (`jpm set`).
  public Future<StoreReply.Content> store(StoreCommand command) {
    return this.<StoreReply>ask(
            "The supervisor (God)",
            Addresses.STORE_COMMAND,
            command,
            context.timing().actionTimeout())
        .compose(reply ->
            switch (reply) {
              case StoreReply.Content content -> Future.succeededFuture(content);
              case StoreReply.Failed(String problem) ->
                  Future.failedFuture(new CommandFailure(problem));
              case StoreReply.Variables _ ->
                  Future.failedFuture(new IllegalStateException("unexpected reply"));
            });
  }

  /// Sends a command to access control and returns the reply. Fails with a [CommandFailure] if the
  /// command is refused.
  public Future<AccessReply> tokens(AccessCommand command) {
    return this.<AccessReply>ask(
            "Access control", Addresses.ACCESS_COMMAND, command, context.timing().actionTimeout())
        .compose(reply ->
            reply instanceof AccessReply.Refused(String why)
                ? Future.failedFuture(new CommandFailure(why))
                : Future.succeededFuture(reply));
  }

  /// Returns the variables that an app receives from the store; empty if God does not answer.
  public Future<Map<String, String>> storedVariables(AppName app) {
    return this.<StoreReply>ask(
            "God",
            Addresses.STORE_COMMAND,
            new StoreCommand.Variables(app),
            context.timing().usageTimeout())
        .map(reply ->
            reply instanceof StoreReply.Variables(Map<String, String> variables)
                ? variables
                : Map.<String, String>of())
        .otherwise(Map.of());
  }

  /// Queries LogAggregator for log lines. The reply also contains the positions from which to
  /// continue.
  public Future<LogsReply.Lines> lines(LogsCommand command, Duration limit) {
    return logs(command, limit)
        .compose(reply ->
            switch (reply) {
              case LogsReply.Lines lines -> Future.succeededFuture(lines);
              case LogsReply.Failed(String problem) ->
                  Future.failedFuture(new CommandFailure(problem));
              case LogsReply.Done(), LogsReply.Status(_, _, _, _) ->
                  Future.failedFuture(
                      new IllegalStateException(
                          "LogAggregator did not reply with lines to " + command));
            });
  }

  /// Sends a command to LogAggregator. Fails with a [CommandFailure] if the command does not
  /// succeed.
  public Future<Void> executeLogs(LogsCommand command) {
    return logs(command, context.timing().actionTimeout())
        .compose(reply ->
            reply instanceof LogsReply.Failed(String problem)
                ? Future.failedFuture(new CommandFailure(problem))
                : Future.succeededFuture());
  }

  /// Returns the state of the log capture of an instance; empty if LogAggregator does not answer.
  public Future<Optional<LogsReply.Status>> capture(InstanceId id) {
    return logs(new LogsCommand.GetStatus(id), context.timing().usageTimeout())
        .map(reply ->
            reply instanceof LogsReply.Status status
                ? Optional.of(status)
                : Optional.<LogsReply.Status>empty())
        .otherwise(Optional.empty());
  }

  /// Returns the balancing status of an app, with the counters of one of its instances; empty if
  /// ClusterBalancer does not answer.
  public Future<Optional<BalancerReply.Status>> balance(AppName app, InstanceId id) {
    return this.<BalancerReply>ask(
            "ClusterBalancer",
            Addresses.BALANCER_COMMAND,
            new BalancerCommand.GetStatus(app, id),
            context.timing().usageTimeout())
        .map(reply ->
            reply instanceof BalancerReply.Status status
                ? Optional.of(status)
                : Optional.<BalancerReply.Status>empty())
        .otherwise(Optional.empty());
  }

  /// Returns how a reload would replace the process of an instance; empty if the instance has no
  /// process or ClusterBalancer does not answer.
  public Future<Optional<BalancerReply.Handover>> handover(InstanceView instance) {
    if (instance.process().isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    return this.<BalancerReply>ask(
            "ClusterBalancer",
            Addresses.BALANCER_COMMAND,
            new BalancerCommand.PreviewReload(
                instance.id(), instance.process().get(), instance.spec()),
            context.timing().queryTimeout())
        .map(reply ->
            reply instanceof BalancerReply.Handover handover
                ? Optional.of(handover)
                : Optional.<BalancerReply.Handover>empty())
        .otherwise(Optional.empty());
  }

  /// Returns the balancing status of all instances in cluster mode. Instances whose status is
  /// unknown are omitted.
  Future<Map<InstanceId, BalancerReply.Status>> balances(List<InstanceView> instances) {
    Map<InstanceId, BalancerReply.Status> found = new HashMap<>();
    List<Future<?>> asked = new ArrayList<>();
    for (InstanceView instance : instances) {
      if (instance.spec().cluster().enabled()) {
        asked.add(
            balance(instance.spec().name(), instance.id())
                .onSuccess(status -> status.ifPresent(it -> found.put(instance.id(), it))));
      }
    }
    return Future.join(asked).map(found);
  }

  private Future<LogsReply> logs(LogsCommand command, Duration limit) {
    return ask("LogAggregator", Addresses.LOGS_COMMAND, command, limit);
  }

  /// Queries History for past events.
  public Future<HistoryReply> history(HistoryCommand command) {
    return ask("History", Addresses.HISTORY_COMMAND, command, context.timing().queryTimeout());
  }

  /// Returns the state of the daemon's heartbeat; empty if Satan does not answer.
  public Future<Optional<HeartbeatReply>> heartbeat() {
    return this.<HeartbeatReply>ask(
            "Satan",
            Addresses.HEARTBEAT_COMMAND,
            new HeartbeatCommand.GetStatus(),
            context.timing().usageTimeout())
        .map(Optional::of)
        .otherwise(Optional.empty());
  }

  /// Sends a command to the HTTP server and returns the reply.
  public Future<WebReply> web(WebCommand command) {
    return ask("Web", Addresses.WEB_COMMAND, command, context.timing().actionTimeout());
  }

  /// Returns the findings of `jpm doctor`.
  public Future<DoctorReply> doctor() {
    return ask(
        "The doctor",
        Addresses.DOCTOR_COMMAND,
        new DoctorRequest(),
        context.timing().queryTimeout().multipliedBy(3));
  }

  /// Returns the result of verifying the audit log.
  public Future<AuditReply> audit() {
    return ask(
        "The audit log",
        Addresses.AUDIT_COMMAND,
        new AuditCommand(),
        context.timing().actionTimeout());
  }

  /// Returns the instances with their CPU and memory usage. The usage is missing if Satan does not
  /// answer.
  public Future<InstanceListing> listing(List<InstanceView> instances) {
    return listing(instances, TreeUsage.Detail.BASIC);
  }

  /// Returns the instances with the resource usage of their processes.
  ///
  /// @param detail selects the values to request
  public Future<InstanceListing> listing(List<InstanceView> instances, TreeUsage.Detail detail) {
    List<ProcessIdentity> processes =
        instances.stream().map(InstanceView::process).flatMap(Optional::stream).toList();
    Future<Map<ProcessIdentity, MeasuredUsage>> loads =
        processes.isEmpty()
            ? Future.succeededFuture(Map.of())
            : this.<SatanReply>ask(
                    "Satan",
                    Addresses.SATAN_COMMAND,
                    new SatanCommand.Sample(processes, detail),
                    context.timing().usageTimeout())
                .map(DaemonClient::loads)
                .otherwise(Map.of());
    return loads.map(
        known -> new InstanceListing(instances, known, context.clock().instant(), context.user()));
  }

  /// Adds the health of instances with probes to a listing; returns it unchanged if Satan does not
  /// answer.
  public Future<InstanceListing> withHealth(InstanceListing instanceListing) {
    List<ProcessIdentity> processes =
        instanceListing.instances().stream()
            .filter(instance -> instance.spec().health().isConfigured())
            .map(InstanceView::process)
            .flatMap(Optional::stream)
            .toList();
    return processes.isEmpty()
        ? Future.succeededFuture(instanceListing)
        : this.<SatanReply>ask(
                "Satan",
                Addresses.SATAN_COMMAND,
                new SatanCommand.GetHealth(processes),
                context.timing().usageTimeout())
            .map(reply ->
                reply instanceof SatanReply.Health(var reports)
                    ? instanceListing.with(reports)
                    : instanceListing)
            .otherwise(instanceListing);
  }

  /// Returns the recent usage of an instance; empty if Satan does not answer.
  public Future<List<UsagePoint>> usageHistory(InstanceId id) {
    return this.<SatanReply>ask(
            "Satan",
            Addresses.SATAN_COMMAND,
            new SatanCommand.GetUsageHistory(Optional.of(id)),
            context.timing().usageTimeout())
        .map(reply ->
            reply instanceof SatanReply.RecordedUsage(var points) ? points : List.<UsagePoint>of())
        .otherwise(List.of());
  }

  /// Returns the watched process files whose last edit could not be applied; empty if the watcher
  /// does not answer.
  public Future<List<ConfigWatchReply.RejectedFile>> rejectedFiles() {
    return this.<ConfigWatchReply>ask(
            "The process file watcher",
            Addresses.CONFIG_WATCH_COMMAND,
            new ConfigWatchCommand.GetStatus(),
            context.timing().usageTimeout())
        .map(ConfigWatchReply::rejectedFiles)
        .otherwise(List.of());
  }

  /// Makes the process file watcher determine again which files to watch.
  public Future<Void> checkFiles() {
    return this.<ConfigWatchReply>ask(
            "The process file watcher",
            Addresses.CONFIG_WATCH_COMMAND,
            new ConfigWatchCommand.Refresh(),
            context.timing().actionTimeout())
        .mapEmpty();
  }

  /// Prints the list of instances, unless the session is quiet. Most commands that change apps end
  /// with this list.
  public Future<ExitCode> table(Session session) {
    return session.isQuiet() ? Future.succeededFuture(ExitCode.OK) : list(session);
  }

  /// Prints the table of all instances, followed by the problems of watched process files.
  Future<ExitCode> list(Session session) {
    Future<List<ConfigWatchReply.RejectedFile>> troubles = rejectedFiles();
    return all(session)
        .compose(all -> listing(all.instances()))
        .compose(instanceListing -> {
          session.out(InstanceTable.draw(instanceListing, session.textStyle()));
          return printWarnings(troubles, session).map(ExitCode.OK);
        });
  }

  /// The reply to a query for all instances.
  ///
  /// @param code the exit code for a command that only lists instances; [ExitCode#FAILED] if the
  ///   list may be incorrect
  public record All(List<InstanceView> instances, ExitCode code) {}

  /// Returns all instances. If the list may be incorrect, the reasons are printed on standard
  /// error.
  public Future<All> all(Session session) {
    return god(new GodCommand.Show(List.of()))
        .map(reply -> {
          reply.notes().forEach(session::error);
          return new All(
              reply.instances(), reply.notes().isEmpty() ? ExitCode.OK : ExitCode.FAILED);
        });
  }

  /// Warns about watched process files whose last edit could not be applied.
  public Future<Void> reportRejectedFiles(Session session) {
    return printWarnings(rejectedFiles(), session);
  }

  private static Future<Void> printWarnings(
      Future<List<ConfigWatchReply.RejectedFile>> troubles, Session session) {
    return troubles
        .onSuccess(all -> all.forEach(rejectedFile -> session.warn(rejectedFile.message())))
        .mapEmpty();
  }

  /// Returns the instances as JSON with PM2's names, including the balancing status of instances in
  /// cluster mode.
  public Future<JsonArray> json(InstanceListing instanceListing) {
    return balances(instanceListing.instances())
        .map(balances -> InstanceJson.list(instanceListing, balances));
  }

  /// Sends a command to the daemon itself, such as a request to stop. Does not wait for a reply.
  public void daemon(DaemonCommand command) {
    bus.send(Addresses.DAEMON_COMMAND, command);
  }

  private static Map<ProcessIdentity, MeasuredUsage> loads(SatanReply reply) {
    return switch (reply) {
      case SatanReply.Sampled(Map<ProcessIdentity, MeasuredUsage> loads) -> loads;
      case SatanReply.Done(), SatanReply.RecordedUsage _, SatanReply.Health _ -> Map.of();
    };
  }

  private <R> Future<R> ask(String who, String address, BusMessage question, Duration limit) {
    return bus.<R>request(address, question, new DeliveryOptions().setSendTimeout(limit.toMillis()))
        .map(Message::body)
        .recover(failure -> Future.failedFuture(toCommandFailure(who, failure, limit)));
  }

  private static Throwable toCommandFailure(String who, Throwable failure, Duration limit) {
    if (!(failure instanceof ReplyException reply)) {
      return failure;
    }
    return new CommandFailure(
        reply.failureType() == ReplyFailure.TIMEOUT
            ? "%s did not answer within %s s; see the daemon's log"
                .formatted(who, limit.toSeconds())
            : "%s failed: %s; see the daemon's log".formatted(who, reply.getMessage()));
  }
}
