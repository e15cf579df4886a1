package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Scale;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.file.FileApps;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.Amounts;
import io.jpm.model.AppName;
import io.jpm.model.InstanceSettings;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs `jpm scale APP N`, which sets the number of instances to N. If N has a sign, the number
/// changes by N.
public final class ScaleCommand implements ConsoleCommand {
  private static final Pattern NUMBER = Pattern.compile("([+-]?)([0-9]{1,9})");

  private final DaemonClient daemonClient;

  public ScaleCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> words = commandCall.arguments().targets();
    if (words.size() != 2) {
      return Future.failedFuture(
          new CommandFailure("jpm scale requires an app and a number: jpm scale web 4"));
    }
    Scale command = command(words.getFirst(), words.getLast(), FileApps.awaitStable(commandCall));
    return daemonClient
        .god(new GodCommand.Show(List.of(command.target())))
        .map(shown -> shown.instances().stream().findFirst().map(one -> one.spec().name()))
        .compose(name ->
            daemonClient
                .god(commandCall.withIdempotencyKey(command))
                .compose(reply -> told(name, reply, commandCall.session())));
  }

  /// Returns the command for God.
  ///
  /// @param word the number, with or without a sign, or `max`
  /// @throws CommandFailure if `word` is not valid
  private static Scale command(String target, String word, boolean lasting) {
    if (word.equals("max")) {
      return new Scale(target, Scale.Step.TO, Runtime.getRuntime().availableProcessors(), lasting);
    }
    Matcher parts = NUMBER.matcher(word);
    int number = parts.matches() ? Integer.parseInt(parts.group(2)) : 0;
    if (number < 1 || number > InstanceSettings.MOST) {
      throw new CommandFailure(
          word.equals("0")
              ? "jpm scale %s 0 would remove all instances: use 1 or more, or run jpm delete %s"
                  .formatted(target, target)
              : "jpm scale %s %s is not valid: use a number from 1 to %d, +N, -N or max"
                  .formatted(target, word, InstanceSettings.MOST));
    }
    return switch (parts.group(1)) {
      case "+" -> new Scale(target, Scale.Step.BY, number, lasting);
      case "-" -> new Scale(target, Scale.Step.BY, -number, lasting);
      default -> new Scale(target, Scale.Step.TO, number, lasting);
    };
  }

  /// Reports the result. If only a part of the command succeeded, that part is still reported.
  private Future<ExitCode> told(Optional<AppName> app, GodReply reply, Session session) {
    reply.notes().forEach(session::warn);
    Optional<AppName> name =
        app.or(() -> reply.instances().stream().findFirst().map(one -> one.spec().name()));
    boolean nothing = reply.instances().isEmpty() && !reply.problems().isEmpty();
    if (nothing || name.isEmpty()) {
      return Future.failedFuture(
          new CommandFailure(
              reply.problems().isEmpty()
                  ? List.of("no app was found: run jpm ls to see all apps")
                  : reply.problems()));
    }
    return daemonClient
        .executeOrFail(new GodCommand.Show(List.of(name.get().value())))
        .compose(instances -> {
          session.info(
              "Scaled %s to %s"
                  .formatted(name.get(), Amounts.count(count(instances, name.get()), "instance")));
          return daemonClient.table(session);
        })
        .compose(code ->
            reply.problems().isEmpty()
                ? Future.succeededFuture(code)
                : Future.failedFuture(new CommandFailure(reply.problems())));
  }

  private static int count(List<InstanceView> instances, AppName name) {
    return (int) instances.stream().filter(one -> one.spec().name().equals(name)).count();
  }
}
