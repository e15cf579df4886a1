package io.jpm.god.adoption;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.wire.EventMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The ends of processes that an earlier daemon has told of: it may have been killed between that
/// and the journal's next write, and each end is to be told once.
///
/// @param exits the latest ones
record ReportedExits(List<EventMessage> exits) {
  /// What was told just before a daemon was killed is among the latest events, even if many apps
  /// ended then.
  private static final int LATEST = 2000;

  private static final long PATIENCE_MILLIS = 5000;
  private static final String EXIT = InstanceEvent.Kind.EXIT.name().toLowerCase(Locale.ROOT);

  ReportedExits {
    exits = List.copyOf(exits);
  }

  /// Asks History. Where it does not answer, nothing is known to have been told: twice is better
  /// than never.
  static Future<ReportedExits> ask(Vertx vertx) {
    var options = new DeliveryOptions().setSendTimeout(PATIENCE_MILLIS);
    return vertx
        .eventBus()
        .<HistoryReply>request(
            Addresses.HISTORY_COMMAND, new HistoryCommand.Latest(Optional.empty(), LATEST), options)
        .map(reply -> exitsOf(reply.body().events()))
        .otherwise(new ReportedExits(List.of()));
  }

  private static ReportedExits exitsOf(List<EventMessage> events) {
    List<EventMessage> exits = new ArrayList<>();
    events.stream()
        .filter(event -> !event.ofDaemon() && event.event().equals(EXIT))
        .forEach(exits::add);
    return new ReportedExits(exits);
  }

  /// Whether the end of this process was told.
  ///
  /// @param startedAt when it began: a pid comes again
  boolean has(InstanceId id, ProcessIdentity process, Optional<Instant> startedAt) {
    long began = startedAt.map(Instant::toEpochMilli).orElse(0L);
    return exits.stream()
        .anyMatch(
            exit -> exit.pid() == process.pid() && exit.id() == id.value() && exit.at() >= began);
  }
}
