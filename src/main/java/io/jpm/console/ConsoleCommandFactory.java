package io.jpm.console;

import io.jpm.bus.daemon.DaemonCommand;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.console.access.AuditVerifyCommand;
import io.jpm.console.access.TokenCommand;
import io.jpm.console.access.WebAccessCommand;
import io.jpm.console.app.ActCommand;
import io.jpm.console.app.FlushCommand;
import io.jpm.console.app.MessageCommand;
import io.jpm.console.app.ReloadCommand;
import io.jpm.console.app.ResurrectCommand;
import io.jpm.console.app.RevisionCommand;
import io.jpm.console.app.SaveCommand;
import io.jpm.console.app.ScaleCommand;
import io.jpm.console.app.SendCommand;
import io.jpm.console.app.SendSignalCommand;
import io.jpm.console.app.ServeCommand;
import io.jpm.console.app.SpecUpdate;
import io.jpm.console.app.StartCommand;
import io.jpm.console.app.StartOrRestartCommand;
import io.jpm.console.app.TargetResolver;
import io.jpm.console.app.TriggerCommand;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.Examples;
import io.jpm.console.cli.Verb;
import io.jpm.console.completion.CompletionCommand;
import io.jpm.console.file.AppSource;
import io.jpm.console.file.ApplyCommand;
import io.jpm.console.file.DeployCommand;
import io.jpm.console.file.FileApps;
import io.jpm.console.file.InitCommand;
import io.jpm.console.file.ValidateCommand;
import io.jpm.console.inspect.DescribeCommand;
import io.jpm.console.inspect.DoctorCommand;
import io.jpm.console.inspect.EnvCommand;
import io.jpm.console.inspect.EventsCommand;
import io.jpm.console.inspect.HostCommand;
import io.jpm.console.inspect.HostMetrics;
import io.jpm.console.inspect.InstanceIdsCommand;
import io.jpm.console.inspect.ListCommand;
import io.jpm.console.inspect.PingCommand;
import io.jpm.console.inspect.ProcessIdsCommand;
import io.jpm.console.inspect.ProfileCommand;
import io.jpm.console.inspect.ReportCommand;
import io.jpm.console.logs.AttachCommand;
import io.jpm.console.logs.AttachedStart;
import io.jpm.console.logs.LogrotateCommand;
import io.jpm.console.logs.ReadLogsCommand;
import io.jpm.console.monit.MonitCommand;
import io.jpm.console.pm2.ImportCommand;
import io.jpm.console.session.ActionSummary;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.CommandTools;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Progress;
import io.jpm.console.session.Session;
import io.jpm.console.session.ShutdownNotice;
import io.jpm.console.store.ReadStoreCommand;
import io.jpm.console.store.WriteStoreCommand;
import io.jpm.console.text.NodeInspectFormatter;
import io.jpm.model.process.TreeUsage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.Function;

/// Creates the [ConsoleCommand] that implements each [Verb].
final class ConsoleCommandFactory {
  private final Vertx vertx;
  private final ConsoleContext context;
  private final DaemonClient daemonClient;
  private final FileApps files;
  private final TargetResolver targetResolver;
  private final CommandTools commandTools;
  private final SpecUpdate specUpdate;
  private final Progress progress;
  private final ShutdownNotice shutdownNotice = new ShutdownNotice();
  private final HostMetrics metrics;
  private final MonitCommand monit;
  private boolean ending;

  /// The creation time of this object, which commands report as the start time of the daemon.
  private final Instant started;

  ConsoleCommandFactory(
      Vertx vertx, ConsoleContext context, AppSource source, CommandTools commandTools) {
    this.vertx = vertx;
    this.context = context;
    this.daemonClient = new DaemonClient(vertx.eventBus(), context);
    this.files = new FileApps(vertx, source);
    this.commandTools = commandTools;
    this.targetResolver = new TargetResolver(daemonClient, files);
    this.metrics = new HostMetrics(vertx, context.home());
    this.started = context.clock().instant();
    this.monit =
        new MonitCommand(
            vertx, daemonClient, context, new MonitCommand.Clock(System::nanoTime, started));
    this.specUpdate = new SpecUpdate(daemonClient, files);
    this.progress = new Progress(vertx, daemonClient, context);
  }

