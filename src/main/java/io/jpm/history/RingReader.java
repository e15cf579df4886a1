package io.jpm.history;

import io.jpm.wire.EventMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads the ring while it is being written; may be called on any thread. No lock is needed:
/// segments only grow, incomplete lines are ignored, and a segment that is deleted in the meantime
/// is always the oldest. Blocking.
///
/// @param directory the directory of the segments
record RingReader(Path directory) {
  /// The events after a given number.
  ///
  /// @param events in ascending order
  /// @param first the number of the first event of any app after the given number; empty if there
  ///   is none
  record Result(List<EventMessage> events, OptionalLong first) {}

  /// Returns the events after `seq`.
  ///
  /// @param app restricts the result to this app
  /// @param limit the maximum number of events, starting with the oldest
  Result after(long seq, Optional<String> app, int limit) throws IOException {
    List<EventMessage> events = new ArrayList<>();
    OptionalLong first = OptionalLong.empty();
    for (EventSegment eventSegment : from(seq)) {
      for (String line : lines(eventSegment)) {
        if (events.size() >= limit && first.isPresent()) {
          return new Result(events, first);
        }
        Optional<EventMessage> event =
            EventLineCodec.mayBeAfter(line, seq)
                ? EventLineCodec.decode(line).filter(e -> e.seq() > seq)
                : Optional.empty();
        if (event.isPresent() && first.isEmpty()) {
          first = OptionalLong.of(event.get().seq());
        }
        event.filter(e -> events.size() < limit && isOf(app, e)).ifPresent(events::add);
      }
    }
    return new Result(events, first);
  }

  /// Returns the latest events in ascending order.
  ///
  /// @param app restricts the result to this app
  /// @param limit the maximum number of events
  List<EventMessage> latest(Optional<String> app, int limit) throws IOException {
    List<EventMessage> newestFirst = new ArrayList<>();
    for (EventSegment eventSegment : segments().reversed()) {
      for (String line : lines(eventSegment).reversed()) {
        if (newestFirst.size() >= limit) {
          break;
        }
        EventLineCodec.decode(line).filter(e -> isOf(app, e)).ifPresent(newestFirst::add);
      }
    }
    Collections.reverse(newestFirst);
    return newestFirst;
  }

  private static boolean isOf(Optional<String> app, EventMessage event) {
    return app.isEmpty() || app.get().equals(event.app());
  }

  /// Returns the segments that may contain numbers above `seq`.
  private List<EventSegment> from(long seq) throws IOException {
    List<EventSegment> all = segments();
    int at = 0;
    while (at + 1 < all.size() && all.get(at + 1).first() <= seq + 1) {
      at++;
    }
    return all.subList(at, all.size());
  }

  private List<EventSegment> segments() throws IOException {
    try {
      return EventSegment.in(directory).stream()
          .filter(eventSegment -> Files.isRegularFile(eventSegment.file()))
          .toList();
    } catch (NoSuchFileException | NotDirectoryException nothingYet) {
      return List.of();
    }
  }

  private static List<String> lines(EventSegment eventSegment) throws IOException {
    try {
      return EventLineCodec.readLines(eventSegment.file());
    } catch (NoSuchFileException deletedMeanwhile) {
      return List.of();
    }
  }
}
