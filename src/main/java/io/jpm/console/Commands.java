package io.jpm.console;

import io.jpm.bus.DaemonCommand;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodCommand.Action;
import io.jpm.bus.LogsCommand;
import io.jpm.console.text.InstanceJson;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.ZoneId;
import java.util.List;

/// Which object carries out which [Verb].
final class Commands {
  private final Vertx vertx;
  private final ConsoleContext context;
  private final Rooms rooms;
  private final FileApps files;
  private final Chooser chooser;
  private final Alteration alteration;
  private final Farewell farewell = new Farewell();

  Commands(Vertx vertx, ConsoleContext context, AppSource source) {
    this.vertx = vertx;
    this.context = context;
    this.rooms = new Rooms(vertx.eventBus(), context);
    this.files = new FileApps(vertx, source);
    this.chooser = new Chooser(rooms, files);
    this.alteration = new Alteration(rooms, files);
  }

  ConsoleCommand of(Verb verb) {
    return switch (verb) {
      case START -> new StartCommand(rooms, files, alteration);
      case STOP -> new ActCommand(Action.STOP, rooms, chooser, alteration);
      case RESTART -> new ActCommand(Action.RESTART, rooms, chooser, alteration);
      case RELOAD, START_OR_RELOAD ->
          new ReloadCommand(verb, vertx, rooms, chooser, alteration, farewell);
      case START_OR_RESTART -> new StartOrRestartCommand(rooms, chooser);
      case SCALE -> new ScaleCommand(rooms);
      case DELETE -> new ActCommand(Action.DELETE, rooms, chooser, alteration);
      case VALIDATE -> new ValidateCommand(files);
      case INIT -> new InitCommand(vertx);
      case PLAN, APPLY -> new ApplyCommand(verb, rooms, files, farewell);
      case TRIGGER -> new TriggerCommand(rooms);
      case SEND -> new SendCommand(rooms);
      case MESSAGE -> new MessageCommand(rooms);
      case ATTACH -> new AttachCommand(vertx, rooms, context, ZoneId.systemDefault());
      case SEND_SIGNAL -> new SendSignalCommand(rooms);
      case RESET -> this::reset;
      case INSPECT -> Commands::inspect;
      case SAVE -> new SaveCommand(rooms);
      case RESURRECT -> new ResurrectCommand(rooms);
      case CLEARDUMP -> this::clearDump;
      case LIST -> call -> rooms.list(call.session());
      case DESCRIBE -> new DescribeCommand(rooms);
      case LOGS -> new ReadLogsCommand(vertx, rooms, context, ZoneId.systemDefault());
      case FLUSH -> new FlushCommand(rooms);
      case RELOAD_LOGS -> this::reloadLogs;
      case EVENTS -> new EventsCommand(vertx, rooms, ZoneId.systemDefault());
      case ENV -> new EnvCommand(rooms, context.home());
      case JLIST -> this::jlist;
      case PING -> new PingCommand(rooms, context);
      case DOCTOR -> new DoctorCommand(rooms);
      case KILL -> this::kill;
      case UPDATE -> new UpdateCommand(rooms, context, farewell);
      case DAEMON_ITSELF, STARTUP, UNSTARTUP -> _ -> notHere(verb);
    };
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

  private Future<ExitCode> jlist(Call call) {
    return rooms
        .obeyed(new GodCommand.Show(List.of()))
        .compose(rooms::listing)
        .compose(listing ->
            rooms
                .balances(listing.instances())
                .map(balances -> {
                  call.session().out(InstanceJson.draw(listing, balances));
                  return ExitCode.OK;
                }));
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
    farewell.say("jpm kill ends the daemon and all apps: this was not finished");
    return rooms
        .obeyed(new GodCommand.EndEverything())
        .map(_ -> {
          session.info("[v] All Applications Stopped");
          return ExitCode.OK;
        })
        .onSuccess(_ -> session.info("[v] jpm Daemon Stopped"))
        .onComplete(_ -> session.ended().onComplete(_ -> rooms.daemon(new DaemonCommand.Stop())));
  }
}
