package io.jpm.logs.lines;

import io.jpm.bus.logs.LogsCommand;
import io.jpm.logs.write.LogWriters;
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

/// Collects lines of the apps that somebody listens to; of the others it does not look at a byte
/// and keeps nothing. Safe for many threads.
///
/// What waits is bounded for each app and for all together (`MAX_SIZE`): beyond that the oldest
/// lines go, counted.
public final class LineFeed implements LogWriters.Listener {
  /// What waits at most, of all apps together, in bytes as [AppLines#size] counts them.
  static final long MAX_SIZE = 4L * 1024 * 1024;

  /// What one round has before no further message is added to it.
  private static final int ROUND_SIZE = 256 * 1024;

  private volatile Map<String, AppLines> apps = Map.of();
  private volatile News news = Silence.INSTANCE;
  private final Queue<AppLines> ready = new ConcurrentLinkedQueue<>();
  private final AtomicLong waiting = new AtomicLong();
  private final AtomicBoolean toldSome = new AtomicBoolean();
  private final AtomicBoolean toldBatch = new AtomicBoolean();

  /// Who publishes. Told on any thread, once until the next [#take].
  interface News {
    /// There are lines.
    void some();

    /// There are so many that a message is full.
    void batch();
  }

  private enum Silence implements News {
    INSTANCE;

    @Override
    public void some() {}

    @Override
    public void batch() {}
  }

  /// What is to be published now.
  ///
  /// @param messages the apps' messages, at most one of each
  /// @param left whether there is more
  /// @param full whether there is a full message more
  record Round(List<LinesMessage> messages, boolean left, boolean full) {}

  @Override
  public void seen(LogsCommand.Open instance, boolean error, List<ByteBuffer> bytes, Instant at) {
    AppLines lines = apps.get(instance.app().value());
    if (lines != null) {
      lines.seen(instance, error, bytes, at);
    }
  }

  /// The process of these pipes is gone and prints no more.
  public void forget(LogsCommand.Close closed) {
    apps.values().forEach(lines -> lines.forget(closed));
  }

  /// Who is told from now on.
  void news(News listener) {
    news = listener;
  }

  /// Collects lines of these apps from now on and of no others. For one thread at a time.
  void wanted(Set<String> names) {
    Map<String, AppLines> before = apps;
    if (before.keySet().equals(names)) {
      return;
    }
    Map<String, AppLines> now = new HashMap<>();
    for (String name : names) {
      AppLines known = before.get(name);
      now.put(name, known == null ? new AppLines(name, new Counter()) : known);
    }
    apps = now;
    before.forEach((name, lines) -> {
      if (!now.containsKey(name)) {
        lines.close();
        ready.remove(lines);
      }
    });
  }

  /// The names of the apps whose lines are collected.
  public Set<String> apps() {
    return Set.copyOf(apps.keySet());
  }

  /// What waits, of all apps, in bytes.
  long waiting() {
    return waiting.get();
  }

  /// Takes a message of each app that has lines, those that have waited longest first, until the
  /// round is full. For one thread at a time.
  Round take() {
    // First: what comes from here on is told again, whether this round takes it or not.
    toldSome.set(false);
    toldBatch.set(false);
    List<LinesMessage> messages = new ArrayList<>();
    boolean full = false;
    long size = 0;
    for (int turns = ready.size(); turns > 0 && size < ROUND_SIZE; turns--) {
      AppLines lines = ready.poll();
      if (lines == null) {
        break;
      }
      AppLines.Taken taken = lines.take();
      if (taken.left()) {
        ready.add(lines);
      }
      full |= taken.full();
      for (LinesMessage message : taken.message().stream().toList()) {
        messages.add(message);
        size += size(message);
      }
    }
    return new Round(messages, !ready.isEmpty(), full || size >= ROUND_SIZE);
  }

  private static long size(LinesMessage message) {
    return message.lines().stream().mapToLong(AppLines::size).sum();
  }

  private final class Counter implements AppLines.Watcher {
    @Override
    public void something(AppLines lines) {
      ready.add(lines);
      if (toldSome.compareAndSet(false, true)) {
        news.some();
      }
    }

    @Override
    public void batch() {
      if (!toldBatch.get() && toldBatch.compareAndSet(false, true)) {
        news.batch();
      }
    }

    @Override
    public boolean waits(int more) {
      return waiting.addAndGet(more) > MAX_SIZE;
    }
  }
}
