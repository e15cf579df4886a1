package io.jpm.balancer.proxy;

import io.jpm.model.ClusterSettings;
import io.jpm.model.process.WorkerId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/// The address, load and health of one process behind the proxy. Connections use it from any
/// thread, but [#ready], [#admitted], [#fit] and [#outlierEjection] may be used only on the
/// balancer's context.
final class Backend implements BackendLoad {
  private final WorkerId worker;
  private final ClusterSettings clusterSettings;
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

  /// Whether the process accepts connections.
  boolean ready;

  /// Whether the process is ready for clients, as reported by the process itself or by its probes.
  boolean admitted;

  /// False while the readiness probe of the process fails.
  boolean fit = true;

  OutlierEjection outlierEjection = OutlierEjection.NONE;

  /// @param admitted whether the process receives clients before it is reported as ready
  Backend(
      WorkerId worker,
      int port,
      ClusterSettings clusterSettings,
      ConnectionCounters connectionCounters,
      boolean admitted) {
    this.admitted = admitted;
    this.worker = worker;
    this.clusterSettings = clusterSettings;
    this.connectionCounters = connectionCounters;
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  WorkerId worker() {
    return worker;
  }

  ClusterSettings cluster() {
    return clusterSettings;
  }

  ConnectionCounters connectionCounters() {
    return connectionCounters;
  }

  InetSocketAddress address() {
    return address;
  }

  /// Records that the process has answered at this address.
  void setAddress(InetSocketAddress where) {
    this.address = where;
    this.answered = true;
  }

  /// Reports whether the process has ever answered.
  boolean answered() {
    return answered;
  }

  @Override
  public long slot() {
    return worker.id().value();
  }

  /// Returns the number of connections that are still open in at least one direction.
  int open() {
    return open.get();
  }

  @Override
  public int load() {
    return load.get();
  }

  @Override
  public long silent(long now) {
    return silence.get().unansweredNanos(now);
  }

  ResponseTracker responseTracker() {
    return silence.get();
  }

  /// Applies `change` to the record of unanswered requests.
  void updateResponses(UnaryOperator<ResponseTracker> change) {
    silence.updateAndGet(change);
  }

  /// Marks the process as hanging, so that it receives no new connections until it answers again.
  ///
  /// @return false if the process was already marked
  boolean markHanging() {
    return !passedOver.get() && passedOver.compareAndSet(false, true);
  }

  /// Records that the process has sent the first byte on a connection.
  ///
  /// @return whether the process was marked as hanging until now
  boolean recordFirstByte() {
    return passedOver.get() && passedOver.compareAndSet(true, false);
  }

  @Override
  public double share(long now) {
    return slowStart.weight(now);
  }

  SlowStart slowStart() {
    return slowStart;
  }

  void setSlowStart(SlowStart how) {
    this.slowStart = how;
  }

  boolean draining() {
    return draining;
  }

  void drain() {
    draining = true;
  }

  /// Counts one more connection; returns false if the process accepts no more connections.
  boolean acquire() {
    open.incrementAndGet();
    load.incrementAndGet();
    // Checked after counting: a drain sets the flag before it reads the count, so at least one of
    // the two threads sees the other's change.
    if (draining) {
      reduceLoad();
      release();
      return false;
    }
    return true;
  }

  /// Removes a connection from the load, because the connection causes no more work. It still
  /// counts as open.
  void reduceLoad() {
    load.decrementAndGet();
  }

  /// Counts a closed connection or a failed attempt to connect. Must be called after [#reduceLoad].
  void release() {
    open.decrementAndGet();
  }

  /// Counts a failure.
  ///
  /// @return the number of consecutive failures
  int failed() {
    return failuresInARow.incrementAndGet();
  }

  /// Resets the consecutive failures, because the process has sent data.
  void succeeded() {
    if (failuresInARow.get() != 0) {
      failuresInARow.set(0);
    }
  }
}
