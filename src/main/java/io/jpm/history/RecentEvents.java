package io.jpm.history;

import io.jpm.bus.god.HistoryReply;
import io.jpm.wire.EventMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/// The most recent events, kept in memory. Subscribers that follow the history therefore cause no
/// file reads, and events that could not be written to a full disk remain visible for a while.
/// Confined to HistoryVerticle's context.
final class RecentEvents {
  static final int MOST = 512;

  private final Deque<EventMessage> events = new ArrayDeque<>();
  private long last;

  /// Continues after `given`, the last number assigned by an earlier daemon.
  void beginAfter(long given) {
    last = Math.max(last, given);
  }

  void add(List<EventMessage> more) {
    for (EventMessage event : more) {
      events.add(event);
      last = Math.max(last, event.seq());
      if (events.size() > MOST) {
        events.remove();
      }
    }
  }

  /// Returns the events after `seq` if all of them are in memory; otherwise empty.
  Optional<HistoryReply> after(long seq, Optional<String> app, int limit) {
    if (events.isEmpty() || events.getFirst().seq() > seq + 1) {
      return Optional.empty();
    }
    return Optional.of(
        reply(events.stream().filter(e -> e.seq() > seq && isOf(app, e)).limit(limit).toList(), 0));
  }

  /// Returns a reply that merges the events in the files with those in memory.
  HistoryReply after(long seq, Optional<String> app, int limit, RingReader.Result result) {
    List<EventMessage> all =
        with(result.events()).stream()
            .filter(e -> e.seq() > seq && isOf(app, e))
            .limit(limit)
            .toList();
    OptionalLong first =
        events.stream().mapToLong(EventMessage::seq).filter(number -> number > seq).findFirst();
    long next = Math.min(result.first().orElse(Long.MAX_VALUE), first.orElse(Long.MAX_VALUE));
    return reply(all, next == Long.MAX_VALUE ? 0 : next - seq - 1);
  }

  /// Returns the latest events if enough of them are in memory; otherwise empty.
  Optional<HistoryReply> latest(Optional<String> app, int limit) {
    List<EventMessage> mine = events.stream().filter(e -> isOf(app, e)).toList();
    return mine.size() >= limit ? Optional.of(reply(last(mine, limit), 0)) : Optional.empty();
  }

  /// Returns a reply that merges the events in the files with those in memory.
  HistoryReply latest(Optional<String> app, int limit, List<EventMessage> found) {
    List<EventMessage> all = with(found).stream().filter(e -> isOf(app, e)).toList();
    return reply(last(all, limit), 0);
  }

  /// Returns a reply. The files may already contain events that are not published yet, so the last
  /// number in the reply may be that of an event in a file instead of the last published one.
  private HistoryReply reply(List<EventMessage> found, long forgotten) {
    return new HistoryReply(
        found, forgotten, found.isEmpty() ? last : Math.max(last, found.getLast().seq()));
  }

  private List<EventMessage> with(List<EventMessage> found) {
    TreeMap<Long, EventMessage> all = new TreeMap<>();
    found.forEach(event -> all.put(event.seq(), event));
    events.forEach(event -> all.put(event.seq(), event));
    return new ArrayList<>(all.values());
  }

  private static List<EventMessage> last(List<EventMessage> all, int limit) {
    return all.subList(Math.max(0, all.size() - limit), all.size());
  }

  private static boolean isOf(Optional<String> app, EventMessage event) {
    return app.isEmpty() || app.get().equals(event.app());
  }
}
