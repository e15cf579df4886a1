package io.jpm.console;

import io.jpm.console.text.Inspect;
import io.jpm.console.text.JsonBranches;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/// `jpm slist`: what the machine uses, as an object or as a tree.
final class HostCommand implements ConsoleCommand {
  private final HostMetrics metrics;

  HostCommand(HostMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    Arguments arguments = call.arguments();
    if (arguments.has(VerbOption.JSON) && arguments.has(VerbOption.TREE)) {
      throw new CommandFailure("--json and --tree do not go together: choose one");
    }
    return metrics
        .measured()
        .map(known -> {
          call.session().out(drawn(known, arguments));
          return ExitCode.OK;
        });
  }

  private static String drawn(JsonObject metrics, Arguments arguments) {
    if (arguments.has(VerbOption.TREE)) {
      return JsonBranches.draw(metrics);
    }
    return (arguments.has(VerbOption.JSON) ? metrics.encode() : Inspect.of(metrics)) + "\n";
  }
}
