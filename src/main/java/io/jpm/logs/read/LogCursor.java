package io.jpm.logs.read;

import io.jpm.bus.logs.LogPosition;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Goes through a stretch of a log line by line, from file to file.
final class LogCursor implements AutoCloseable {
  private final LogStore store;
  private final LogChain chain;
  private final LogPosition from;
  private final LogChain.Place to;
  private final int bufferBytes;
  private LogChain.Place place;
  private @Nullable PartLines lines;
  private boolean moved;
  private boolean interrupted;
  private boolean finished;
  private long work;

  /// @param from where to begin
  /// @param to where to end
  LogCursor(LogStore store, LogChain chain, LogPosition from, LogChain.Place to, int bufferBytes) {
    this.store = store;
    this.chain = chain;
    this.from = from;
    this.to = to;
    this.bufferBytes = bufferBytes;
    this.place = chain.find(from);
  }

  Path log() {
    return chain.log();
  }

  /// Whether a line follows.
  boolean hasNext() {
    while (!interrupted && isBefore(to)) {
      try {
        if (place.offset() < chain.files().get(place.index()).end() && !opened().atEnd()) {
          return true;
        }
        if (place.index() == to.index()) {
          // Shorter than it was said to be: what has been read counts, not what was said.
          finished = true;
          return false;
        }
        nextFile();
      } catch (NoSuchFileException rotated) {
        interrupted = true;
      } catch (IOException unreadable) {
        return true; // line() tells of it
      }
    }
    return false;
  }

  private boolean isBefore(LogChain.Place other) {
    return !finished
        && place.index() < chain.files().size()
        && (place.index() < other.index()
            || (place.index() == other.index() && place.offset() < other.offset()));
  }

  /// When the next line was captured, milliseconds since 1970.
  long time() {
    try {
      return opened().time();
    } catch (IOException unreadable) {
      return chain.files().get(place.index()).modified().toEpochMilli();
    }
  }

  /// The next line; a file that cannot be read is one that says so.
  ///
  /// @return null when the file was rotated just now: the log has to be looked at anew
  @Nullable String line() {
    boolean last = place.index() == to.index();
    try {
      PartLines open = opened();
      long before = open.work();
      String text = open.line(last ? to.offset() : LogPosition.END);
      work += open.work() - before;
      place = new LogChain.Place(place.index(), open.offset());
      moved = true;
      return text;
    } catch (NoSuchFileException rotated) {
      interrupted = true;
      return null;
    } catch (IOException unreadable) {
      Path path = chain.files().get(place.index()).path();
      nextFile();
      return "… the rest of %s cannot be read: %s".formatted(path, unreadable.getMessage());
    }
  }

  private PartLines opened() {
    PartLines open = lines;
    if (open == null) {
      open = new PartLines(store, chain, place, bufferBytes);
      lines = open;
    }
    return open;
  }

  private void nextFile() {
    close();
    moved = true;
    place = new LogChain.Place(place.index() + 1, 0);
  }

  /// Bytes read since this was asked last.
  long takeWork() {
    long done = work;
    work = 0;
    return done;
  }

  /// Whether more is to be read, now or when the log is looked at anew.
  boolean isUnfinished() {
    return interrupted || isBefore(to);
  }

  /// Leaves out all that follows.
  void skipRest() {
    moved = true;
    place = to;
  }

  /// Where the next line begins.
  LogPosition position() {
    return moved ? chain.position(place) : from;
  }

  @Override
  public void close() {
    PartLines open = lines;
    lines = null;
    if (open != null) {
      open.close();
    }
  }
}
