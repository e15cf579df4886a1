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

/// Reads the ring while it is being written, from any thread. Segments only grow, an incomplete
/// line is not a line yet, and a segment that is deleted meanwhile was the oldest. Blocking.
///
/// @param folder the directory of the segments
record RingReader(Path folder) {
  /// The events found after a number.
  ///
  /// @param events in ascending order
  /// @param first the number of the first event after it, of any app; empty if there is none
  record Found(List<EventMessage> events, OptionalLong first) {}

  /// Returns the events after `seq`.
  ///
  /// @param app restricts the result to this app
  /// @param limit the maximum number of events, from the oldest on
  Found after(long seq, Optional<String> app, int limit) throws IOException {
    List<EventMessage> events = new ArrayList<>();
    OptionalLong first = OptionalLong.empty();
    for (Segment segment : from(seq)) {
      for (String line : lines(segment)) {
        if (events.size() >= limit && first.isPresent()) {
          return new Found(events, first);
        }
        Optional<EventMessage> event =
            EventLines.mayBeAfter(line, seq)
                ? EventLines.decode(line).filter(e -> e.seq() > seq)
                : Optional.empty();
        if (event.isPresent() && first.isEmpty()) {
          first = OptionalLong.of(event.get().seq());
        }
        event.filter(e -> events.size() < limit && isOf(app, e)).ifPresent(events::add);
      }
    }
    return new Found(events, first);
  }

  /// Returns the latest events in ascending order.
  ///
  /// @param app restricts the result to this app
  /// @param limit the maximum number of events
  List<EventMessage> latest(Optional<String> app, int limit) throws IOException {
    List<EventMessage> newestFirst = new ArrayList<>();
    for (Segment segment : segments().reversed()) {
      for (String line : lines(segment).reversed()) {
        if (newestFirst.size() >= limit) {
          break;
        }
        EventLines.decode(line).filter(e -> isOf(app, e)).ifPresent(newestFirst::add);
      }
    }
    Collections.reverse(newestFirst);
    return newestFirst;
  }

  private static boolean isOf(Optional<String> app, EventMessage event) {
    return app.isEmpty() || app.get().equals(event.app());
  }

  /// Returns the segments that may contain numbers above `seq`.
  private List<Segment> from(long seq) throws IOException {
    List<Segment> all = segments();
    int at = 0;
    while (at + 1 < all.size() && all.get(at + 1).first() <= seq + 1) {
      at++;
    }
    return all.subList(at, all.size());
  }

  private List<Segment> segments() throws IOException {
    try {
      return Segment.in(folder).stream()
          .filter(segment -> Files.isRegularFile(segment.file()))
          .toList();
    } catch (NoSuchFileException | NotDirectoryException nothingYet) {
      return List.of();
    }
  }

  private static List<String> lines(Segment segment) throws IOException {
    try {
      return EventLines.in(segment.file());
    } catch (NoSuchFileException deletedMeanwhile) {
      return List.of();
    }
  }
}
