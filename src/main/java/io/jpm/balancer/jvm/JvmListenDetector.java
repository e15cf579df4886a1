package io.jpm.balancer.jvm;

import io.jpm.balancer.mode.ProcessPoll;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ProcessHost;
import io.jpm.os.TreeListener;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Polls a Java process until it accepts connections on one of its app's sockets, or is observed to
/// bypass them. Owned by ClusterBalancer's context.
final class JvmListenDetector {
  private final Vertx vertx;
  private final ProcessHost host;
  private final ListenSocketRegistry store;
  private final NativeTransportDetector transport = new NativeTransportDetector(Path.of("/proc"));
  private final Observer observer;

  /// An observation of a process.
  sealed interface Observation {
    /// The process accepts connections.
    ///
    /// @param address the address of the socket
    /// @param all the addresses to which the app's sockets are bound
    record Accepting(String address, List<String> all) implements Observation {}

    /// The process listens on sockets other than the shared ones.
    ///
    /// @param reason the reason, as text for users
    record Bypassing(String reason) implements Observation {}
  }

  /// Receives the observation of a process. Called at most once per process.
  interface Observer {
    void observed(JvmWorker jvmWorker, Observation sight);
  }

  JvmListenDetector(Vertx vertx, ProcessHost host, ListenSocketRegistry store, Observer observer) {
    this.vertx = vertx;
    this.host = host;
    this.store = store;
    this.observer = observer;
  }

  /// Starts polling.
  ///
  /// @param given the inodes of the sockets with which an earlier daemon started the process; empty
  ///   if unknown. This daemon may not hold these sockets.
  void start(JvmWorker jvmWorker, Optional<Set<Long>> given) {
    new ProcessPoll<>(vertx, jvmWorker.app.value(), new ListenPoll(jvmWorker, given)).begin();
  }

  /// Polls one process.
  private final class ListenPoll implements ProcessPoll.PollTask<Observation> {
    private final JvmWorker jvmWorker;
    private final Optional<Set<Long>> given;

    ListenPoll(JvmWorker jvmWorker, Optional<Set<Long>> given) {
      this.jvmWorker = jvmWorker;
      this.given = given;
    }

    @Override
    public boolean isResultNeeded() {
      return !jvmWorker.ended;
    }

    @Override
    public Optional<Observation> inspect() {
      AppSockets sockets = new AppSockets(store, jvmWorker.app);
      Set<Long> ours = new HashSet<>(sockets.numbers());
      ours.addAll(given.orElse(Set.of()));
      List<TreeListener> foreign = new ArrayList<>();
      for (TreeListener one : host.listenersOf(jvmWorker.process)) {
        if (!ours.contains(one.inode())) {
          foreign.add(one);
        } else if (one.accepting()) {
          String address = AppSockets.text(one.address());
          List<String> all = sockets.addresses();
          return Optional.of(
              new Observation.Accepting(address, all.contains(address) ? all : List.of(address)));
        }
      }
      if (given.isEmpty()) {
        // The process may listen on shared sockets that this daemon has lost.
        return Optional.empty();
      }
      return transport
          .reason(jvmWorker.process, jvmWorker.spec, foreign)
          .map(Observation.Bypassing::new);
    }

    @Override
    public void onResult(Observation sight) {
      observer.observed(jvmWorker, sight);
    }
  }
}
