package io.jpm.console.logs;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.LogsOptions;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.LogLabels;
import io.jpm.console.text.LogLabels.Streams;
import io.jpm.model.process.InstanceId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Implements the option `--attach` of another command. Runs that command, prints the output that
/// the affected instances have produced since the command began, and follows it until the client
/// disconnects. The affected instances are those that were started after the command began, and
/// those that the command stopped.
public final class AttachedStart implements ConsoleCommand {
  private final ConsoleCommand command;
  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final ConsoleContext context;

  /// Creates a command that adds `--attach` to another one.
  ///
  /// @param command the command that has the option
  public AttachedStart(
      ConsoleCommand command, Vertx vertx, DaemonClient daemonClient, ConsoleContext context) {
    this.command = command;
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.context = context;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    if (!commandCall.arguments().has(VerbOption.ATTACH)) {
      return command.run(commandCall);
    }
    Instant began = context.clock().instant();
    return all()
        .compose(before -> {
          Set<InstanceId> running =
              before.stream()
                  .filter(it -> it.process().isPresent())
                  .map(InstanceView::id)
                  .collect(Collectors.toSet());
          return command
              .run(commandCall)
              .compose(code ->
                  code == ExitCode.OK
                      ? follow(commandCall, began, running)
                      : Future.succeededFuture(code));
        });
  }

  private Future<List<InstanceView>> all() {
    return daemonClient.executeOrFail(new GodCommand.Show(List.of()));
  }

  private Future<ExitCode> follow(CommandCall commandCall, Instant began, Set<InstanceId> running) {
    return all()
        .compose(all -> {
          List<InstanceView> concerned =
              all.stream()
                  .filter(it ->
                      it.process().isPresent()
                          ? it.startedAt().filter(at -> !at.isBefore(began)).isPresent()
                          : running.contains(it.id()))
                  .toList();
          return concerned.isEmpty()
              ? Future.succeededFuture(ExitCode.OK)
              : follow(commandCall.session(), concerned, began);
        });
  }

  private Future<ExitCode> follow(Session session, List<InstanceView> started, Instant began) {
    LogsOptions options = LogsOptions.since(began);
    var printer = new LogPrinter(session, options.style(), ZoneId.systemDefault());
    return new LogFollow(vertx, daemonClient, context.timing(), printer, options, began)
        .follow(
            LogLabels.of(started, Streams.BOTH),
            new GodCommand.Show(started.stream().map(it -> it.id().toString()).toList()));
  }
}
