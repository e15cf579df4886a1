package io.jpm.god.adoption;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.wire.EventMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The exits that an earlier daemon has already published. With them, an exit is not published a
/// second time if that daemon was killed after it published the exit but before the next journal
/// write.
///
/// @param exits the latest exits
record ReportedExits(List<EventMessage> exits) {
  /// Number of events to request; large enough for all events between the last journal write and
  /// the end of the earlier daemon, even if many apps exited at that time.
  private static final int LATEST = 2000;

  private static final long PATIENCE_MILLIS = 5000;
  private static final String EXIT = InstanceEvent.Kind.EXIT.name().toLowerCase(Locale.ROOT);

  ReportedExits {
    exits = List.copyOf(exits);
  }

  /// Requests the published exits from History. If History does not answer, no exit counts as
  /// published, because a duplicate is better than a missing exit.
  static Future<ReportedExits> fetch(Vertx vertx) {
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
        .filter(event -> !event.isDaemonEvent() && event.event().equals(EXIT))
        .forEach(exits::add);
    return new ReportedExits(exits);
  }

  /// Reports whether the exit of `process` has been published.
  ///
  /// @param startedAt when the process was started; needed because pids are reused
  boolean contains(InstanceId id, ProcessIdentity process, Optional<Instant> startedAt) {
    long began = startedAt.map(Instant::toEpochMilli).orElse(0L);
    return exits.stream()
        .anyMatch(
            exit -> exit.pid() == process.pid() && exit.id() == id.value() && exit.at() >= began);
  }
}
