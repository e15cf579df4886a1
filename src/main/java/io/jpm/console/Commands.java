package io.jpm.console;

import io.jpm.bus.DaemonCommand;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodCommand.Action;
import io.jpm.bus.LogsCommand;
import io.jpm.console.text.Inspect;
import io.jpm.model.TreeUsage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.Function;

/// Which object carries out which [Verb].
final class Commands {
  private final Vertx vertx;
  private final ConsoleContext context;
  private final Rooms rooms;
  private final FileApps files;
  private final Chooser chooser;
  private final Tools tools;
  private final Alteration alteration;
  private final Progress progress;
  private final Farewell farewell = new Farewell();
  private final HostMetrics metrics;
  private final MonitCommand monit;
  private boolean ending;

  /// Since when there are commands: as long as the daemon.
  private final Instant started;

  Commands(Vertx vertx, ConsoleContext context, AppSource source, Tools tools) {
    this.vertx = vertx;
    this.context = context;
    this.rooms = new Rooms(vertx.eventBus(), context);
    this.files = new FileApps(vertx, source);
    this.tools = tools;
    this.chooser = new Chooser(rooms, files);
    this.metrics = new HostMetrics(vertx, context.home());
    this.started = context.clock().instant();
    this.monit =
        new MonitCommand(vertx, rooms, context, new MonitCommand.Clock(System::nanoTime, started));
    this.alteration = new Alteration(rooms, files);
    this.progress = new Progress(vertx, rooms, context);
  }

  ConsoleCommand of(Verb verb) {
    return switch (verb) {
      case START -> attached(new StartCommand(rooms, files, alteration, progress));
      case PULL -> moving(RevisionCommand.Way.PULL);
      case FORWARD -> moving(RevisionCommand.Way.FORWARD);
      case BACKWARD -> moving(RevisionCommand.Way.BACKWARD);
      case IMPORT_PM2 -> new ImportCommand(vertx, rooms, files, tools, farewell);
      case DEPLOY -> new DeployCommand(vertx, tools);
      case SERVE -> new ServeCommand(vertx, rooms, files);
      case STOP -> attached(new ActCommand(Action.STOP, rooms, chooser, alteration, progress));
      case RESTART ->
          attached(new ActCommand(Action.RESTART, rooms, chooser, alteration, progress));
      case RELOAD, START_OR_RELOAD ->
          attached(new ReloadCommand(verb, vertx, rooms, chooser, alteration, farewell));
      case START_OR_RESTART -> attached(new StartOrRestartCommand(rooms, chooser, progress));
      case SCALE -> new ScaleCommand(rooms);
      case DELETE -> new ActCommand(Action.DELETE, rooms, chooser, alteration, progress);
      case VALIDATE -> new ValidateCommand(files);
      case INIT -> new InitCommand(vertx);
      case PLAN, APPLY -> new ApplyCommand(verb, rooms, files, farewell);
      case TRIGGER -> new TriggerCommand(rooms);
      case SEND -> new SendCommand(rooms);
      case GET -> new ReadStoreCommand(rooms);
      case SET, MULTISET, UNSET -> new WriteStoreCommand(verb, rooms);
      case CONF ->
          call ->
              (call.arguments().targets().size() > 1
                      ? new WriteStoreCommand(verb, rooms)
                      : new ReadStoreCommand(rooms))
                  .run(call);
      case LOGROTATE -> new LogrotateCommand(vertx, context.home());
      case PROFILE_CPU, PROFILE_MEM -> new ProfileCommand(verb, vertx, context.clock());
      case MESSAGE -> new MessageCommand(rooms);
      case ATTACH -> new AttachCommand(vertx, rooms, context, ZoneId.systemDefault());
      case MONIT -> monit;
      case SEND_SIGNAL -> new SendSignalCommand(rooms);
      case RESET -> this::reset;
      case INSPECT -> Commands::inspect;
      case SAVE -> new SaveCommand(rooms);
      case RESURRECT -> new ResurrectCommand(rooms);
      case CLEARDUMP -> this::clearDump;
      case LIST -> new ListCommand(vertx, rooms);
      case DESCRIBE -> new DescribeCommand(rooms);
      case LOGS -> new ReadLogsCommand(vertx, rooms, context, ZoneId.systemDefault(), farewell);
      case FLUSH -> new FlushCommand(rooms);
      case RELOAD_LOGS -> this::reloadLogs;
      case EVENTS -> new EventsCommand(vertx, rooms, ZoneId.systemDefault(), farewell);
      case ENV -> new EnvCommand(rooms, context.home());
      case JLIST -> call -> listed(call, JsonArray::encode);
      case PRETTYLIST -> call -> listed(call, Inspect::of);
      case PROCESS_IDS -> new ProcessIdsCommand(rooms);
      case INSTANCE_IDS -> new InstanceIdsCommand(rooms);
      case REPORT -> new ReportCommand(vertx, rooms, context, started);
      case HOST -> new HostCommand(metrics);
      case EXAMPLES -> Commands::examples;
      case COMPLETION -> new CompletionCommand(vertx, rooms, context.home());
      case PING -> new PingCommand(rooms, context);
      case DOCTOR -> new DoctorCommand(rooms);
      case TOKEN -> new TokenCommand(rooms);
      case WEB -> new WebAccessCommand(rooms);
      case KILL -> this::kill;
      case UPDATE -> new UpdateCommand(rooms, context, farewell);
      case DAEMON_ITSELF, STARTUP, UNSTARTUP -> _ -> notHere(verb);
    };
  }

