package io.jpm.balancer.jvm;

import io.jpm.balancer.mode.ProcessPoll;
import io.jpm.os.ListenSockets;
import io.jpm.os.Listening;
import io.jpm.os.ProcessHost;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Polls a Java process until it accepts connections on one of its app's sockets, or is seen to
/// bypass them. Owned by ClusterBalancer's context.
final class ListeningWatch {
  private final Vertx vertx;
  private final ProcessHost host;
  private final ListenSockets store;
  private final OwnTransport transport = new OwnTransport(Path.of("/proc"));
  private final Told told;

  /// An observation of a process.
  sealed interface Sight {
    /// The process accepts connections.
    ///
    /// @param address the address of the socket
    /// @param all the addresses to which the app's sockets are bound
    record Accepting(String address, List<String> all) implements Sight {}

    /// The process listens on other sockets than the shared ones.
    ///
    /// @param reason for users
    record Past(String reason) implements Sight {}
  }

  /// Receives the observation of a process, once.
  interface Told {
    void seen(Worker worker, Sight sight);
  }

  ListeningWatch(Vertx vertx, ProcessHost host, ListenSockets store, Told told) {
    this.vertx = vertx;
    this.host = host;
    this.store = store;
    this.told = told;
  }

  /// Starts polling.
  ///
  /// @param given the inodes of the sockets with which an earlier daemon started the process, which
  ///   this daemon may not have; empty if they are not known
  void begin(Worker worker, Optional<Set<Long>> given) {
    new ProcessPoll<>(vertx, worker.app.value(), new Beginner(worker, given)).begin();
  }

  /// Observes one process.
  private final class Beginner implements ProcessPoll.Scene<Sight> {
    private final Worker worker;
    private final Optional<Set<Long>> given;

    Beginner(Worker worker, Optional<Set<Long>> given) {
      this.worker = worker;
      this.given = given;
    }

    @Override
    public boolean wanted() {
      return !worker.ended;
    }

    @Override
    public Optional<Sight> look() {
      AppSockets sockets = new AppSockets(store, worker.app);
      Set<Long> ours = new HashSet<>(sockets.numbers());
      ours.addAll(given.orElse(Set.of()));
      List<Listening> foreign = new ArrayList<>();
      for (Listening one : host.listening(worker.process)) {
        if (!ours.contains(one.inode())) {
          foreign.add(one);
        } else if (one.accepting()) {
          String address = AppSockets.text(one.address());
          List<String> all = sockets.addresses();
          return Optional.of(
              new Sight.Accepting(address, all.contains(address) ? all : List.of(address)));
        }
      }
      if (given.isEmpty()) {
        // These may be shared sockets that this daemon has lost.
        return Optional.empty();
      }
      return transport.reason(worker.process, worker.spec, foreign).map(Sight.Past::new);
    }

    @Override
    public void seen(Sight sight) {
      told.seen(worker, sight);
    }
  }
}
