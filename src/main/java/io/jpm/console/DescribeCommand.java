package io.jpm.console;

import io.jpm.bus.BalancerReply;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.InstanceView;
import io.jpm.console.text.InstanceSheet;
import io.jpm.console.text.Listing;
import io.jpm.model.InstanceId;
import io.jpm.model.TreeUsage;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `jpm describe`: a sheet for each instance of each target.
final class DescribeCommand implements ConsoleCommand {
  private final Rooms rooms;

  DescribeCommand(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    if (call.arguments().has(VerbOption.JSON)) {
      return json(call);
    }
    Future<ExitCode> done = Future.succeededFuture(ExitCode.OK);
    for (String target : call.arguments().targets()) {
      done =
          done.compose(code ->
              describe(target, call.session()).map(found -> found ? code : ExitCode.FAILED));
    }
    return done;
  }

  /// One array of all instances; whoever does not exist is told on standard error.
  private Future<ExitCode> json(Call call) {
    Map<InstanceId, InstanceView> found = new LinkedHashMap<>();
    Future<ExitCode> asked = Future.succeededFuture(ExitCode.OK);
    for (String target : call.arguments().targets()) {
      asked =
          asked.compose(code ->
              rooms
                  .god(new GodCommand.Show(List.of(target)))
                  .map(shown -> {
                    shown.instances().forEach(instance -> found.put(instance.id(), instance));
                    return isThere(target, shown, call.session()) ? code : ExitCode.FAILED;
                  }));
    }
    return asked.compose(code ->
        rooms
            .listing(List.copyOf(found.values()))
            .compose(rooms::json)
            .map(list -> {
              call.session().out(list.encode() + "\n");
              return code;
            }));
  }

  private static boolean isThere(String target, GodReply shown, Session session) {
    if (shown.instances().isEmpty()) {
      session.warn("%s doesn't exist".formatted(target));
    }
    return !shown.instances().isEmpty();
  }

  private Future<Boolean> describe(String target, Session session) {
    return rooms
        .god(new GodCommand.Show(List.of(target)))
        .compose(shown -> describe(target, shown, session));
  }

  private Future<Boolean> describe(String target, GodReply shown, Session session) {
    if (!isThere(target, shown, session)) {
      return Future.succeededFuture(false);
    }
    return rooms
        .listing(shown.instances(), TreeUsage.Detail.ALL)
        .compose(rooms::withHealth)
        .compose(listing -> {
          Future<Boolean> drawn = Future.succeededFuture(true);
          for (InstanceView instance : listing.instances()) {
            drawn = drawn.compose(_ -> draw(instance, listing, session));
          }
          return drawn.compose(_ -> tellTroubles(shown.instances(), session));
        });
  }

  /// Says where the process file of an app has a mistake since it was edited.
  private Future<Boolean> tellTroubles(List<InstanceView> instances, Session session) {
    return rooms
        .fileTroubles()
        .map(troubles -> {
          troubles.stream()
              .filter(it -> instances.stream().anyMatch(i -> it.apps().contains(i.spec().name())))
              .forEach(it -> session.warn(it.sentence()));
          return true;
        });
  }

  private Future<Boolean> draw(InstanceView instance, Listing listing, Session session) {
    return rooms
        .capture(instance.id())
        .compose(capture ->
            balance(instance)
                .compose(balance ->
                    rooms
                        .outlook(instance)
                        .map(outlook -> new InstanceSheet.Others(capture, balance, outlook))))
        .map(others -> {
          session.out(InstanceSheet.draw(instance, listing, others, session.screen()));
          return true;
        });
  }

  private Future<Optional<BalancerReply.Status>> balance(InstanceView instance) {
    return instance.spec().cluster().enabled()
        ? rooms.balance(instance.spec().name(), instance.id())
        : Future.succeededFuture(Optional.empty());
  }
}
