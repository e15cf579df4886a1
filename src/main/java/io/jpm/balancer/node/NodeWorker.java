package io.jpm.balancer.node;

import io.jpm.model.AppSpec;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.WorkerId;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A process that speaks Node's protocol. Owned by [NodeSharing].
final class NodeWorker {
  /// Its answers come as fast as its event loop turns. More on their way would only be more to take
  /// back when it dies.
  static final int MOST_UNANSWERED = 4;

  private final WorkerId id;
  private final AppSpec spec;
  private final boolean roundRobin;
  private final Map<Long, Passage> unanswered = new HashMap<>();
  private final List<String> early = new ArrayList<>();
  private Optional<ProcessIdentity> process = Optional.empty();
  private Optional<Promise<Integer>> draining = Optional.empty();
  private Optional<Set<Long>> seen = Optional.empty();
  private boolean listened;

  NodeWorker(WorkerId id, AppSpec spec, boolean roundRobin) {
    this.id = id;
    this.spec = spec;
    this.roundRobin = roundRobin;
  }

  WorkerId id() {
    return id;
  }

  AppSpec spec() {
    return spec;
  }

  /// Whether it is handed its connections.
  boolean roundRobin() {
    return roundRobin;
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
    seen.ifPresent(all -> all.add(seq));
  }

  /// It has told what it waits for; what it asks from now on is not lost.
  ///
  /// @return what it has asked by then
  Set<Long> catchUp() {
    Set<Long> asked = seen.orElse(Set.of());
    seen = Optional.empty();
    return asked;
  }

  /// Connections on their way to it, by the number that its answer will bear.
  Map<Long, Passage> unanswered() {
    return unanswered;
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
