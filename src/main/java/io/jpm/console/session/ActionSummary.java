package io.jpm.console.session;

import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.text.Amounts;
import io.jpm.model.AppName;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Reports the result of commands that change apps.
public final class ActionSummary {
  private static final int MOST_LINES = 10;

  private ActionSummary() {}

  /// Reports God's reply and prints the table. If the command failed in part, the successful part
  /// is still reported, and the command fails.
  ///
  /// @param done the past participle to print, such as `Restarted`
  public static Future<ExitCode> of(
      String done, GodReply reply, DaemonClient daemonClient, Session session) {
    return of(_ -> done, reply, daemonClient, session);
  }

  /// Reports God's reply to a command that had different effects on different instances.
  ///
  /// @param done returns the past participle to print for an instance, such as `Restarted`
  public static Future<ExitCode> of(
      Function<InstanceView, String> done,
      GodReply reply,
      DaemonClient daemonClient,
      Session session) {
    reply.notes().forEach(session::warn);
    if (reply.problems().isEmpty() && reply.instances().isEmpty() && !reply.notes().isEmpty()) {
      return daemonClient.table(session);
    }
    if (reply.problems().isEmpty()) {
      return reportInstances(done, reply.instances(), session)
          .compose(_ -> daemonClient.table(session));
    }
    if (reply.instances().isEmpty()) {
      return Future.failedFuture(new CommandFailure(reply.problems()));
    }
    return reportInstances(done, reply.instances(), session)
        .compose(_ -> daemonClient.table(session))
        .compose(_ -> Future.failedFuture(new CommandFailure(reply.problems())));
  }

  /// Reports the result of a reload: which instances were replaced, which had to be restarted, and
  /// the notes of the reply.
  public static Future<ExitCode> ofReload(
      GodReply reply, DaemonClient daemonClient, Session session) {
    reply.notes().forEach(session::info);
    return of(
        instance -> reply.restarted().contains(instance.id()) ? "Restarted" : "Reloaded",
        reply.withoutNotes(),
        daemonClient,
        session);
  }

  /// Prints one line per app, or a summary if there are many apps. Fails if there are no instances.
  public static Future<Void> reportInstances(
      String done, List<InstanceView> instances, Session session) {
    return reportInstances(_ -> done, instances, session);
  }

  private static Future<Void> reportInstances(
      Function<InstanceView, String> done, List<InstanceView> instances, Session session) {
    if (instances.isEmpty()) {
      return Future.failedFuture(
          new CommandFailure("no app was found: run jpm ls to see all apps"));
    }
    instances.stream()
        .collect(Collectors.groupingBy(done, TreeMap::new, Collectors.toList()))
        .forEach((what, some) -> printLines(what, some, session));
    return Future.succeededFuture();
  }

  private static void printLines(String done, List<InstanceView> instances, Session session) {
    Map<AppName, List<String>> ids = new TreeMap<>();
    for (InstanceView instance : instances) {
      ids.computeIfAbsent(instance.spec().name(), _ -> new ArrayList<>())
          .add(instance.id().toString());
    }
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
  }
}
