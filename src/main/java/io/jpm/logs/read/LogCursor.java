package io.jpm.logs.read;

import io.jpm.bus.logs.LogPosition;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Iterates over the lines in a section of a log, across its files.
final class LogCursor implements AutoCloseable {
  private final LogStore store;
  private final LogChain chain;
  private final LogPosition from;
  private final LogChain.ChainPosition to;
  private final int bufferBytes;
  private LogChain.ChainPosition chainPosition;
  private @Nullable TimedLineReader lines;
  private boolean moved;
  private boolean interrupted;
  private boolean finished;
  private long work;

  /// @param from the start of the section
  /// @param to the end of the section
  LogCursor(
      LogStore store,
      LogChain chain,
      LogPosition from,
      LogChain.ChainPosition to,
      int bufferBytes) {
    this.store = store;
    this.chain = chain;
    this.from = from;
    this.to = to;
    this.bufferBytes = bufferBytes;
    this.chainPosition = chain.resolve(from);
  }

  Path log() {
    return chain.log();
  }

  /// Reports whether there is another line.
  boolean hasNext() {
    while (!interrupted && isBefore(to)) {
      try {
        if (chainPosition.offset() < chain.files().get(chainPosition.index()).end()
            && !opened().atEnd()) {
          return true;
        }
        if (chainPosition.index() == to.index()) {
          // The file is shorter than expected, so the section ends with the last byte that could be
          // read.
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

  private boolean isBefore(LogChain.ChainPosition other) {
    return !finished
        && chainPosition.index() < chain.files().size()
        && (chainPosition.index() < other.index()
            || (chainPosition.index() == other.index() && chainPosition.offset() < other.offset()));
  }

  /// Returns the capture time of the next line, in milliseconds since 1970.
  long time() {
    try {
      return opened().time();
    } catch (IOException unreadable) {
      return chain.files().get(chainPosition.index()).modified().toEpochMilli();
    }
  }

  /// Returns the next line, or a notice if the file cannot be read.
  ///
  /// @return null if the file has just been rotated and the log must be listed again
  @Nullable String line() {
    boolean last = chainPosition.index() == to.index();
    try {
      TimedLineReader open = opened();
      long before = open.bytesRead();
      String text = open.line(last ? to.offset() : LogPosition.END);
      work += open.bytesRead() - before;
      chainPosition = new LogChain.ChainPosition(chainPosition.index(), open.offset());
      moved = true;
      return text;
    } catch (NoSuchFileException rotated) {
      interrupted = true;
      return null;
    } catch (IOException unreadable) {
      Path path = chain.files().get(chainPosition.index()).path();
      nextFile();
      return "… the rest of %s cannot be read: %s".formatted(path, unreadable.getMessage());
    }
  }

  private TimedLineReader opened() {
    TimedLineReader open = lines;
    if (open == null) {
      open = new TimedLineReader(store, chain, chainPosition, bufferBytes);
      lines = open;
    }
    return open;
  }

  private void nextFile() {
    close();
    moved = true;
    chainPosition = new LogChain.ChainPosition(chainPosition.index() + 1, 0);
  }

  /// Returns the number of bytes read since the last call.
  long takeBytesRead() {
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
    chainPosition = to;
  }

  /// Returns the position of the next line.
  LogPosition position() {
    return moved ? chain.position(chainPosition) : from;
  }

  @Override
  public void close() {
    TimedLineReader open = lines;
    lines = null;
    if (open != null) {
      open.close();
    }
  }
}
