package io.jpm.logs.buffer;

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

/// The log buffer: output that was read from the pipes and is not yet in a file. It is a mapped
/// file that outlives the daemon, in `/dev/shm` if possible and on the disk otherwise. If the
/// daemon is killed, the next daemon continues exactly where the killed one stopped.
///
/// Thread-safe. A single lock protects all state; it is never held during access to a log file or a
/// pipe.
public final class LogBuffer implements AutoCloseable {
  /// The largest space that is reserved at once, in bytes.
  private static final int MOST_ROOM = 256 << 10;

  private final ReentrantLock lock = new ReentrantLock();
  private final MemoryWords memoryWords;
  private final StreamTable table;
  private final UnitPool unitPool;
  private final FillPattern fillPattern;
  private final CloseAction closeAction;
  private final Map<String, LogStream> streams = new TreeMap<>();
  private volatile boolean closed;

  /// Closes the backing file when the log buffer is closed.
  interface CloseAction {
    /// Closes the file. Called at most once.
    ///
    /// @param needed whether the file must be kept for the next daemon
    void close(boolean needed);
  }

  /// Continues with the content of the buffer if it has a header; otherwise initializes it.
  ///
  /// @throws IOException if the content is damaged or no memory is available
  LogBuffer(MemoryWords memoryWords, long mostBytes, CloseAction closeAction) throws IOException {
    this.memoryWords = memoryWords;
    this.closeAction = closeAction;
    BufferHeader bufferHeader = new BufferHeader(memoryWords);
    if (!bufferHeader.exists()) {
      bufferHeader.create();
    }
    unitPool = new UnitPool(memoryWords, bufferHeader);
    unitPool.limit(memoryWords.geometry().unitsFor(mostBytes));
    unitPool.begin();
    table = new StreamTable(memoryWords, bufferHeader);
    fillPattern = new FillPattern(new SecureRandom(), MOST_ROOM);
    recover();
  }

  private void recover() throws IOException {
    Map<Integer, LogStream> bySlot = new TreeMap<>();
    for (int slot : table.used()) {
      StreamState state = new StreamState();
      table.load(slot, state);
      StreamUnits streamUnits = new StreamUnits(memoryWords, table, unitPool, slot, state);
      LogStream stream = new LogStream(this, table.name(slot), streamUnits, Long.MAX_VALUE);
      streams.put(stream.name(), stream);
      bySlot.put(slot, stream);
    }
    adoptUnits(bySlot);
    for (LogStream stream : streams.values()) {
      stream.streamUnits().settle();
    }
    unitPool.shrink();
  }

  private void adoptUnits(Map<Integer, LogStream> bySlot) {
    record Unit(LogStream stream, long index, int unit) {}
    List<Unit> units = new ArrayList<>();
    for (int unit = 0; unit < unitPool.backed(); unit++) {
      int slot = unitPool.ownerOf(unit);
      LogStream stream = bySlot.get(slot);
      if (stream != null) {
        units.add(new Unit(stream, unitPool.indexOf(unit), unit));
      } else if (slot >= 0) {
        unitPool.disown(unit);
      }
    }
    units.sort(Comparator.comparingLong(Unit::index));
    for (Unit found : units) {
      if (found.stream().streamUnits().adopt(found.index(), found.unit())) {
        unitPool.adopt(found.unit());
      } else {
        unitPool.disown(found.unit());
      }
    }
  }

  /// Opens the log buffer of a home, or creates it if there is none. No other daemon may be using
  /// the home.
  ///
  /// If the buffer of an earlier daemon is unusable, a warning is logged and a new buffer is
  /// created. If the buffer cannot be created in `/dev/shm`, it is created on the disk, which is
  /// logged at level `INFO`.
  ///
  /// @param home the daemon's home directory
  /// @param mostBytes the maximum number of waiting bytes of all streams, at most 4 GiB; at least
  ///   256 KiB are always allowed
  /// @throws IOException with a message for the user
  public static LogBuffer open(Path home, long mostBytes) throws IOException {
    return BufferLocator.of(home).open(mostBytes);
  }

  /// Reports whether a home has a log buffer, created by this daemon or by an earlier one.
  public static boolean exists(Path home) {
    return BufferLocator.isRecorded(home);
  }

  /// Returns the stream of this name, including the output that an earlier daemon left in it.
  /// Returns the same object until the stream is forgotten.
  ///
  /// @param name the file name of the stream's pipe, at most 200 bytes
  /// @param mostBytes the maximum number of waiting bytes of the stream; at least 64 KiB are always
  ///   allowed
  /// @throws IOException with a message for the user, if there is no space for another stream
  public LogStream stream(String name, long mostBytes) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("the log buffer is closed");
      }
      LogStream known = streams.get(name);
      if (known != null) {
        known.setMaxBytes(mostBytes);
        return known;
      }
      StreamState state = new StreamState();
      StreamUnits streamUnits =
          new StreamUnits(memoryWords, table, unitPool, table.add(name, state), state);
      LogStream stream = new LogStream(this, name, streamUnits, mostBytes);
      streams.put(name, stream);
      return stream;
    } finally {
      lock.unlock();
    }
  }

  /// Returns the names of all streams, including those that an earlier daemon left.
  public List<String> names() {
    return lockedGet(() -> List.copyOf(streams.keySet()));
  }

  /// Changes the maximum number of waiting bytes of all streams. Output that already waits is kept;
  /// excess memory is returned to the system as soon as it becomes free.
  public void resize(long mostBytes) {
    locked(() -> unitPool.limit(geometry().unitsFor(mostBytes)));
  }

  /// Returns the number of waiting bytes of all streams.
  public long waitingBytes() {
    return lockedGet(() -> streams.values().stream().mapToLong(LogStream::waitingNow).sum());
  }

  /// Returns the number of bytes of memory that contain waiting output or are reserved for future
  /// output.
  public long backedBytes() {
    return lockedGet(() -> (long) unitPool.backed() * geometry().unitBytes());
  }

  /// Closes the buffer. The backing file is removed if no output waits and the log files report all
  /// dropped lines. Otherwise it is kept for the next daemon.
  @Override
  public void close() {
    locked(() -> {
      if (!closed) {
        closed = true;
        closeAction.close(streams.values().stream().anyMatch(LogStream::isNeeded));
      }
    });
  }

  /// Returns the number of units that contain output or are reserved for it.
  int usedUnits() {
    return lockedGet(unitPool::used);
  }

  // ------------------------------------------------------------ used by the streams

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

  /// Drops lines of the largest stream whose lines may be dropped.
  ///
  /// @param bytes the number of bytes for which space is needed
  /// @return false if nothing may be dropped
  boolean freeSpace(int bytes) {
    long need = (unitPool.excess() + (long) geometry().unitsFor(bytes)) * geometry().unitBytes();
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
