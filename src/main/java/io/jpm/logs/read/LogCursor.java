package io.jpm.logs.read;

import io.jpm.bus.logs.LogPosition;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Iterates over the lines of a section of a log, across its files.
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

  /// @param from the start of the section
  /// @param to the end of the section
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

  /// Reports whether there is another line.
  boolean hasNext() {
    while (!interrupted && isBefore(to)) {
      try {
        if (place.offset() < chain.files().get(place.index()).end() && !opened().atEnd()) {
          return true;
        }
        if (place.index() == to.index()) {
          // The file is shorter than expected: the section ends with what could be read.
          finished = true;
          return false;
        }
        nextFile();
      } catch (NoSuchFileException rotated) {
        interrupted = true;
      } catch (IOException unreadable) {
        return true; // line() reports the error
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

  /// Returns the capture time of the next line, in milliseconds since 1970.
  long time() {
    try {
      return opened().time();
    } catch (IOException unreadable) {
      return chain.files().get(place.index()).modified().toEpochMilli();
    }
  }

  /// Returns the next line. For a file that cannot be read, returns a notice instead.
  ///
  /// @return null if the file has just been rotated, so that the log must be listed again
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

  /// Returns the number of bytes read since the last call.
  long takeWork() {
    long done = work;
    work = 0;
    return done;
  }

  /// Reports whether lines remain to be read, now or after the log has been listed again.
  boolean isUnfinished() {
    return interrupted || isBefore(to);
  }

  /// Skips all remaining lines.
  void skipRest() {
    moved = true;
    place = to;
  }

  /// Returns the position of the next line.
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
