package io.jpm.balancer.node;

import io.jpm.model.AppSpec;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.WorkerId;
import io.jpm.os.Connection;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A process that speaks Node's protocol. Owned by [NodeBackend].
final class NodeWorker {
  /// Its answers come as fast as its event loop turns. More on their way would only be more to take
  /// back when it dies.
  static final int MOST_UNANSWERED = 4;

  /// Far more than a program asks before it has told where it listens.
  private static final int MOST_SEEN = 4096;

  private final WorkerId id;
  private final AppSpec spec;
  private final Manner manner;
  private final Map<Long, PendingConnection> unanswered = new HashMap<>();
  private final Map<Long, Connection> checks = new HashMap<>();
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

  /// How it gets connections.
  enum Manner {
    /// It has the socket as soon as it asks, and accepts by itself.
    SOCKET,
    /// It gets the socket when it is ready, and accepts by itself until it is told to pause.
    SOCKET_WHEN_READY,
    /// It is handed each.
    ROUND_ROBIN
  }

  /// @param ready whether it gets connections as soon as it listens; otherwise when [#isReady] was
  ///   said
  NodeWorker(WorkerId id, AppSpec spec, Manner manner, boolean ready) {
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

  /// Whether it is handed its connections.
  boolean roundRobin() {
    return manner == Manner.ROUND_ROBIN;
  }

  /// Whether it is told from when on it gets connections: it asks for a socket and gets none yet.
  boolean held() {
    return manner != Manner.SOCKET;
  }

  /// Whether it is to get connections of clients, as long as it is [#fit].
  boolean admitted() {
    return ready && draining.isEmpty();
  }

  void isReady() {
    ready = true;
  }

  /// Whether its readiness passes, after it has once.
  boolean fit() {
    return fit;
  }

  void isFit(boolean passes) {
    fit = passes;
  }

  /// Empty until it runs.
  Optional<ProcessIdentity> process() {
    return process;
  }

  void runs(ProcessIdentity identity) {
    process = Optional.of(identity);
  }

  /// What it said before its beginning was told.
  List<String> early() {
    return early;
  }

  /// It was made for a former daemon, which may have taken questions of its along unanswered. From
  /// here until it has told what it waits for, it is remembered what it has asked.
  void isAdopted() {
    seen = Optional.of(new HashSet<>());
  }

  /// Takes note of what it asks.
  void asks(long seq) {
    seen.filter(all -> all.size() < MOST_SEEN).ifPresent(all -> all.add(seq));
  }

  /// It has told what it waits for; what it asks from now on is not lost.
  ///
  /// @return what it has asked by then; empty: it was not asked to tell, or has told before
  Optional<Set<Long>> catchUp() {
    Optional<Set<Long>> asked = seen;
    seen = Optional.empty();
    return asked;
  }

  /// Connections on their way to it, by the number that its answer will bear.
  Map<Long, PendingConnection> unanswered() {
    return unanswered;
  }

  /// Connections of checks on their way to it, by the number that its answer will bear.
  Map<Long, Connection> checks() {
    return checks;
  }

  /// Whether nothing can be said to it: the channel of a worker of a former daemon could not be
  /// had.
  boolean mute() {
    return mute;
  }

  void isMute() {
    mute = true;
    isKnown();
  }

  boolean hasEnded() {
    return ended;
  }

  void ends() {
    ended = true;
    isKnown();
  }

  /// Completes when it is known where it listens, as far as that was before this daemon.
  Future<Void> known() {
    return known.future();
  }

  void isKnown() {
    known.tryComplete();
  }

  /// Why it does not get what comes to its servers, by their keys, when their sockets were lost.
  Map<String, String> missing() {
    return missing;
  }

  void misses(Map<String, String> reasons) {
    missing = Map.copyOf(reasons);
  }

  boolean isFree() {
    return unanswered.size() < MOST_UNANSWERED && draining.isEmpty();
  }

  Optional<Promise<Integer>> draining() {
    return draining;
  }

  void drains(Promise<Integer> done) {
    draining = Optional.of(done);
  }

  /// Whether it was ever heard to listen.
  boolean listened() {
    return listened;
  }

  void listens() {
    listened = true;
  }
}
