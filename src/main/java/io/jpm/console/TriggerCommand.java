package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.InstanceView;
import io.jpm.console.text.Amounts;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/// `jpm trigger <app> <action> [parameter]`: has apps do what they have offered over their channels
/// and prints what they answer, as PM2 does.
final class TriggerCommand implements ConsoleCommand {
  private final Rooms rooms;

  TriggerCommand(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    List<String> words = call.arguments().targets();
    if (words.size() < 2 || words.size() > 3) {
      return Future.failedFuture(
          new CommandFailure("trigger takes an app, an action and at most one parameter"));
    }
    Optional<String> parameter = words.size() == 3 ? Optional.of(words.get(2)) : Optional.empty();
    var command = new GodCommand.Trigger(List.of(words.getFirst()), words.get(1), parameter);
    return rooms
        .god(call.keyed(command))
        .compose(reply -> told(words.get(1), reply, call.session()));
  }

  private static Future<ExitCode> told(String action, GodReply reply, Session session) {
    if (!reply.answers().isEmpty()) {
      session.info(
          "%s answered action %s"
              .formatted(Amounts.count(reply.answers().size(), "instance"), action));
    }
    for (GodReply.Answer answer : reply.answers()) {
      String label =
          reply.instances().stream()
              .filter(instance -> instance.id().equals(answer.id()))
              .findFirst()
              .map(TriggerCommand::label)
              .orElse(answer.id().toString());
      session.out("[%s]=%s\n".formatted(label, answer.json()));
    }
    return reply.problems().isEmpty()
        ? Future.succeededFuture(ExitCode.OK)
        : Future.failedFuture(new CommandFailure(reply.problems()));
  }

  /// PM2's `name:id:namespace`.
  private static String label(InstanceView instance) {
    return "%s:%s:%s".formatted(instance.spec().name(), instance.id(), instance.spec().namespace());
  }
}
