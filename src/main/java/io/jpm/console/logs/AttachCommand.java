package io.jpm.console.logs;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.LogsOptions;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.LogLabels;
import io.jpm.console.text.LogLabels.Streams;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.ZoneId;
import java.util.List;

/// The daemon's part of `jpm attach`: prints the new output of one instance. The script
/// `bin/jpm-attach` sends the lines that the user types. The script starts to read them when this
/// command reports that it is attached.
public final class AttachCommand implements ConsoleCommand {
  /// The argument that `bin/jpm-attach` passes after `--`.
  private static final List<String> FOLLOW = List.of("follow");

  private static final LogsOptions FROM_NOW_ON = LogsOptions.fromNowOn();

  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final ConsoleContext context;
  private final ZoneId zone;

  /// Creates the command.
  ///
  /// @param zone the time zone of displayed times
  public AttachCommand(
      Vertx vertx, DaemonClient daemonClient, ConsoleContext context, ZoneId zone) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.context = context;
    this.zone = zone;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    String target = commandCall.arguments().targets().getFirst();
    if (!commandCall.arguments().rest().equals(FOLLOW)) {
      return Future.failedFuture(
          new CommandFailure(
              "the daemon cannot run this command, only the client bin/jpm can: run jpm attach %s without options"
                  .formatted(target)));
    }
    return daemonClient
        .executeOrFail(new GodCommand.Show(List.of(target)))
        .compose(found -> follow(target, found, commandCall.session()));
  }

  private Future<ExitCode> follow(String target, List<InstanceView> found, Session session) {
    if (found.size() != 1) {
      return Future.failedFuture(
          new CommandFailure(
              "%s has %d instances: specify one by its id (%s)"
                  .formatted(
                      target,
                      found.size(),
                      String.join(", ", found.stream().map(it -> it.id().toString()).toList()))));
    }
    InstanceView instance = found.getFirst();
    String name = "%s (id %s)".formatted(instance.spec().name(), instance.id());
    if (instance.process().isEmpty()) {
      return Future.failedFuture(
          new CommandFailure(
              "%s is %s: start it before you attach to it"
                  .formatted(name, instance.phase().keyword())));
    }
    var printer = new LogPrinter(session, FROM_NOW_ON.style(), zone);
    var follow =
        new LogFollow(
            vertx, daemonClient, context.timing(), printer, FROM_NOW_ON, context.clock().instant());
    return follow.follow(
        LogLabels.of(found, Streams.BOTH),
        new GodCommand.Show(List.of(instance.id().toString())),
        () ->
            session.err(
                "[jpm] Attached to %s: your input is sent to the app, and Ctrl-D detaches\n"
                    .formatted(name)));
  }
}
