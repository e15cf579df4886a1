package io.jpm.console.file;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.Verb;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.session.ShutdownNotice;
import io.jpm.console.text.TerminalSanitizer;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Runs `jpm plan`, which shows the changes that a process file requires, and `jpm apply`, which
/// makes them.
public final class ApplyCommand implements ConsoleCommand {
  private final Verb verb;
  private final DaemonClient daemonClient;
  private final FileApps files;
  private final ShutdownNotice shutdownNotice;

  /// Creates `jpm plan` or `jpm apply`.
  ///
  /// @param verb [Verb#PLAN] or [Verb#APPLY]
  /// @param shutdownNotice notifies clients when the daemon shuts down
  public ApplyCommand(
      Verb verb, DaemonClient daemonClient, FileApps files, ShutdownNotice shutdownNotice) {
    this.verb = verb;
    this.daemonClient = daemonClient;
    this.files = files;
    this.shutdownNotice = shutdownNotice;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    boolean prune = commandCall.arguments().has(VerbOption.PRUNE);
    if (prune && commandCall.arguments().has(VerbOption.ONLY)) {
      throw new CommandFailure("--prune and --only cannot be combined: use one of them");
    }
    Future<ExitCode> code = Future.succeededFuture(ExitCode.OK);
    for (String word : commandCall.arguments().targets()) {
      code =
          code.compose(
              before -> file(word, commandCall).map(fine -> fine ? before : ExitCode.FAILED));
    }
    return code;
  }

  /// Plans or applies one file and reports its problems.
  ///
  /// @return whether there were no problems
  private Future<Boolean> file(String word, CommandCall commandCall) {
    return files
        .isProcessFileOrDirectory(word, commandCall)
        .compose(isFile ->
            isFile
                ? files.loadFile(word, commandCall)
                : Future.failedFuture(
                    new CommandFailure(
                        "jpm %s requires a process file, but %s is not one"
                            .formatted(verb.keyword(), word))))
        .compose(specs -> order(specs, FileApps.pathOf(word, commandCall), commandCall))
        .compose(order ->
            shutdownNotice.during(
                commandCall.session(),
                daemonClient.god(order.dryRun() ? order : commandCall.withIdempotencyKey(order))))
        .map(reply -> told(reply, commandCall));
  }

  private Future<GodCommand.Apply> order(
      List<AppSpec> specs, Optional<Path> place, CommandCall commandCall) {
    boolean prune = commandCall.arguments().has(VerbOption.PRUNE);
    return prune && place.isEmpty()
        ? Future.failedFuture(
            new CommandFailure(
                "--prune cannot be used with standard input: specify a process file by its name"))
        : Future.succeededFuture(
            new GodCommand.Apply(
                specs, place, prune, true, verb == Verb.PLAN, FileApps.awaitStable(commandCall)));
  }

  private boolean told(GodReply reply, CommandCall commandCall) {
    Session session = commandCall.session();
    reply.notes().forEach(session::warn);
    if (commandCall.arguments().has(VerbOption.JSON)) {
      reply
          .changes()
          .forEach(change -> session.out(TerminalSanitizer.json(ChangeText.json(change)) + "\n"));
    } else {
      ChangeText.lines(reply.changes())
          .forEach(line -> session.out(TerminalSanitizer.visible(line) + "\n"));
    }
    reply.problems().forEach(session::error);
    return reply.problems().isEmpty();
  }
}
