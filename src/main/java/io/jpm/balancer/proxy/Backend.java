package io.jpm.balancer.proxy;

import io.jpm.model.Cluster;
import io.jpm.model.run.WorkerId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/// One process of an instance, with the port it listens on. What connections need to know may be
/// asked by any thread; [#ready], [#admitted], [#fit] and [#outlierEjection] are the balancer's
/// context's.
final class Backend implements BackendLoad {
  private final WorkerId worker;
  private final Cluster cluster;
  private final ConnectionCounters connectionCounters;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger load = new AtomicInteger();
  private final AtomicReference<ResponseTracker> silence =
      new AtomicReference<>(ResponseTracker.NONE);
  private final AtomicBoolean passedOver = new AtomicBoolean();
  private final AtomicInteger failuresInARow = new AtomicInteger();
  private volatile InetSocketAddress address;
  private volatile SlowStart slowStart = new SlowStart(0, false);
  private volatile boolean draining;
  private volatile boolean answered;

  /// Whether it takes connections.
  boolean ready;

  /// Whether it is ready for clients, as far as it or its checks tell.
  boolean admitted;

  /// Whether its own check says so.
  boolean fit = true;

  OutlierEjection outlierEjection = OutlierEjection.NONE;

  /// @param admitted whether nobody has to say first that it is ready
  Backend(
      WorkerId worker,
      int port,
      Cluster cluster,
      ConnectionCounters connectionCounters,
      boolean admitted) {
    this.admitted = admitted;
    this.worker = worker;
    this.cluster = cluster;
    this.connectionCounters = connectionCounters;
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  WorkerId worker() {
    return worker;
  }

  Cluster cluster() {
    return cluster;
  }

  ConnectionCounters connectionCounters() {
    return connectionCounters;
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

  /// Connections that have not ended in both directions.
  int open() {
    return open.get();
  }

  @Override
  public int load() {
    return load.get();
  }

  @Override
  public long silent(long now) {
    return silence.get().length(now);
  }

  ResponseTracker responseTracker() {
    return silence.get();
  }

  /// Something has happened to what it owes.
  void owes(UnaryOperator<ResponseTracker> change) {
    silence.updateAndGet(change);
  }

  /// It is passed over, since it hangs.
  ///
  /// @return whether it was not before; it is told once until it answers again
  boolean passOver() {
    return !passedOver.get() && passedOver.compareAndSet(false, true);
  }

  /// It has sent its first byte over a connection.
  ///
  /// @return whether it was passed over until now
  boolean speaks() {
    return passedOver.get() && passedOver.compareAndSet(true, false);
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
    load.incrementAndGet();
    // After counting: who drains reads the count after it has said so, and one of the two notices.
    if (draining) {
      relieve();
      giveBack();
      return false;
    }
    return true;
  }

  /// It has no more work with a connection, which may still have to end.
  void relieve() {
    load.decrementAndGet();
  }

  /// A connection is over, or did not come about; it was relieved of it before.
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
