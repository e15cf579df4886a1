package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.InstanceView;
import io.jpm.console.text.LogLabels;
import io.jpm.console.text.LogLabels.Streams;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.ZoneId;
import java.util.List;

/// One half of `jpm attach`: what one instance prints, from now on. The other half, which sends
/// what is typed, is in `bin/jpm-attach`: it begins to read when this says that it is attached.
final class AttachCommand implements ConsoleCommand {
  /// What `bin/jpm-attach` puts behind `--`.
  private static final List<String> FOLLOW = List.of("follow");

  private static final LogWish FROM_NOW_ON = LogWish.fromNowOn();

  private final Vertx vertx;
  private final Rooms rooms;
  private final ConsoleContext context;
  private final ZoneId zone;

  /// @param zone whose time is shown
  AttachCommand(Vertx vertx, Rooms rooms, ConsoleContext context, ZoneId zone) {
    this.vertx = vertx;
    this.rooms = rooms;
    this.context = context;
    this.zone = zone;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    String target = call.arguments().targets().getFirst();
    if (!call.arguments().rest().equals(FOLLOW)) {
      return Future.failedFuture(
          new CommandFailure(
              "bin/jpm itself does this: type jpm attach %s, with no option and in bash"
                  .formatted(target)));
    }
    return rooms
        .obeyed(new GodCommand.Show(List.of(target)))
        .compose(found -> follow(target, found, call.session()));
  }

  private Future<ExitCode> follow(String target, List<InstanceView> found, Session session) {
    if (found.size() != 1) {
      return Future.failedFuture(
          new CommandFailure(
              "%s is %d instances: name one by its id (%s)"
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
              "%s is %s: there is nothing to attach to".formatted(name, instance.phase().word())));
    }
    var printer = new LogPrinter(session, FROM_NOW_ON.style(), zone);
    var follow =
        new LogFollow(
            vertx, rooms, context.timing(), printer, FROM_NOW_ON, context.clock().instant());
    return follow.forever(
        LogLabels.of(found, Streams.BOTH),
        new GodCommand.Show(List.of(instance.id().toString())),
        () ->
            session.err(
                "[jpm] Attached to %s: what you type is sent to it, Ctrl-D ends\n"
                    .formatted(name)));
  }
}
