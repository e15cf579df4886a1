package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.ProcessUsage;
import io.jpm.model.process.TreeUsage;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.LogFileSystem;
import io.jpm.os.ProcessHost;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A host whose processes have only the usage that a test sets.
final class FakeUsageHost implements ProcessHost {
  final Map<ProcessIdentity, Long> bytes = new ConcurrentHashMap<>();
  final List<Set<ProcessIdentity>> samples = new CopyOnWriteArrayList<>();

  /// Each sample takes one permit.
  final Semaphore gate = new Semaphore(1000);

  final AtomicInteger mostAtOnce = new AtomicInteger();
  final AtomicLong cpuNanos = new AtomicLong();
  volatile boolean broken;
  private final AtomicInteger atOnce = new AtomicInteger();

  @Override
  public Map<ProcessIdentity, TreeUsage> treeUsage(
      Collection<ProcessIdentity> mains, TreeUsage.Detail detail) {
    mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    samples.add(Set.copyOf(mains));
    gate.acquireUninterruptibly();
    atOnce.decrementAndGet();
    if (broken) {
      throw new IllegalStateException("no /proc");
    }
    assertThat(Thread.currentThread().getName()).doesNotContain("eventloop");
    return ProcessHost.super.treeUsage(mains, detail);
  }

  @Override
  public Optional<ProcessUsage> usage(ProcessIdentity identity) {
    return Optional.ofNullable(bytes.get(identity))
        .map(memory -> new ProcessUsage(memory, cpuNanos.get()));
  }

  @Override
  public SpawnResult spawn(SpawnRequest request, ChildWatcher watcher) {
    throw new UnsupportedOperationException("Satan spawns no processes");
  }

  @Override
  public Optional<Child> adopt(ProcessIdentity identity, String tag, ChildWatcher watcher) {
    throw new UnsupportedOperationException("Satan adopts no processes");
  }

  @Override
  public Child adoptLeftovers(ProcessIdentity gone, String tag, ChildWatcher watcher) {
    throw new UnsupportedOperationException("Satan adopts no processes");
  }

  @Override
  public Map<String, ProcessIdentity> findTagged(String tagPrefix) {
    throw new UnsupportedOperationException("Satan uses no tags");
  }

  @Override
  public LogFileSystem logFileSystem() {
    throw new UnsupportedOperationException("Satan writes no logs");
  }

  @Override
  public void close() {
    // No resources are held.
  }
}
