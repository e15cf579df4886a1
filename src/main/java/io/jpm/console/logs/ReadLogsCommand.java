package io.jpm.console.logs;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.LogsOptions;
import io.jpm.console.cli.PastTime;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.ShutdownNotice;
import io.jpm.console.text.LogLabels;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/// Runs `jpm logs`, which prints the last lines of logs and follows them.
///
/// If a name is unknown, the command exits with 1, so that scripts detect typing errors. PM2 waits
/// forever without printing anything or, with `--nostream`, exits with 0.
public final class ReadLogsCommand implements ConsoleCommand {
  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final ConsoleContext context;
  private final ZoneId zone;
  private final ShutdownNotice shutdownNotice;

  /// Creates the command.
  ///
  /// @param zone the time zone of typed and displayed times
  /// @param shutdownNotice notifies clients when the daemon shuts down
  public ReadLogsCommand(
      Vertx vertx,
      DaemonClient daemonClient,
      ConsoleContext context,
      ZoneId zone,
      ShutdownNotice shutdownNotice) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.context = context;
    this.zone = zone;
    this.shutdownNotice = shutdownNotice;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> targets = commandCall.arguments().targets();
    Instant began = context.clock().instant();
    var options = LogsOptions.of(commandCall.arguments(), new PastTime(began, zone));
    boolean everyone = LogsOptions.isAllApps(targets);
    // An empty list selects all instances, and is valid even if there are none.
    var show = new GodCommand.Show(everyone ? List.of() : targets);
    Optional<RuntimeEnd> runtime = RuntimeEnd.of(commandCall.arguments().rest(), System::nanoTime);
    return daemonClient
        .executeOrFail(show)
        .compose(instances -> {
          if (instances.isEmpty() && !everyone) {
            return Future.failedFuture(
                new CommandFailure("no app was found: run jpm ls to see all apps"));
          }
          return runtime.isPresent()
              ? stream(commandCall, options, instances, began, runtime.get())
              : print(commandCall, options, show, instances, began);
        });
  }

  /// Streams the output of all apps for `bin/jpm-runtime`, without messages from the daemon.
  private Future<ExitCode> stream(
      CommandCall commandCall,
      LogsOptions options,
      List<InstanceView> instances,
      Instant began,
      RuntimeEnd end) {
    var printer = new LogPrinter(commandCall.session(), options.style(), zone);
    var follow =
        new LogFollow(
            vertx,
            daemonClient,
            RuntimeEnd.withPollInterval(context.timing()),
            printer,
            options,
            began,
            end);
    // After this acknowledgement, the client may stop the apps without losing output.
    return follow.follow(
        LogLabels.of(instances, options.streams()),
        new GodCommand.Show(List.of()),
        () -> commandCall.session().acknowledge());
  }

  private Future<ExitCode> print(
      CommandCall commandCall,
      LogsOptions options,
      GodCommand.Show show,
      List<InstanceView> instances,
      Instant began) {
    var printer = new LogPrinter(commandCall.session(), options.style(), zone);
    LogLabels labels = LogLabels.of(instances, options.streams());
    if (options.includesDaemonLog()) {
      labels = labels.withDaemon(context.home().resolve("jpm.log"));
    }
    if (!options.follow() && commandCall.request().resume().isEmpty()) {
      printer.title(commandCall.arguments().targets(), options.lines());
      return new LogFollow(vertx, daemonClient, context.timing(), printer, options, began)
          .tail(labels)
          .map(_ -> ExitCode.OK);
    }
    return shutdownNotice.following(
        commandCall.session(), followed(commandCall, options, printer, labels, show, began));
  }

  private Future<ExitCode> followed(
      CommandCall commandCall,
      LogsOptions options,
      LogPrinter printer,
      LogLabels labels,
      GodCommand.Show show,
      Instant began) {
    Optional<LogPositions> known = commandCall.request().resume().map(LogPositions::fromMark);
    LogPositions places = known.orElseGet(() -> new LogPositions(began));
    Optional<Instant> until = options.filter().until();
    var timing = context.timing();
    var follow =
        new LogFollow(
            vertx,
            daemonClient,
            until.isPresent() ? RuntimeEnd.withPollInterval(timing) : timing,
            printer,
            options,
            places,
            _ -> until.filter(context.clock().instant()::isAfter).map(_ -> ExitCode.OK));
    if (known.isPresent()) {
      return follow.resume(labels, show);
    }
    printer.title(commandCall.arguments().targets(), options.lines());
    return follow.follow(labels, show);
  }
}
