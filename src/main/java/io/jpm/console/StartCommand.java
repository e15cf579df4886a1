package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodCommand.Action;
import io.jpm.bus.GodCommand.Existing;
import io.jpm.bus.GodCommand.StartApps;
import io.jpm.bus.InstanceView;
import io.jpm.console.text.Amounts;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Phase;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// `jpm start`: a process file, else what the list knows by this name or number, else a script, in
/// PM2's order. Without a target it is the usual process file. Targets go one after the other and
/// the first that fails stops the rest.
final class StartCommand implements ConsoleCommand {
  /// More apps than this are counted, not listed.
  private static final int MOST_LINES = 10;

  private final Rooms rooms;
  private final FileApps files;
  private final Alteration alteration;
  private final Progress progress;

  StartCommand(Rooms rooms, FileApps files, Alteration alteration, Progress progress) {
    this.rooms = rooms;
    this.files = files;
    this.alteration = alteration;
    this.progress = progress;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    if (call.arguments().has(VerbOption.NO_DAEMON)) {
      call.session()
          .warn(
              "--no-daemon changes nothing: jpm daemon stays in the foreground, for containers and service managers");
    }
    return files
        .targets(call)
        .compose(targets -> startAll(targets, call))
        .compose(_ -> rooms.table(call.session()));
  }

  private Future<Void> startAll(List<String> targets, Call call) {
    Future<Void> done = Future.succeededFuture();
    for (String target : targets) {
      done = done.compose(_ -> start(target, call));
    }
    return done;
  }

  private Future<Void> start(String target, Call call) {
    return files
        .isProcessFile(target, call)
        .compose(isFile -> isFile ? startFile(target, call) : startOther(target, call));
  }

  private Future<Void> startFile(String file, Call call) {
    warnOfIgnored(call, "a process file");
    Optional<Path> place = FileApps.placeOf(file, call);
    var watching = new ConfigWatching(rooms, call, place);
    return watching
        .checked()
        .compose(_ -> files.outcomeOf(file, call))
        .compose(outcome ->
            start(
                    new StartApps(outcome.apps(), Existing.RESTART, place, FileApps.lasting(call)),
                    call)
                // Also where an app does not start: mending the file is what comes next.
                .eventually(() -> watching.settle(outcome)));
  }

  /// What an earlier daemon has taken for a script is in the list by now.
  private Future<Void> startOther(String target, Call call) {
    if (call.session().noted().equals(noteOf(target))) {
      return startScript(target, call);
    }
    if (target.equals(AppName.ALL) || target.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return startKnown(target, call);
    }
    if (isPath(target)) {
      return startScript(target, call);
    }
    return rooms
        .god(new GodCommand.Show(List.of(target)))
        .compose(shown ->
            shown.instances().isEmpty() ? startScript(target, call) : startKnown(target, call));
  }

  private static String noteOf(String script) {
    return "script" + Integer.toHexString(script.hashCode());
  }

  /// PM2's rule: a word with a slash is a script to start, even one that an app in the list runs
  /// already under another name; `/…/` is an expression on names.
  private static boolean isPath(String target) {
    return target.contains("/") && !(target.startsWith("/") && target.endsWith("/"));
  }

  private Future<Void> startKnown(String target, Call call) {
    warnOfRest(call, "an app that is in the list");
    warnOfEnvironment(call);
    // As in PM2, starting what runs is restarting it; it is said so.
    return alteration
        .of(List.of(target), call)
        .compose(_ -> rooms.god(new GodCommand.Show(List.of(target))))
        .map(shown ->
            shown.instances().stream().allMatch(i -> i.phase() == Phase.ONLINE)
                ? Action.RESTART
                : Action.START)
        .compose(action ->
            progress
                .of(
                    action,
                    List.of(target),
                    call.session(),
                    () ->
                        rooms.obeyed(
                            call.keyed(
                                new GodCommand.Act(
                                    action,
                                    List.of(target),
                                    FileApps.shell(call),
                                    FileApps.lasting(call))),
                            call.session()))
                .compose(
                    instances -> Report.told(ActCommand.done(action), instances, call.session())));
  }

  private Future<Void> startScript(String script, Call call) {
    warnOfEnvironment(call);
    boolean force = call.arguments().has(VerbOption.FORCE);
    return files
        .ofCommandLine(script, call)
        .onSuccess(_ -> call.session().noteForNext(noteOf(script)))
        .compose(specs ->
            start(
                new StartApps(
                    specs,
                    force ? Existing.REPLACE : Existing.REFUSE_RUNNING,
                    Optional.empty(),
                    FileApps.lasting(call)),
                call));
  }

  private static void warnOfEnvironment(Call call) {
    if (call.arguments().has(VerbOption.ENV)) {
      call.session().warn("--env chooses from a process file and changes nothing here");
    }
  }

  private Future<Void> start(StartApps order, Call call) {
    List<AppSpec> specs = order.specs();
    if (specs.isEmpty()) {
      return Future.failedFuture(new CommandFailure("there is no app in it"));
    }
    Session session = call.session();
    announce(specs, session);
    List<String> names = specs.stream().map(spec -> spec.name().value()).toList();
    return progress
        .of(Action.START, names, session, () -> rooms.obeyed(call.keyed(order), session))
        .map(instances -> summarize(specs, instances, session));
  }

  private static void announce(List<AppSpec> specs, Session session) {
    if (specs.size() > MOST_LINES) {
      session.info("Starting %d apps".formatted(specs.size()));
      return;
    }
    for (AppSpec spec : specs) {
      session.info(
          "Starting %s as %s (%s)"
              .formatted(
                  spec.command().script(),
                  spec.name(),
                  Amounts.count(spec.instances().count(), "instance")));
    }
  }

  private static Void summarize(
      List<AppSpec> specs, List<InstanceView> instances, Session session) {
    session.info(
        specs.size() == 1
            ? "Done."
            : "Done: %s, %s"
                .formatted(
                    Amounts.count(specs.size(), "app"),
                    Amounts.count(instances.size(), "instance")));
    instances.stream()
        .filter(instance -> !instance.unenforced().isEmpty())
        .map(instance -> instance.spec().name() + ": " + instance.unenforced())
        .distinct()
        .forEach(session::warn);
    return null;
  }

  private static void warnOfIgnored(Call call, String target) {
    call.arguments().options().keySet().stream()
        .filter(option -> option.attribute().isPresent())
        .sorted()
        .forEach(option ->
            call.session().warn("%s changes nothing for %s".formatted(option.longName(), target)));
    warnOfRest(call, target);
  }

  private static void warnOfRest(Call call, String target) {
    if (!call.arguments().rest().isEmpty()) {
      call.session().warn("what follows -- changes nothing for " + target);
    }
  }
}
