package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.InstanceView;
import io.jpm.console.text.LogLabels;
import io.jpm.console.text.LogLabels.Streams;
import io.jpm.model.AppName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/// `jpm logs`: the last lines of apps' files, then whatever is written to them.
///
/// A name that is nobody's ends with 1, where PM2 tails nothing for ever and, with `--nostream`,
/// exits with 0: a script that mistypes a name should not take silence for an answer.
final class ReadLogsCommand implements ConsoleCommand {
  private static final int DEFAULT_LINES = 15;

  private final Vertx vertx;
  private final Rooms rooms;
  private final ConsoleTiming timing;

  ReadLogsCommand(Vertx vertx, Rooms rooms, ConsoleTiming timing) {
    this.vertx = vertx;
    this.rooms = rooms;
    this.timing = timing;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    Arguments arguments = call.arguments();
    int lines = arguments.lines(DEFAULT_LINES);
    boolean everyone = isEveryone(arguments.targets());
    // Show takes an empty list for everyone, and does not mind when there is none.
    var show = new GodCommand.Show(everyone ? List.of() : arguments.targets());
    return rooms
        .obeyed(show)
        .compose(instances -> {
          if (instances.isEmpty() && !everyone) {
            return Future.failedFuture(new CommandFailure("no app was found"));
          }
          return tail(call, show, instances, lines);
        });
  }

  private Future<ExitCode> tail(
      Call call, GodCommand.Show show, List<InstanceView> instances, int lines) {
    Arguments arguments = call.arguments();
    var print = new LogPrinter(call.session(), arguments.has(VerbOption.RAW), lines);
    Streams streams = streams(arguments);
    print.title(arguments.targets());
    var follow = new LogFollow(vertx, rooms, timing, print);
    LogLabels labels = LogLabels.of(instances, streams);
    return arguments.has(VerbOption.NOSTREAM)
        ? follow.tail(labels).map(_ -> ExitCode.OK)
        : follow.forever(labels, show, streams);
  }

  private static boolean isEveryone(List<String> targets) {
    return targets.isEmpty() || targets.contains(AppName.ALL);
  }

  /// Both `--err` and `--out` are both, as neither.
  private static Streams streams(Arguments arguments) {
    boolean err = arguments.has(VerbOption.ERR);
    boolean out = arguments.has(VerbOption.OUT);
    return err == out ? Streams.BOTH : err ? Streams.ERROR : Streams.OUT;
  }
}
