package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.Amounts;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/// Runs `jpm trigger <app> <action> [parameter]`, which invokes a custom action. Apps register such
/// actions over their IPC channels. The results are printed as in PM2.
public final class TriggerCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public TriggerCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> words = commandCall.arguments().targets();
    if (words.size() < 2 || words.size() > 3) {
      return Future.failedFuture(
          new CommandFailure(
              "jpm trigger requires an app and an action, and accepts one parameter: jpm trigger web set-level debug"));
    }
    Optional<String> parameter = words.size() == 3 ? Optional.of(words.get(2)) : Optional.empty();
    var command = new GodCommand.Trigger(List.of(words.getFirst()), words.get(1), parameter);
    return daemonClient
        .god(commandCall.withIdempotencyKey(command))
        .compose(reply -> told(words.get(1), reply, commandCall.session()));
  }

  private static Future<ExitCode> told(String action, GodReply reply, Session session) {
    if (!reply.actionResults().isEmpty()) {
      session.info(
          "%s responded to action %s"
              .formatted(Amounts.count(reply.actionResults().size(), "instance"), action));
    }
    for (GodReply.ActionResult actionResult : reply.actionResults()) {
      String label =
          reply.instances().stream()
              .filter(instance -> instance.id().equals(actionResult.id()))
              .findFirst()
              .map(TriggerCommand::label)
              .orElse(actionResult.id().toString());
      session.out("[%s]=%s\n".formatted(label, actionResult.json()));
    }
    return reply.problems().isEmpty()
        ? Future.succeededFuture(ExitCode.OK)
        : Future.failedFuture(new CommandFailure(reply.problems()));
  }

  /// Returns PM2's label, `name:id:namespace`.
  private static String label(InstanceView instance) {
    return "%s:%s:%s".formatted(instance.spec().name(), instance.id(), instance.spec().namespace());
  }
}
