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

/// The last few events in memory: who follows the history costs no reading of files, and what a
/// full disk did not take can be seen for a while. Owned by HistoryVerticle's context.
final class RecentEvents {
  static final int MOST = 512;

  private final Deque<EventMessage> events = new ArrayDeque<>();
  private long last;

  /// An earlier daemon has given numbers up to this one.
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

  /// The answer, when every event after `seq` is here.
  Optional<HistoryReply> after(long seq, Optional<String> app, int limit) {
    if (events.isEmpty() || events.getFirst().seq() > seq + 1) {
      return Optional.empty();
    }
    return Optional.of(
        reply(events.stream().filter(e -> e.seq() > seq && isOf(app, e)).limit(limit).toList(), 0));
  }

  /// The answer from what a reader of the files has found and what is here.
  HistoryReply after(long seq, Optional<String> app, int limit, RingReader.Found found) {
    List<EventMessage> all =
        with(found.events()).stream()
            .filter(e -> e.seq() > seq && isOf(app, e))
            .limit(limit)
            .toList();
    OptionalLong first =
        events.stream().mapToLong(EventMessage::seq).filter(number -> number > seq).findFirst();
    long next = Math.min(found.first().orElse(Long.MAX_VALUE), first.orElse(Long.MAX_VALUE));
    return reply(all, next == Long.MAX_VALUE ? 0 : next - seq - 1);
  }

  /// The answer, when it does not take the files to give it.
  Optional<HistoryReply> latest(Optional<String> app, int limit) {
    List<EventMessage> mine = events.stream().filter(e -> isOf(app, e)).toList();
    return mine.size() >= limit ? Optional.of(reply(last(mine, limit), 0)) : Optional.empty();
  }

  /// The answer from what a reader of the files has found and what is here.
  HistoryReply latest(Optional<String> app, int limit, List<EventMessage> found) {
    List<EventMessage> all = with(found).stream().filter(e -> isOf(app, e)).toList();
    return reply(last(all, limit), 0);
  }

  /// What a reader has found may be further than what was published.
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
