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

/// The state of a process that speaks Node's cluster protocol. Owned by [NodeBackend].
final class NodeWorker {
  /// A worker answers within one turn of its event loop. With a higher limit, more connections
  /// would only have to be taken back when it dies.
  static final int MOST_UNANSWERED = 4;

  /// Far more requests than a program sends before it has reported where it listens.
  private static final int MOST_SEEN = 4096;

  private final WorkerId id;
  private final AppSpec spec;
  private final Delivery manner;
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
    /// It receives the socket on request, and accepts by itself.
    SOCKET,
    /// It gets the socket when it is ready, and accepts by itself until it is told to pause.
    SOCKET_WHEN_READY,
    /// It is handed each connection.
    ROUND_ROBIN
  }

  /// @param ready whether it receives connections as soon as it listens; otherwise after
  ///   [#markReady]
  NodeWorker(WorkerId id, AppSpec spec, Delivery manner, boolean ready) {
    this.id = id;
    this.spec = spec;
    this.manner = manner;
    this.ready = ready;
  }

  WorkerId id() {
    return id;
  }

  AppSpec spec() {
    return spec;
  }

  /// Reports whether it is handed its connections.
  boolean roundRobin() {
    return manner == Delivery.ROUND_ROBIN;
  }

  /// Reports whether the daemon decides when it receives connections: its request for a socket is
  /// first granted without one.
  boolean isGated() {
    return manner != Delivery.SOCKET;
  }

  /// Reports whether it may receive client connections, as far as it is [#fit].
  boolean isAdmitted() {
    return ready && draining.isEmpty();
  }

  void markReady() {
    ready = true;
  }

  /// False while its readiness probe fails after having passed once.
  boolean fit() {
    return fit;
  }

  void setFit(boolean passes) {
    fit = passes;
  }

  /// Empty until it runs.
  Optional<ProcessIdentity> process() {
    return process;
  }

  void setProcess(ProcessIdentity identity) {
    process = Optional.of(identity);
  }

  /// Returns the messages that it sent before it was reported to run.
  List<String> early() {
    return early;
  }

  /// Marks it as a worker of an earlier daemon, which may have read requests without answering
  /// them. Its requests are remembered from now until it has reported the unanswered ones.
  void markAdopted() {
    seen = Optional.of(new HashSet<>());
  }

  /// Remembers a request.
  void recordQuery(long seq) {
    seen.filter(all -> all.size() < MOST_SEEN).ifPresent(all -> all.add(seq));
  }

  /// Stops remembering requests, because it has reported the unanswered ones; later ones are not
  /// lost.
  ///
  /// @return the requests remembered so far; empty if it was not asked to report, or has reported
  ///   before
  Optional<Set<Long>> catchUp() {
    Optional<Set<Long>> asked = seen;
    seen = Optional.empty();
    return asked;
  }

  /// Returns the connections that are on their way to it, by the number that its answer will
  /// contain.
  Map<Long, PendingConnection> unanswered() {
    return unanswered;
  }

  /// Returns the probe connections that are on their way to it, by the number that its answer will
  /// contain.
  Map<Long, AcceptedConnection> probeConnections() {
    return checks;
  }

  /// Reports whether no messages can be sent to it: the IPC channel of a worker of an earlier
  /// daemon could not be taken over.
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

  /// Completes when it is known where it listened before this daemon started.
  Future<Void> whenKnown() {
    return known.future();
  }

  void markKnown() {
    known.tryComplete();
  }

  /// Returns, by their keys, why its servers receive no connections although they listen: their
  /// sockets were lost.
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

  /// Reports whether it has ever reported that it listens.
  boolean hasListened() {
    return listened;
  }

  void markListening() {
    listened = true;
  }
}
