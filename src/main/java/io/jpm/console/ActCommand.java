package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodCommand.Action;
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
/// file stands for those of its apps that are in the list.
final class ActCommand implements ConsoleCommand {
  private static final int MOST_LINES = 10;

  private final Action action;
  private final Rooms rooms;
  private final FileApps files;

  ActCommand(Action action, Rooms rooms, FileApps files) {
    this.action = action;
    this.rooms = rooms;
    this.files = files;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    Future<List<String>> targets = Future.succeededFuture(List.of());
    for (String word : call.arguments().targets()) {
      targets = targets.compose(known -> targets(word, call).map(more -> joined(known, more)));
    }
    return targets
        .compose(all -> rooms.god(new GodCommand.Act(action, all)))
        .compose(reply -> reported(reply, call.session()));
  }

  /// What was done is said also where something else could not be done.
  private Future<ExitCode> reported(GodReply reply, Session session) {
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

  private Future<List<String>> targets(String word, Call call) {
    if (!files.isProcessFile(word)) {
      return Future.succeededFuture(List.of(word));
    }
    return files
        .ofFile(word, call)
        .compose(specs ->
            rooms
                .obeyed(new GodCommand.Show(List.of()))
                .compose(listed -> listedOnly(word, specs, listed, call.session())));
  }

  private static Future<List<String>> listedOnly(
      String file, List<AppSpec> specs, List<InstanceView> listed, Session session) {
    Set<AppName> known =
        listed.stream().map(instance -> instance.spec().name()).collect(Collectors.toSet());
    List<String> found = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (AppSpec spec : specs) {
      (known.contains(spec.name()) ? found : missing).add(spec.name().value());
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

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
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
