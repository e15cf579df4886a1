package io.jpm.balancer.proxy;

import io.jpm.model.Cluster;
import io.jpm.model.WorkerId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/// One process of an instance, with the port it listens on. What connections need to know may be
/// asked by any thread; [#ready], [#fit] and [#penalty] are the balancer's context's.
final class Backend implements Candidate {
  private final WorkerId worker;
  private final Cluster cluster;
  private final Tally tally;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger failuresInARow = new AtomicInteger();
  private volatile InetSocketAddress address;
  private volatile SlowStart slowStart = new SlowStart(0, false);
  private volatile boolean draining;
  private volatile boolean answered;

  /// Whether it takes connections.
  boolean ready;

  /// Whether its own check says so.
  boolean fit = true;

  Penalty penalty = Penalty.NONE;

  Backend(WorkerId worker, int port, Cluster cluster, Tally tally) {
    this.worker = worker;
    this.cluster = cluster;
    this.tally = tally;
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  WorkerId worker() {
    return worker;
  }

  Cluster cluster() {
    return cluster;
  }

  Tally tally() {
    return tally;
  }

  InetSocketAddress address() {
    return address;
  }

  /// It has answered at this address.
  void answers(InetSocketAddress where) {
    this.address = where;
    this.answered = true;
  }

  /// Whether it ever has.
  boolean answered() {
    return answered;
  }

  @Override
  public long slot() {
    return worker.id().value();
  }

  @Override
  public int open() {
    return open.get();
  }

  @Override
  public double share(long now) {
    return slowStart.share(now);
  }

  SlowStart slowStart() {
    return slowStart;
  }

  void starts(SlowStart how) {
    this.slowStart = how;
  }

  boolean draining() {
    return draining;
  }

  void drain() {
    draining = true;
  }

  /// Takes one more connection on; false when it takes none any more.
  boolean take() {
    open.incrementAndGet();
    // After counting: who drains reads the count after it has said so, and one of the two notices.
    if (draining) {
      open.decrementAndGet();
      return false;
    }
    return true;
  }

  /// A connection is over, or did not come about.
  void giveBack() {
    open.decrementAndGet();
  }

  /// Counts a failure.
  ///
  /// @return how many there were in a row
  int failed() {
    return failuresInARow.incrementAndGet();
  }

  /// It has sent something.
  void works() {
    if (failuresInARow.get() != 0) {
      failuresInARow.set(0);
    }
  }
}