  private ConsoleCommand attached(ConsoleCommand starting) {
    return new Attached(starting, vertx, rooms, context);
  }

  private ConsoleCommand moving(RevisionCommand.Way way) {
    return new RevisionCommand(way, vertx, rooms, tools, farewell);
  }

  private Future<ExitCode> clearDump(Call call) {
    return rooms
        .obeyed(new GodCommand.ClearDump())
        .map(_ -> {
          call.session().info("The saved list is empty now");
          return ExitCode.OK;
        });
  }

  private Future<ExitCode> reset(Call call) {
    return rooms
        .god(new GodCommand.Reset(call.arguments().targets()))
        .compose(reply -> Report.of("Reset the counters of", reply, rooms, call.session()));
  }

  private static Future<ExitCode> inspect(Call call) {
    String app = call.arguments().targets().getFirst();
    return Future.failedFuture(
        new CommandFailure(
            "jpm does not inspect: jpm sendSignal SIGUSR1 %s has Node listen for a debugger"
                .formatted(app)));
  }

  private Future<ExitCode> reloadLogs(Call call) {
    return rooms
        .logsDone(new LogsCommand.Reopen())
        .map(_ -> {
          call.session().info("The log files are opened anew");
          return ExitCode.OK;
        });
  }

  /// The whole list, for programs.
  private Future<ExitCode> listed(Call call, Function<JsonArray, String> format) {
    return rooms
        .all(call.session())
        .compose(all ->
            rooms
                .listing(all.instances(), TreeUsage.Detail.FILES)
                .compose(rooms::withHealth)
                .compose(rooms::json)
                .map(list -> {
                  call.session().out(format.apply(list) + "\n");
                  return all.code();
                }));
  }

  private static Future<ExitCode> examples(Call call) {
    call.session().out(Examples.all(call.session().tty().color()));
    return Future.succeededFuture(ExitCode.OK);
  }

  /// What `bin/jpm` does without a daemon comes here only from another client, or with options.
  private static Future<ExitCode> notHere(Verb verb) {
    return Future.failedFuture(
        new CommandFailure(
            "bin/jpm itself does this: type jpm %s with no option before or after it"
                .formatted(verb.word())));
  }

  /// The daemon ends whatever God answers: somebody who kills it because God hangs must succeed.
  /// Apps that could not be ended live on, and the exit code says so.
  private Future<ExitCode> kill(Call call) {
    Session session = call.session();
    farewell.end("jpm kill ends the daemon and all apps: this was not finished");
    return rooms
        .god(new GodCommand.EndEverything())
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
          session.ended().onComplete(_ -> rooms.daemon(new DaemonCommand.Stop()));
        });
  }

  /// Whether the daemon is about to end: whoever comes now is left without an answer, since then
  /// the client asks the next daemon.
  boolean isEnding() {
    return ending;
  }
}
