package io.jpm.console.inspect;

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

/// Prints stored events in the order of their sequence numbers, one page at a time, and then new
/// events as long as the client requests more output.
///
/// A published event is only a signal that new events exist; the events themselves are always read
/// from History. A slow terminal therefore falls behind instead of filling the memory. Confined to
/// the session's context.
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

  /// Prints `events` with a resume mark.
  ///
  /// @param last the number of the last event processed. A client that has printed these events
  ///   resumes after it.
  void print(List<EventMessage> events, long last) {
    session.writeMarked(false, format.apply(events), () -> Long.toString(last));
  }

  /// Returns the number of the latest event; 0 if there is none.
  Future<Long> head() {
    return daemonClient
        .history(new HistoryCommand.Latest(Optional.empty(), 1))
        .map(reply -> reply.events().isEmpty() ? 0 : reply.events().getLast().seq());
  }

  /// Prints the selected events whose numbers are above `position`.
  ///
  /// @param most the maximum number of events
  /// @return the number of the last event processed
  Future<Long> printAfter(long position, int most) {
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
              : printAfter(next, most - wanted.size());
        });
  }

  private Future<HistoryReply> page(long position) {
    return daemonClient
        .history(new HistoryCommand.After(position, Optional.empty(), PAGE))
        .onSuccess(reply -> {
          if (reply.forgotten() > 0 && position > 0) {
            session.warn(
                "events %d to %d are no longer stored"
                    .formatted(position + 1, position + reply.forgotten()));
          }
        });
  }

  /// Prints new events once the past events have been printed.
  ///
  /// @param past completes when the past events have been printed, with the number of the last one
  /// @return a future that completes when the client is gone, or fails if History fails
  Future<ExitCode> followAfter(Future<Long> past) {
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
    printAfter(position, Integer.MAX_VALUE)
        .compose(next -> since.future().map(next))
        .onSuccess(this::follow)
        .onFailure(failure -> {
          if (!session.isOver()) {
            ended.tryFail(failure);
          }
        });
  }
}