  ConsoleCommand of(Verb verb) {
    return switch (verb) {
      case START -> withAttach(new StartCommand(daemonClient, files, specUpdate, progress));
      case PULL -> revisionCommand(RevisionCommand.Direction.PULL);
      case FORWARD -> revisionCommand(RevisionCommand.Direction.FORWARD);
      case BACKWARD -> revisionCommand(RevisionCommand.Direction.BACKWARD);
      case IMPORT_PM2 ->
          new ImportCommand(vertx, daemonClient, files, commandTools, shutdownNotice);
      case DEPLOY -> new DeployCommand(vertx, commandTools);
      case SERVE -> new ServeCommand(vertx, daemonClient, files);
      case STOP ->
          withAttach(
              new ActCommand(Action.STOP, daemonClient, targetResolver, specUpdate, progress));
      case RESTART ->
          withAttach(
              new ActCommand(Action.RESTART, daemonClient, targetResolver, specUpdate, progress));
      case RELOAD, GRACEFUL_RELOAD, START_OR_RELOAD, START_OR_GRACEFUL_RELOAD ->
          withAttach(
              new ReloadCommand(
                  verb, vertx, daemonClient, targetResolver, specUpdate, shutdownNotice));
      case START_OR_RESTART ->
          withAttach(new StartOrRestartCommand(daemonClient, targetResolver, progress));
      case SCALE -> new ScaleCommand(daemonClient);
      case DELETE ->
          new ActCommand(Action.DELETE, daemonClient, targetResolver, specUpdate, progress);
      case VALIDATE -> new ValidateCommand(files);
      case INIT -> new InitCommand(vertx);
      case PLAN, APPLY -> new ApplyCommand(verb, daemonClient, files, shutdownNotice);
      case TRIGGER -> new TriggerCommand(daemonClient);
      case SEND -> new SendCommand(daemonClient);
      case GET -> new ReadStoreCommand(daemonClient);
      case SET, MULTISET, UNSET -> new WriteStoreCommand(verb, daemonClient);
      case CONF ->
          commandCall ->
              (commandCall.arguments().targets().size() > 1
                      ? new WriteStoreCommand(verb, daemonClient)
                      : new ReadStoreCommand(daemonClient))
                  .run(commandCall);
      case LOGROTATE -> new LogrotateCommand(vertx, context.home());
      case PROFILE_CPU, PROFILE_MEM -> new ProfileCommand(verb, vertx, context.clock());
      case MESSAGE -> new MessageCommand(daemonClient);
      case ATTACH -> new AttachCommand(vertx, daemonClient, context, ZoneId.systemDefault());
      case MONIT -> monit;
      case SEND_SIGNAL -> new SendSignalCommand(daemonClient);
      case RESET -> this::reset;
      case INSPECT -> ConsoleCommandFactory::inspect;
      case SAVE -> new SaveCommand(daemonClient);
      case RESURRECT -> new ResurrectCommand(daemonClient);
      case CLEARDUMP -> this::clearDump;
      case LIST -> new ListCommand(vertx, daemonClient);
      case DESCRIBE -> new DescribeCommand(daemonClient);
      case LOGS ->
          new ReadLogsCommand(vertx, daemonClient, context, ZoneId.systemDefault(), shutdownNotice);
      case FLUSH -> new FlushCommand(daemonClient);
      case RELOAD_LOGS -> this::reloadLogs;
      case EVENTS -> new EventsCommand(vertx, daemonClient, ZoneId.systemDefault(), shutdownNotice);
      case ENV -> new EnvCommand(daemonClient, context.home());
      case JLIST -> commandCall -> listed(commandCall, JsonArray::encode);
      case PRETTYLIST -> commandCall -> listed(commandCall, NodeInspectFormatter::of);
      case PROCESS_IDS -> new ProcessIdsCommand(daemonClient);
      case INSTANCE_IDS -> new InstanceIdsCommand(daemonClient);
      case REPORT -> new ReportCommand(vertx, daemonClient, context, started);
      case HOST -> new HostCommand(metrics);
      case EXAMPLES -> ConsoleCommandFactory::examples;
      case COMPLETION -> new CompletionCommand(vertx, daemonClient, context.home());
      case PING -> new PingCommand(daemonClient, context);
      case DOCTOR -> new DoctorCommand(daemonClient);
      case AUDIT -> new AuditVerifyCommand(daemonClient);
      case TOKEN -> new TokenCommand(daemonClient, context.clock());
      case WEB -> new WebAccessCommand(daemonClient);
      case KILL -> this::kill;
      case UPDATE -> new UpdateCommand(daemonClient, context, shutdownNotice);
      case DAEMON_ITSELF, STARTUP, UNSTARTUP -> _ -> rejectClientCommand(verb);
    };
  }

