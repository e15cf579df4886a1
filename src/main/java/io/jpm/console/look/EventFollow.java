package io.jpm.console.look;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.wire.EventMessage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Prints events in order of their numbers, page by page, and goes on for as long as the client
/// asks for more.
///
/// News comes as publications, but what is printed is read from the history each time: a slow
/// terminal then falls behind there, and fills no memory here. Owned by the session's context.
final class EventFollow {
  private static final int PAGE = 500;

  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final Session session;
  private final EventSelection selection;
  private final Function<List<EventMessage>, String> format;
  private final Promise<ExitCode> ended = Promise.promise();
  private Promise<Void> news = Promise.promise();

  EventFollow(
      Vertx vertx,
      DaemonClient daemonClient,
      Session session,
      EventSelection selection,
      Function<List<EventMessage>, String> format) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.session = session;
    this.selection = selection;
    this.format = format;
  }

  /// @param last the number behind which a client goes on that has printed these
  void print(List<EventMessage> events, long last) {
    session.marked(false, format.apply(events), () -> Long.toString(last));
  }

  /// The number of the latest event, 0 when there is none.
  Future<Long> head() {
    return daemonClient
        .history(new HistoryCommand.Latest(Optional.empty(), 1))
        .map(reply -> reply.events().isEmpty() ? 0 : reply.events().getLast().seq());
  }

  /// Prints the events after `position`.
  ///
  /// @param most how many at most
  /// @return the number of the last event that is done with
  Future<Long> after(long position, int most) {
    return session
        .awaitDemand()
        .compose(_ -> page(position))
        .compose(reply -> {
          List<EventMessage> wanted =
              reply.events().stream().filter(selection::has).limit(most).toList();
          long next = reply.events().isEmpty() ? position : reply.events().getLast().seq();
          if (!wanted.isEmpty()) {
            print(wanted, next);
          }
          return reply.events().size() < PAGE || wanted.size() == most
              ? Future.succeededFuture(next)
              : after(next, most - wanted.size());
        });
  }

  private Future<HistoryReply> page(long position) {
    return daemonClient
        .history(new HistoryCommand.After(position, Optional.empty(), PAGE))
        .onSuccess(reply -> {
          if (reply.forgotten() > 0 && position > 0) {
            session.warn(
                "events %d to %d are not kept any more"
                    .formatted(position + 1, position + reply.forgotten()));
          }
        });
  }

  /// Prints what happens after the past.
  ///
  /// @param past done when that is printed, with the number of its last event
  /// @return done when the client is gone; failed when History fails
  Future<ExitCode> forever(Future<Long> past) {
    MessageConsumer<JsonObject> consumer =
        vertx.eventBus().localConsumer(Addresses.EVENTS, _ -> news.tryComplete());
    session.ended().onComplete(_ -> ended.tryComplete(ExitCode.OK));
    past.onSuccess(this::follow).onFailure(ended::tryFail);
    return ended.future().eventually(consumer::unregister);
  }

  private void follow(long position) {
    if (session.isOver()) {
      return;
    }
    Promise<Void> since = Promise.promise();
    news = since;
    after(position, Integer.MAX_VALUE)
        .compose(next -> since.future().map(next))
        .onSuccess(this::follow)
        .onFailure(failure -> {
          if (!session.isOver()) {
            ended.tryFail(failure);
          }
        });
  }
}
