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

/// Reads the ring while it is written, from any thread: segments only grow, half a line is no line
/// yet, and one that is deleted meanwhile was the oldest. Blocking.
///
/// @param folder where the segments are
record RingReader(Path folder) {
  /// What was found after a number.
  ///
  /// @param events ascending
  /// @param first the number of the first event after it, of whatever app
  record Found(List<EventMessage> events, OptionalLong first) {}

  /// The events after `seq`.
  ///
  /// @param app of this app only
  /// @param limit how many at most, from the oldest on
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

  /// The latest events, ascending.
  ///
  /// @param app of this app only
  /// @param limit how many at most
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

  /// The segments that may hold numbers above `seq`.
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
