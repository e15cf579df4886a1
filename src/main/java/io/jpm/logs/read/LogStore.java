package io.jpm.logs.read;

import io.jpm.bus.logs.LogPosition.Active;
import io.jpm.bus.logs.LogPosition.Rotated;
import io.jpm.logs.files.LogFileNames;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/// Resolves logs to their files and time indexes. Keeps partly read compressed files open, so that
/// the next query does not have to decompress them from the beginning. Thread-safe.
final class LogStore implements AutoCloseable {
  private static final int MOST_PACKED = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path home;
  private final LogFileAccess access;
  private final InstantSource clock;
  private final Deque<CachedContent> left = new ArrayDeque<>();

  /// A partly read compressed file.
  private record CachedContent(GzipContent bytes, Instant when) {}

  LogStore(Path home, LogFileAccess access, InstantSource clock) {
    this.home = home;
    this.access = access;
    this.clock = clock;
  }

  Instant now() {
    return clock.instant();
  }

  /// Returns the path of the daemon's own log, in which each line begins with a timestamp.
  Path daemonLog() {
    return home.resolve("jpm.log");
  }

  List<LogChain> chains(List<Path> logs) {
    return LogChain.of(logs, daemonLog(), access);
  }

  TimeIndexReader times(LogChain chain, LogFile file) {
    Path path =
        switch (file.part()) {
          case Active(_, _) -> LogFileNames.timeIndex(home, chain.log());
          case Rotated(Instant at) -> LogFileNames.timeIndex(home, chain.log(), at);
        };
    Instant oldest =
        file.modified().isBefore(file.rotatedAt()) ? file.modified() : file.rotatedAt();
    return new TimeIndexReader(path, oldest.toEpochMilli());
  }

  /// Returns the content of a file. The caller must return it with [#release].
  ///
  /// @param offset the offset at which reading begins
  LogContent bytes(LogFile file, long offset) {
    if (!file.isCompressed()) {
      return new PlainContent(file, access);
    }
    synchronized (left) {
      Iterator<CachedContent> each = left.iterator();
      while (each.hasNext()) {
        GzipContent known = each.next().bytes();
        if (known.isOf(file) && known.canReadFrom(offset)) {
          each.remove();
          return known;
        }
      }
    }
    return new GzipContent(file, access);
  }

  /// Releases content that was returned by [#bytes].
  void release(LogContent bytes) {
    if (bytes instanceof GzipContent packed) {
      synchronized (left) {
        if (packed.isAtEnd()) {
          close(packed);
        } else {
          left.addLast(new CachedContent(packed, now()));
        }
        while (left.size() > MOST_PACKED) {
          close(left.removeFirst().bytes());
        }
      }
    }
  }

  /// Closes compressed files that have not been used for a while, because an open file occupies
  /// disk space even after it is deleted.
  void forgetOld() {
    Instant old = now().minus(PATIENCE);
    synchronized (left) {
      while (!left.isEmpty() && left.getFirst().when().isBefore(old)) {
        close(left.removeFirst().bytes());
      }
    }
  }

  @Override
  public void close() {
    synchronized (left) {
      left.forEach(one -> close(one.bytes()));
      left.clear();
    }
  }

  private static void close(GzipContent bytes) {
    try {
      bytes.close();
    } catch (IOException ignored) {
      // Ignored because nothing was written to the file.
    }
  }
}
