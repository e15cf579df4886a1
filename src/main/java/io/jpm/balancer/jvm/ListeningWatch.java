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

/// Looks at a process until it takes connections on one of its app's sockets, or shows that it
/// never will. Owned by ClusterBalancer's context.
final class ListeningWatch {
  private final Vertx vertx;
  private final ProcessHost host;
  private final ListenSockets store;
  private final OwnTransport transport = new OwnTransport(Path.of("/proc"));
  private final Told told;

  /// What was seen.
  sealed interface Sight {
    /// It takes connections.
    ///
    /// @param address where
    /// @param all where the app's sockets are bound
    record Accepting(String address, List<String> all) implements Sight {}

    /// It listens past the shared sockets.
    record Past(String reason) implements Sight {}
  }

  /// Who is told, once.
  interface Told {
    /// What was seen of a process.
    void seen(Worker worker, Sight sight);
  }

  ListeningWatch(Vertx vertx, ProcessHost host, ListenSockets store, Told told) {
    this.vertx = vertx;
    this.host = host;
    this.store = store;
    this.told = told;
  }

  /// Begins to look.
  ///
  /// @param given the kernel's numbers of the sockets that the process was made with, where it is
  ///   one of a former daemon: this one need not have them. Empty: not known
  void begin(Worker worker, Optional<Set<Long>> given) {
    new ProcessPoll<>(vertx, worker.app.value(), new Beginner(worker, given)).begin();
  }

  /// What is looked at.
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
        // Whether these are the shared ones, which this daemon has lost, cannot be told.
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
