package io.jpm.console.inspect;

import io.jpm.console.cli.Arguments;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ExitCode;
import io.jpm.console.text.JsonTreeText;
import io.jpm.console.text.NodeInspectFormatter;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/// Runs `jpm slist`, which prints the resource usage of the machine as an object in Node's
/// notation, as JSON or as a tree.
public final class HostCommand implements ConsoleCommand {
  private final HostMetrics metrics;

  public HostCommand(HostMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    Arguments arguments = commandCall.arguments();
    if (arguments.has(VerbOption.JSON) && arguments.has(VerbOption.TREE)) {
      throw new CommandFailure("--json and --tree cannot be combined: use one of them");
    }
    return metrics
        .measure()
        .map(known -> {
          commandCall.session().out(drawn(known, arguments));
          return ExitCode.OK;
        });
  }

  private static String drawn(JsonObject metrics, Arguments arguments) {
    if (arguments.has(VerbOption.TREE)) {
      return JsonTreeText.draw(metrics);
    }
    return (arguments.has(VerbOption.JSON) ? metrics.encode() : NodeInspectFormatter.of(metrics))
        + "\n";
  }
}
