package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.InstanceView;
import io.jpm.bus.LogsCommand;
import io.jpm.model.AppName;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// `jpm flush`: empties the log files of apps, of all without a target. A target that nobody has is
/// a failure, where PM2 succeeds.
final class FlushCommand implements ConsoleCommand {
  private final Rooms rooms;

  FlushCommand(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    List<String> targets = call.arguments().targets();
    boolean everyone = targets.isEmpty() || targets.contains(AppName.ALL);
    return rooms
        .obeyed(new GodCommand.Show(everyone ? List.of() : targets))
        .compose(instances -> {
          if (!instances.isEmpty()) {
            return flush(instances, call.session());
          } else if (everyone) {
            call.session().info("No app has log files to flush");
            return Future.succeededFuture(ExitCode.OK);
          }
          return Future.failedFuture(new CommandFailure("no app was found"));
        });
  }

  private Future<ExitCode> flush(List<InstanceView> instances, Session session) {
    return rooms
        .logsDone(new LogsCommand.Flush(instances.stream().map(InstanceView::id).toList()))
        .map(_ -> {
          Map<AppName, List<String>> ids = new TreeMap<>();
          instances.forEach(instance ->
              ids.computeIfAbsent(instance.spec().name(), _ -> new ArrayList<>())
                  .add(instance.id().toString()));
          ids.forEach((name, list) ->
              session.info(
                  "Flushed the logs of %s (%s %s)"
                      .formatted(name, list.size() == 1 ? "id" : "ids", String.join(", ", list))));
          return ExitCode.OK;
        });
  }
}
