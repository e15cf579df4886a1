package io.jpm.command;

import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.model.access.Principal;
import io.jpm.wire.CommandReply;
import io.jpm.wire.CommandRequest;
import io.jpm.wire.EventMessage;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Reads past events from the history. If the principal is limited to some apps, each app is
/// queried separately, so that events of other apps do not count towards the requested number of
/// events.
final class EventHistoryReader {
  private final ServiceClient serviceClient;

  EventHistoryReader(ServiceClient serviceClient) {
    this.serviceClient = serviceClient;
  }

  Future<CommandReply> read(Principal who, CommandRequest.ListEvents request) {
    List<Optional<String>> apps =
        request.app().isPresent() || who.canAccessAll()
            ? List.of(request.app())
            : who.apps().stream().sorted().map(Optional::of).toList();
    List<Future<HistoryReply>> asked =
        apps.stream().map(app -> serviceClient.history(question(request, app))).toList();
    return Future.all(asked).map(_ -> joined(request, asked.stream().map(Future::result).toList()));
  }

  private static HistoryCommand question(CommandRequest.ListEvents request, Optional<String> app) {
    return request.after().isPresent()
        ? new HistoryCommand.After(request.after().getAsLong(), app, request.limit())
        : new HistoryCommand.Latest(app, request.limit());
  }

  private static CommandReply joined(
      CommandRequest.ListEvents request, List<HistoryReply> replies) {
    List<EventMessage> all =
        replies.stream()
            .flatMap(reply -> reply.events().stream())
            .sorted(Comparator.comparingLong(EventMessage::seq))
            .toList();
    int limit = Math.min(request.limit(), all.size());
    List<EventMessage> kept =
        request.after().isPresent()
            ? all.subList(0, limit)
            : all.subList(all.size() - limit, all.size());
    return new CommandReply.Events(
        kept, replies.stream().mapToLong(HistoryReply::forgotten).max().orElse(0));
  }
}