  private ConsoleCommand withAttach(ConsoleCommand starting) {
    return new AttachedStart(starting, vertx, daemonClient, context);
  }

  private ConsoleCommand revisionCommand(RevisionCommand.Direction direction) {
    return new RevisionCommand(direction, vertx, daemonClient, commandTools, shutdownNotice);
  }

  private Future<ExitCode> clearDump(CommandCall commandCall) {
    return daemonClient
        .executeOrFail(new GodCommand.ClearDump())
        .map(_ -> {
          commandCall.session().info("The saved list is now empty");
          return ExitCode.OK;
        });
  }

  private Future<ExitCode> reset(CommandCall commandCall) {
    return daemonClient
        .god(new GodCommand.Reset(commandCall.arguments().targets()))
        .compose(reply ->
            ActionSummary.of("Reset the counters of", reply, daemonClient, commandCall.session()));
  }

  private static Future<ExitCode> inspect(CommandCall commandCall) {
    String app = commandCall.arguments().targets().getFirst();
    return Future.failedFuture(
        new CommandFailure(
            "jpm does not include a debugger: to let a debugger connect to Node, run jpm sendSignal SIGUSR1 %s"
                .formatted(app)));
  }

  private Future<ExitCode> reloadLogs(CommandCall commandCall) {
    return daemonClient
        .executeLogs(new LogsCommand.Reopen())
        .map(_ -> {
          commandCall.session().info("Reopened the log files");
          return ExitCode.OK;
        });
  }

  /// Prints all instances in a machine-readable format.
  private Future<ExitCode> listed(CommandCall commandCall, Function<JsonArray, String> format) {
    return daemonClient
        .all(commandCall.session())
        .compose(all ->
            daemonClient
                .listing(all.instances(), TreeUsage.Detail.FILES)
                .compose(daemonClient::withHealth)
                .compose(daemonClient::json)
                .map(list -> {
                  commandCall.session().out(format.apply(list) + "\n");
                  return all.code();
                }));
  }

  private static Future<ExitCode> examples(CommandCall commandCall) {
    commandCall.session().out(Examples.all(commandCall.session().tty().color()));
    return Future.succeededFuture(ExitCode.OK);
  }

  /// Rejects a command that the client `bin/jpm` executes without a daemon. `bin/jpm` sends such a
  /// command to the daemon only if the command line has options. Other clients may always send it.
  private static Future<ExitCode> rejectClientCommand(Verb verb) {
    return Future.failedFuture(
        new CommandFailure(
            "the daemon cannot run this command, only the client bin/jpm can: run jpm %s without options"
                .formatted(verb.keyword())));
  }

  /// Stops all apps and the daemon. The daemon stops even if God fails or hangs, because users must
  /// always be able to stop it. If apps could not be stopped, they keep running and the command
  /// fails.
  private Future<ExitCode> kill(CommandCall commandCall) {
    Session session = commandCall.session();
    shutdownNotice.end("jpm kill interrupted this command: all apps and the daemon are stopping");
    return daemonClient
        .god(new GodCommand.DeleteAll())
        .compose(reply -> {
          reply.notes().forEach(session::warn);
          return reply.problems().isEmpty()
              ? Future.succeededFuture(ExitCode.OK)
              : Future.failedFuture(new CommandFailure(reply.problems()));
        })
        .onSuccess(_ -> session.info("[v] All Applications Stopped"))
        .onSuccess(_ -> session.info("[v] jpm Daemon Stopped"))
        .onComplete(_ -> {
          ending = true;
          session.ended().onComplete(_ -> daemonClient.daemon(new DaemonCommand.Stop()));
        });
  }

  /// Reports whether the daemon is about to exit. If so, the daemon does not answer further
  /// requests, and clients send them to the next daemon.
  boolean isEnding() {
    return ending;
  }
}
