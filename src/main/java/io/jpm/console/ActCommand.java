package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodCommand.Action;
import io.jpm.bus.GodCommand.Existing;
import io.jpm.bus.GodReply;
import io.jpm.bus.InstanceView;
import io.jpm.console.text.Amounts;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// `jpm stop`, `restart` and `delete`: one action on everything that the targets name. A process
/// file stands for those of its apps that are in the list; a restart takes them as the file has
/// them now.
final class ActCommand implements ConsoleCommand {
  private static final int MOST_LINES = 10;

  private final Action action;
  private final Rooms rooms;
  private final FileApps files;

  /// What the targets name.
  ///
  /// @param words selectors, for God
  /// @param specs apps with a new description
  private record Chosen(List<String> words, List<AppSpec> specs) {
    static final Chosen NOTHING = new Chosen(List.of(), List.of());

    Chosen and(Chosen more) {
      return new Chosen(joined(words, more.words), joined(specs, more.specs));
    }
  }

  ActCommand(Action action, Rooms rooms, FileApps files) {
    this.action = action;
    this.rooms = rooms;
    this.files = files;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    Future<Chosen> chosen = Future.succeededFuture(Chosen.NOTHING);
    for (String word : call.arguments().targets()) {
      chosen = chosen.compose(known -> chosen(word, call).map(known::and));
    }
    return chosen.compose(all -> done(all, call)).compose(reply -> reported(reply, call.session()));
  }

  private Future<GodReply> done(Chosen chosen, Call call) {
    Future<GodReply> byWord =
        chosen.words().isEmpty()
            ? Future.succeededFuture(new GodReply(List.of(), List.of()))
            : rooms.god(new GodCommand.Act(action, chosen.words(), FileApps.shell(call)));
    if (chosen.specs().isEmpty()) {
      return byWord;
    }
    return byWord.compose(first ->
        rooms
            .god(new GodCommand.StartApps(chosen.specs(), Existing.RESTART))
            .map(second ->
                new GodReply(
                    joined(first.instances(), second.instances()),
                    joined(first.problems(), second.problems()),
                    List.of(),
                    joined(first.notes(), second.notes()))));
  }

  /// What was done is said also where something else could not be done.
  private Future<ExitCode> reported(GodReply reply, Session session) {
    reply.notes().forEach(session::warn);
    if (reply.problems().isEmpty()) {
      return told(action, reply.instances(), session).compose(_ -> rooms.table(session));
    }
    if (reply.instances().isEmpty()) {
      return Future.failedFuture(new CommandFailure(reply.problems()));
    }
    return told(action, reply.instances(), session)
        .compose(_ -> rooms.table(session))
        .compose(_ -> Future.failedFuture(new CommandFailure(reply.problems())));
  }

  private Future<Chosen> chosen(String word, Call call) {
    if (!files.isProcessFile(word)) {
      return call.arguments().has(VerbOption.ENV)
          ? Future.failedFuture(
              new CommandFailure(
                  "--env chooses from a process file, and %s is none".formatted(word)))
          : Future.succeededFuture(new Chosen(List.of(word), List.of()));
    }
    return files
        .ofFile(word, call)
        .compose(specs ->
            rooms
                .obeyed(new GodCommand.Show(List.of()))
                .compose(listed -> listedOnly(word, specs, listed, call.session())))
        .map(specs ->
            action == Action.RESTART
                ? new Chosen(List.of(), specs)
                : new Chosen(specs.stream().map(spec -> spec.name().value()).toList(), List.of()));
  }

  private static Future<List<AppSpec>> listedOnly(
      String file, List<AppSpec> specs, List<InstanceView> listed, Session session) {
    Set<AppName> known =
        listed.stream().map(instance -> instance.spec().name()).collect(Collectors.toSet());
    List<AppSpec> found = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (AppSpec spec : specs) {
      if (known.contains(spec.name())) {
        found.add(spec);
      } else {
        missing.add(spec.name().value());
      }
    }
    if (found.isEmpty()) {
      return Future.failedFuture(
          new CommandFailure("%s: none of its apps is in the list".formatted(file)));
    }
    if (!missing.isEmpty()) {
      session.warn("%s: not in the list: %s".formatted(file, String.join(", ", missing)));
    }
    return Future.succeededFuture(found);
  }

  private static <T> List<T> joined(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  /// Says what was done to whom; nothing done is a failure.
  static Future<Void> told(Action action, List<InstanceView> instances, Session session) {
    if (instances.isEmpty()) {
      return Future.failedFuture(new CommandFailure("no app was found"));
    }
    Map<AppName, List<String>> ids = new TreeMap<>();
    for (InstanceView instance : instances) {
      ids.computeIfAbsent(instance.spec().name(), _ -> new ArrayList<>())
          .add(instance.id().toString());
    }
    String done =
        switch (action) {
          case START -> "Started";
          case STOP -> "Stopped";
          case RESTART -> "Restarted";
          case DELETE -> "Deleted";
        };
    if (ids.size() > MOST_LINES) {
      session.info(
          "%s %s (%s)"
              .formatted(
                  done,
                  Amounts.count(ids.size(), "app"),
                  Amounts.count(instances.size(), "instance")));
    } else {
      ids.forEach((name, list) ->
          session.info(
              "%s %s (%s %s)"
                  .formatted(
                      done, name, list.size() == 1 ? "id" : "ids", String.join(", ", list))));
    }
    return Future.succeededFuture();
  }
}
