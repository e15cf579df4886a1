package io.jpm.logs.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The output that has been taken off the pipes and is in no file yet. It lies in memory that
/// outlives the daemon (a mapped file, of the kind that is kept in memory only where there is one),
/// so that the next daemon goes on exactly where a killed one stopped.
///
/// Safe for many threads: one lock, never held while a log file or a pipe is touched.
public final class LogMemory implements AutoCloseable {
  /// The largest room that is given out at once.
  private static final int MOST_ROOM = 256 << 10;

  private final ReentrantLock lock = new ReentrantLock();
  private final MemoryWords memoryWords;
  private final StreamTable table;
  private final Pool pool;
  private final FillPattern fillPattern;
  private final Ending ending;
  private final Map<String, LogStream> streams = new TreeMap<>();
  private volatile boolean closed;

  /// What becomes of the file in the end.
  interface Ending {
    /// Called once.
    ///
    /// @param needed whether the next daemon has to find it
    void close(boolean needed);
  }

  /// Goes on with what is in the store, where it has a header, or begins anew.
  ///
  /// @throws IOException where it is damaged, or has no room
  LogMemory(MemoryWords memoryWords, long mostBytes, Ending ending) throws IOException {
    this.memoryWords = memoryWords;
    this.ending = ending;
    Header header = new Header(memoryWords);
    if (!header.isThere()) {
      header.make();
    }
    pool = new Pool(memoryWords, header);
    pool.most(memoryWords.geometry().unitsFor(mostBytes));
    pool.begin();
    table = new StreamTable(memoryWords, header);
    fillPattern = new FillPattern(new SecureRandom(), MOST_ROOM);
    recover();
  }

  private void recover() throws IOException {
    Map<Integer, LogStream> bySlot = new TreeMap<>();
    for (int slot : table.used()) {
      StreamState state = new StreamState();
      table.load(slot, state);
      StreamUnits streamUnits = new StreamUnits(memoryWords, table, pool, slot, state);
      LogStream stream = new LogStream(this, table.name(slot), streamUnits, Long.MAX_VALUE);
      streams.put(stream.name(), stream);
      bySlot.put(slot, stream);
    }
    adoptUnits(bySlot);
    for (LogStream stream : streams.values()) {
      stream.streamUnits().settle();
    }
    pool.shrink();
  }

  private void adoptUnits(Map<Integer, LogStream> bySlot) {
    record Unit(LogStream stream, long index, int unit) {}
    List<Unit> units = new ArrayList<>();
    for (int unit = 0; unit < pool.backed(); unit++) {
      int slot = pool.ownerOf(unit);
      LogStream stream = bySlot.get(slot);
      if (stream != null) {
        units.add(new Unit(stream, pool.indexOf(unit), unit));
      } else if (slot >= 0) {
        pool.disown(unit);
      }
    }
    units.sort(Comparator.comparingLong(Unit::index));
    for (Unit found : units) {
      if (found.stream().streamUnits().adopt(found.index(), found.unit())) {
        pool.adopt(found.unit());
      } else {
        pool.disown(found.unit());
      }
    }
  }

  /// Opens the memory of a home, or makes it. The daemon must have the home to itself.
  ///
  /// Where a former daemon has left one that cannot be taken over, that is said in the log, as a
  /// warning, and a new one is made; likewise, less loudly, where it has to lie on the disk.
  ///
  /// @param home the daemon's home
  /// @param mostBytes how much output may wait, all streams together, at most 4 GiB; at least 256
  ///   KiB are allowed
  /// @throws IOException with a sentence for the user
  public static LogMemory open(Path home, long mostBytes) throws IOException {
    return MemoryPlace.of(home).open(mostBytes);
  }

  /// Whether a home has a memory: this daemon's, or what a former one has left.
  public static boolean isThere(Path home) {
    return MemoryPlace.isRecorded(home);
  }

  /// The stream of this name, with whatever a former daemon has left in it. The same object as long
  /// as it is not forgotten.
  ///
  /// @param name the file name of its pipe, at most 200 bytes
  /// @param mostBytes how much of it may wait; at least 64 KiB are allowed
  /// @throws IOException with a sentence for the user, where there is no room for another stream
  public LogStream stream(String name, long mostBytes) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("the memory of the logs is closed");
      }
      LogStream known = streams.get(name);
      if (known != null) {
        known.mostBytes(mostBytes);
        return known;
      }
      StreamState state = new StreamState();
      StreamUnits streamUnits =
          new StreamUnits(memoryWords, table, pool, table.add(name, state), state);
      LogStream stream = new LogStream(this, name, streamUnits, mostBytes);
      streams.put(name, stream);
      return stream;
    } finally {
      lock.unlock();
    }
  }

  /// The names of all streams that are known, those that a former daemon has left too.
  public List<String> names() {
    return lockedGet(() -> List.copyOf(streams.keySet()));
  }

  /// Changes how much output may wait, all streams together. What waits already is kept; memory
  /// that is too much is given back when it becomes free.
  public void resize(long mostBytes) {
    locked(() -> pool.most(geometry().unitsFor(mostBytes)));
  }

  /// How many bytes wait.
  public long waitingBytes() {
    return lockedGet(() -> streams.values().stream().mapToLong(LogStream::waitingNow).sum());
  }

  /// How many bytes of memory the output takes now, waiting or kept for what comes next.
  public long backedBytes() {
    return lockedGet(() -> (long) pool.backed() * geometry().unitBytes());
  }

  /// Lets go of it. Where nothing waits any more and the files tell of all that was lost it is
  /// removed, otherwise kept for the next daemon.
  @Override
  public void close() {
    locked(() -> {
      if (!closed) {
        closed = true;
        ending.close(streams.values().stream().anyMatch(LogStream::isNeeded));
      }
    });
  }

  /// How many units hold output or are given out to be filled.
  int usedUnits() {
    return lockedGet(pool::used);
  }

  // ------------------------------------------------------------ for the streams

  Geometry geometry() {
    return memoryWords.geometry();
  }

  FillPattern fillPattern() {
    return fillPattern;
  }

  boolean isClosed() {
    return closed;
  }

  void locked(Runnable task) {
    lock.lock();
    try {
      task.run();
    } finally {
      lock.unlock();
    }
  }

  <T extends @Nullable Object> T lockedGet(Supplier<T> task) {
    lock.lock();
    try {
      return task.get();
    } finally {
      lock.unlock();
    }
  }

  void remove(LogStream stream) {
    streams.remove(stream.name());
  }

  /// Loses lines of the stream that has the most and may lose some.
  ///
  /// @param bytes for how many bytes there shall be room
  /// @return false where nothing may go
  boolean dropFor(int bytes) {
    long need = (pool.excess() + (long) geometry().unitsFor(bytes)) * geometry().unitBytes();
    Set<LogStream> held = new HashSet<>();
    LogStream victim = largest(held);
    while (victim != null && victim.drop(need) == 0) {
      held.add(victim);
      victim = largest(held);
    }
    return victim != null;
  }

  private @Nullable LogStream largest(Set<LogStream> without) {
    LogStream largest = null;
    for (LogStream stream : streams.values()) {
      if (stream.drops()
          && stream.waitingNow() > (largest == null ? 0 : largest.waitingNow())
          && !without.contains(stream)) {
        largest = stream;
      }
    }
    return largest;
  }
}
