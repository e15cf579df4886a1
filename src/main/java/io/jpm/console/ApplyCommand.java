package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.console.text.TerminalText;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// `jpm plan` and `jpm apply`: what a process file changes about its apps, said or done.
final class ApplyCommand implements ConsoleCommand {
  private final Verb verb;
  private final Rooms rooms;
  private final FileApps files;
  private final Farewell farewell;

  /// @param verb [Verb#PLAN] or [Verb#APPLY]
  /// @param farewell who tells clients that the daemon ends
  ApplyCommand(Verb verb, Rooms rooms, FileApps files, Farewell farewell) {
    this.verb = verb;
    this.rooms = rooms;
    this.files = files;
    this.farewell = farewell;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    boolean prune = call.arguments().has(VerbOption.PRUNE);
    if (prune && call.arguments().has(VerbOption.ONLY)) {
      throw new CommandFailure(
          "--prune deletes what is not in the file, which --only says nothing about: give one of them");
    }
    Future<ExitCode> code = Future.succeededFuture(ExitCode.OK);
    for (String word : call.arguments().targets()) {
      code = code.compose(before -> file(word, call).map(fine -> fine ? before : ExitCode.FAILED));
    }
    return code;
  }

  /// Whether all went well; what did not is told.
  private Future<Boolean> file(String word, Call call) {
    return files
        .isSurelyProcessFile(word, call)
        .compose(isFile ->
            isFile
                ? files.ofFile(word, call)
                : Future.failedFuture(
                    new CommandFailure(
                        "%s takes process files, and %s is none".formatted(verb.word(), word))))
        .compose(specs -> order(specs, FileApps.placeOf(word, call), call))
        .compose(order ->
            farewell.during(call.session(), rooms.god(order.dry() ? order : call.keyed(order))))
        .map(reply -> told(reply, call));
  }

  private Future<GodCommand.Apply> order(List<AppSpec> specs, Optional<Path> place, Call call) {
    boolean prune = call.arguments().has(VerbOption.PRUNE);
    return prune && place.isEmpty()
        ? Future.failedFuture(
            new CommandFailure(
                "--prune deletes apps that have come from a file, and standard input is none"))
        : Future.succeededFuture(
            new GodCommand.Apply(
                specs, place, prune, true, verb == Verb.PLAN, FileApps.lasting(call)));
  }

  private boolean told(GodReply reply, Call call) {
    Session session = call.session();
    reply.notes().forEach(session::warn);
    if (call.arguments().has(VerbOption.JSON)) {
      reply
          .changes()
          .forEach(change -> session.out(TerminalText.json(ChangeText.json(change)) + "\n"));
    } else {
      ChangeText.lines(reply.changes())
          .forEach(line -> session.out(TerminalText.visible(line) + "\n"));
    }
    reply.problems().forEach(session::error);
    return reply.problems().isEmpty();
  }
}
