package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.GodCommand.StartApps;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.file.FileApps;
import io.jpm.console.session.ActionSummary;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Progress;
import io.jpm.console.session.Session;
import io.jpm.console.text.Amounts;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.process.Phase;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Runs `jpm start`. As in PM2, a target is a process file, the name or id of a listed app, or a
/// script, in this order of precedence. Without a target, the default process file is used. Targets
/// are started one after another; if a target fails, the remaining targets are not started.
public final class StartCommand implements ConsoleCommand {
  /// The maximum number of apps that are announced by name. For more apps, only the number is
  /// printed.
  private static final int MOST_LINES = 10;

  private final DaemonClient daemonClient;
  private final FileApps files;
  private final SpecUpdate specUpdate;
  private final Progress progress;

  public StartCommand(
      DaemonClient daemonClient, FileApps files, SpecUpdate specUpdate, Progress progress) {
    this.daemonClient = daemonClient;
    this.files = files;
    this.specUpdate = specUpdate;
    this.progress = progress;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    if (commandCall.arguments().has(VerbOption.NO_DAEMON)) {
      commandCall
          .session()
          .warn(
              "--no-daemon has no effect: to run apps in the foreground, for example in a"
                  + " container, use jpm-runtime");
    }
    return files
        .targets(commandCall)
        .compose(targets -> startAll(targets, commandCall))
        .compose(_ -> daemonClient.table(commandCall.session()));
  }

  private Future<Void> startAll(List<String> targets, CommandCall commandCall) {
    Future<Void> done = Future.succeededFuture();
    for (String target : targets) {
      done = done.compose(_ -> start(target, commandCall));
    }
    return done;
  }

  private Future<Void> start(String target, CommandCall commandCall) {
    return files
        .isProcessFile(target, commandCall)
        .compose(
            isFile -> isFile ? startFile(target, commandCall) : startOther(target, commandCall));
  }

  private Future<Void> startFile(String file, CommandCall commandCall) {
    warnOfIgnored(commandCall, "a process file");
    Optional<Path> place = FileApps.pathOf(file, commandCall);
    var watching = new ConfigWatching(daemonClient, commandCall, place);
    return watching
        .validate()
        .compose(_ -> files.loadOutcome(file, commandCall))
        .compose(outcome ->
            start(
                    new StartApps(
                        outcome.apps(),
                        ExistingAppPolicy.RESTART,
                        place,
                        FileApps.awaitStable(commandCall)),
                    commandCall)
                // Watch the file even if an app does not start, because the user will probably edit
                // the file next.
                .eventually(() -> watching.apply(outcome)));
  }

  /// Starts a listed app or a script. If the previous daemon died while it ran this command, the
  /// client has sent the command again, and the script may already be in the list as an app. The
  /// checkpoint then ensures that the target is still treated as a script.
  private Future<Void> startOther(String target, CommandCall commandCall) {
    if (commandCall.session().checkpoint().equals(noteOf(target))) {
      return startScript(target, commandCall);
    }
    if (target.equals(AppName.ALL) || target.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return startKnown(target, commandCall);
    }
    if (isPath(target)) {
      return startScript(target, commandCall);
    }
    return daemonClient
        .god(new GodCommand.Show(List.of(target)))
        .compose(shown ->
            shown.instances().isEmpty()
                ? startScript(target, commandCall)
                : startKnown(target, commandCall));
  }

  private static String noteOf(String script) {
    return "script" + Integer.toHexString(script.hashCode());
  }

  /// Reports whether a target is a path. As in PM2, a word that contains a slash is the path of a
  /// script, even if a listed app already runs this script under another name. `/…/` is a regular
  /// expression for names rather than a path.
  private static boolean isPath(String target) {
    return target.contains("/") && !(target.startsWith("/") && target.endsWith("/"));
  }

  private Future<Void> startKnown(String target, CommandCall commandCall) {
    warnOfRest(commandCall, "an app that is already in the list");
    warnOfEnvironment(commandCall);
    // As in PM2, starting a running app restarts it, and the message must reflect this.
    return specUpdate
        .of(List.of(target), commandCall)
        .compose(_ -> daemonClient.god(new GodCommand.Show(List.of(target))))
        .map(shown ->
            shown.instances().stream().allMatch(i -> i.phase() == Phase.ONLINE)
                ? Action.RESTART
                : Action.START)
        .compose(action ->
            progress
                .track(
                    action,
                    List.of(target),
                    commandCall.session(),
                    () ->
                        daemonClient.executeOrFail(
                            commandCall.withIdempotencyKey(
                                new GodCommand.Act(
                                    action,
                                    List.of(target),
                                    FileApps.shellVariables(commandCall),
                                    FileApps.awaitStable(commandCall))),
                            commandCall.session()))
                .compose(instances ->
                    ActionSummary.reportInstances(
                        ActCommand.pastTense(action), instances, commandCall.session())));
  }

  private Future<Void> startScript(String script, CommandCall commandCall) {
    warnOfEnvironment(commandCall);
    boolean force = commandCall.arguments().has(VerbOption.FORCE);
    return files
        .loadCommandLine(script, commandCall)
        .onSuccess(_ -> commandCall.session().setCheckpoint(noteOf(script)))
        .compose(specs ->
            start(
                new StartApps(
                    specs,
                    force ? ExistingAppPolicy.REPLACE : ExistingAppPolicy.REFUSE_RUNNING,
                    Optional.empty(),
                    FileApps.awaitStable(commandCall)),
                commandCall));
  }

  private static void warnOfEnvironment(CommandCall commandCall) {
    if (commandCall.arguments().has(VerbOption.ENV)) {
      commandCall
          .session()
          .warn(
              "--env has no effect without a process file: it selects the variables of such a file");
    }
  }

  private Future<Void> start(StartApps order, CommandCall commandCall) {
    List<AppSpec> specs = order.specs();
    if (specs.isEmpty()) {
      return Future.failedFuture(
          new CommandFailure("the process file contains no apps: add one to \"apps\""));
    }
    Session session = commandCall.session();
    announce(specs, session);
    List<String> names = specs.stream().map(spec -> spec.name().value()).toList();
    return progress
        .track(
            Action.START,
            names,
            session,
            () -> daemonClient.executeOrFail(commandCall.withIdempotencyKey(order), session))
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

  private static void warnOfIgnored(CommandCall commandCall, String target) {
    commandCall.arguments().options().keySet().stream()
        .filter(option -> option.attribute().isPresent())
        .sorted()
        .forEach(option ->
            commandCall
                .session()
                .warn(
                    "%s has no effect on %s: set it in the file"
                        .formatted(option.longName(), target)));
    warnOfRest(commandCall, target);
  }

  private static void warnOfRest(CommandCall commandCall, String target) {
    if (!commandCall.arguments().rest().isEmpty()) {
      commandCall.session().warn("arguments after -- have no effect on " + target);
    }
  }
}
