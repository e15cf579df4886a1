package io.jpm.balancer.node;

import io.jpm.model.AppSpec;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.AcceptedConnection;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The state of a process that uses Node's cluster protocol. Owned by [NodeBackend].
final class NodeWorker {
  /// Upper bound on the unanswered connections of a worker. A worker answers within one turn of its
  /// event loop. With a higher limit, more connections would have to be handed to other workers if
  /// the worker died.
  static final int MOST_UNANSWERED = 4;

  /// Upper bound on the recorded requests. A program sends far fewer before it reports where it
  /// listens.
  private static final int MOST_SEEN = 4096;

  private final WorkerId id;
  private final AppSpec spec;
  private final Delivery delivery;
  private final Map<Long, PendingConnection> unanswered = new HashMap<>();
  private final Map<Long, AcceptedConnection> checks = new HashMap<>();
  private final Promise<Void> known = Promise.promise();
  private final List<String> early = new ArrayList<>();
  private Optional<ProcessIdentity> process = Optional.empty();
  private Optional<Promise<Integer>> draining = Optional.empty();
  private Optional<Set<Long>> seen = Optional.empty();
  private Map<String, String> missing = Map.of();
  private boolean listened;
  private boolean ready;
  private boolean fit = true;
  private boolean mute;
  private boolean ended;

  /// How a worker receives connections.
  enum Delivery {
    /// The worker receives the socket on request and accepts connections itself.
    SOCKET,
    /// The worker receives the socket when it is ready, and accepts connections itself until it
    /// receives a pause message.
    SOCKET_WHEN_READY,
    /// The daemon accepts connections and hands each to a worker.
    ROUND_ROBIN
  }

  /// @param ready whether the worker receives connections as soon as it listens; otherwise it
  ///   receives them after [#markReady]
  NodeWorker(WorkerId id, AppSpec spec, Delivery manner, boolean ready) {
    this.id = id;
    this.spec = spec;
    this.delivery = manner;
    this.ready = ready;
  }

  WorkerId id() {
    return id;
  }

  AppSpec spec() {
    return spec;
  }

  /// Reports whether the daemon hands connections to the worker one by one.
  boolean roundRobin() {
    return delivery == Delivery.ROUND_ROBIN;
  }

  /// Reports whether the daemon decides when the worker receives connections. In this case, a
  /// request for a socket is first granted without the socket.
  boolean isGated() {
    return delivery != Delivery.SOCKET;
  }

  /// Reports whether the worker may receive client connections, provided that it is [#fit].
  boolean isAdmitted() {
    return ready && draining.isEmpty();
  }

  void markReady() {
    ready = true;
  }

  /// Returns false while the worker's readiness probe fails after having passed once.
  boolean fit() {
    return fit;
  }

  void setFit(boolean passes) {
    fit = passes;
  }

  /// Returns the process; empty until it is running.
  Optional<ProcessIdentity> process() {
    return process;
  }

  void setProcess(ProcessIdentity identity) {
    process = Optional.of(identity);
  }

  /// Returns the messages that the worker sent before its start was reported.
  List<String> early() {
    return early;
  }

  /// Marks the worker as one of an earlier daemon, which may have read requests without answering
  /// them. From now on, its requests are recorded until it has reported the unanswered ones.
  void markAdopted() {
    seen = Optional.of(new HashSet<>());
  }

  /// Records a request if the worker is expected to report its unanswered requests.
  void recordQuery(long seq) {
    seen.filter(all -> all.size() < MOST_SEEN).ifPresent(all -> all.add(seq));
  }

  /// Stops recording requests, because the worker has reported the unanswered ones. This daemon
  /// reads and answers all later requests itself.
  ///
  /// @return the requests recorded so far; empty if no report was requested from the worker, or if
  ///   it has already reported
  Optional<Set<Long>> stopRemembering() {
    Optional<Set<Long>> asked = seen;
    seen = Optional.empty();
    return asked;
  }

  /// Returns the connections that were sent to the worker and are not answered yet. The key is the
  /// number that the answer will contain.
  Map<Long, PendingConnection> unanswered() {
    return unanswered;
  }

  /// Returns the probe connections that were sent to the worker and are not answered yet. The key
  /// is the number that the answer will contain.
  Map<Long, AcceptedConnection> probeConnections() {
    return checks;
  }

  /// Reports whether no messages can be sent to the worker, because its IPC channel could not be
  /// taken over from an earlier daemon.
  boolean unreachable() {
    return mute;
  }

  void markUnreachable() {
    mute = true;
    markKnown();
  }

  boolean hasEnded() {
    return ended;
  }

  void markEnded() {
    ended = true;
    markKnown();
  }

  /// Completes when the daemon has determined where the worker listened before this daemon started.
  Future<Void> whenKnown() {
    return known.future();
  }

  void markKnown() {
    known.tryComplete();
  }

  /// Returns the reasons, by socket key, why sockets of the worker were lost and not recovered. The
  /// worker's servers listen on them but receive no connections.
  Map<String, String> missing() {
    return missing;
  }

  void setMissing(Map<String, String> reasons) {
    missing = Map.copyOf(reasons);
  }

  boolean isFree() {
    return unanswered.size() < MOST_UNANSWERED && draining.isEmpty();
  }

  Optional<Promise<Integer>> draining() {
    return draining;
  }

  void setDraining(Promise<Integer> done) {
    draining = Optional.of(done);
  }

  /// Reports whether the worker has ever reported that it listens.
  boolean hasListened() {
    return listened;
  }

  void markListening() {
    listened = true;
  }
}
