package io.jpm.logs.lines;

import io.jpm.bus.logs.LogsCommand;
import io.jpm.logs.write.LogCapture;
import io.jpm.wire.LinesMessage;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Collects the lines of apps that have a subscriber. The output of other apps is neither examined
/// nor stored. Thread-safe.
///
/// The size of the waiting lines is limited per app and for all apps together (`MAX_SIZE`). Beyond
/// these limits, the oldest lines are dropped and counted.
public final class LineCollector implements LogCapture.OutputObserver {
  /// The maximum total size of the waiting lines of all apps in bytes, measured with
  /// [AppLineQueue#size].
  static final long MAX_SIZE = 4L * 1024 * 1024;

  /// The total size of messages at which one call of [#take] adds no further message.
  private static final int ROUND_SIZE = 256 * 1024;

  private volatile Map<String, AppLineQueue> apps = Map.of();
  private volatile Observer observer = NoObserver.INSTANCE;
  private final Queue<AppLineQueue> ready = new ConcurrentLinkedQueue<>();
  private final AtomicLong waiting = new AtomicLong();
  private final AtomicBoolean toldSome = new AtomicBoolean();
  private final AtomicBoolean toldBatch = new AtomicBoolean();

  /// Is notified when lines are available. May be called on any thread. Each signal is sent at most
  /// once between two calls of [#take].
  interface Observer {
    /// Signals that lines are available.
    void linesAvailable();

    /// Signals that an app has enough lines for a full message.
    void batchAvailable();
  }

  private enum NoObserver implements Observer {
    INSTANCE;

    @Override
    public void linesAvailable() {}

    @Override
    public void batchAvailable() {}
  }

  /// The messages to publish now.
  ///
  /// @param messages the messages, at most one per app
  /// @param left whether more lines wait
  /// @param full whether the waiting lines are due immediately, because they fill another message
  ///   or exceeded the size of this result
  record Batch(List<LinesMessage> messages, boolean left, boolean full) {}

  @Override
  public void onOutput(
      LogsCommand.Open instance, boolean error, List<ByteBuffer> bytes, Instant at) {
    AppLineQueue lines = apps.get(instance.app().value());
    if (lines != null) {
      lines.append(instance, error, bytes, at);
    }
  }

  /// Removes the state of the two pipes of a process that has exited.
  public void removeStreams(LogsCommand.Close closed) {
    apps.values().forEach(lines -> lines.removeStreams(closed));
  }

  /// Sets the receiver of the signals.
  void setObserver(Observer listener) {
    observer = listener;
  }

  /// Collects the lines of these apps, and of no other apps, from now on. Must not be called by
  /// several threads at the same time.
  void collectOnly(Set<String> names) {
    Map<String, AppLineQueue> before = apps;
    if (before.keySet().equals(names)) {
      return;
    }
    Map<String, AppLineQueue> now = new HashMap<>();
    for (String name : names) {
      AppLineQueue known = before.get(name);
      now.put(name, known == null ? new AppLineQueue(name, new Counter()) : known);
    }
    apps = now;
    before.forEach((name, lines) -> {
      if (!now.containsKey(name)) {
        lines.close();
        ready.remove(lines);
      }
    });
  }

  /// Returns the names of the apps whose lines are collected.
  public Set<String> apps() {
    return Set.copyOf(apps.keySet());
  }

  /// Returns the size of the waiting lines of all apps, in bytes.
  long waiting() {
    return waiting.get();
  }

  /// Takes one message from each app that has lines, starting with the app that has waited longest,
  /// until their total size reaches `ROUND_SIZE`. Must not be called by several threads at the same
  /// time.
  Batch take() {
    // Must precede the taking: lines that arrive from here on are signaled again, whether or not
    // this round includes them.
    toldSome.set(false);
    toldBatch.set(false);
    List<LinesMessage> messages = new ArrayList<>();
    boolean full = false;
    long size = 0;
    for (int turns = ready.size(); turns > 0 && size < ROUND_SIZE; turns--) {
      AppLineQueue lines = ready.poll();
      if (lines == null) {
        break;
      }
      AppLineQueue.Batch taken = lines.take();
      if (taken.left()) {
        ready.add(lines);
      }
      full |= taken.full();
      for (LinesMessage message : taken.message().stream().toList()) {
        messages.add(message);
        size += size(message);
      }
    }
    return new Batch(messages, !ready.isEmpty(), full || size >= ROUND_SIZE);
  }

  private static long size(LinesMessage message) {
    return message.lines().stream().mapToLong(AppLineQueue::size).sum();
  }

  private final class Counter implements AppLineQueue.Observer {
    @Override
    public void linesAvailable(AppLineQueue lines) {
      ready.add(lines);
      if (toldSome.compareAndSet(false, true)) {
        observer.linesAvailable();
      }
    }

    @Override
    public void batchAvailable() {
      if (!toldBatch.get() && toldBatch.compareAndSet(false, true)) {
        observer.batchAvailable();
      }
    }

    @Override
    public boolean addWaiting(int more) {
      return waiting.addAndGet(more) > MAX_SIZE;
    }
  }
}
