package io.jpm.balancer.jvm;

import io.jpm.os.ListenSockets;
import io.jpm.os.Listening;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Looks at a process until it takes connections on one of its app's sockets, or shows that it
/// never will. Often in the beginning; rarely where it has not listened for a minute, as a worker
/// without a server never does. Owned by ClusterBalancer's context.
final class ListeningWatch {
  private static final Logger LOG = System.getLogger("jpm.balancer");
  private static final long FIRST_MILLIS = 50;
  private static final long LONGEST_MILLIS = 500;
  private static final long PATIENCE_MILLIS = 60_000;
  private static final long RARELY_MILLIS = 5_000;

  private final Vertx vertx;
  private final ProcessHost host;
  private final ListenSockets store;
  private final OwnTransport transport = new OwnTransport(Path.of("/proc"));
  private final Told told;

  /// What was seen.
  sealed interface Sight {
    /// Nothing yet.
    record Nothing() implements Sight {}

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
    /// What was seen of a process; never [Sight.Nothing].
    void seen(Worker worker, Sight sight);
  }

  ListeningWatch(Vertx vertx, ProcessHost host, ListenSockets store, Told told) {
    this.vertx = vertx;
    this.host = host;
    this.store = store;
    this.told = told;
  }

  /// Begins to look.
  void begin(Worker worker) {
    later(worker, FIRST_MILLIS, 0);
  }

  private void later(Worker worker, long millis, long passed) {
    vertx.setTimer(millis, _ -> look(worker, millis, passed + millis));
  }

  private void look(Worker worker, long millis, long passed) {
    if (worker.ended) {
      return;
    }
    Future<Sight> look =
        vertx.executeBlocking(() -> sight(worker), false).map(Objects::requireNonNull);
    look.onSuccess(sight -> seen(worker, sight, millis, passed))
        .onFailure(error -> {
          LOG.log(Level.WARNING, worker.app + ": cannot see what it listens on", error);
          again(worker, millis, passed);
        });
  }

  private void seen(Worker worker, Sight sight, long millis, long passed) {
    if (worker.ended) {
      return;
    }
    if (sight instanceof Sight.Nothing) {
      again(worker, millis, passed);
    } else {
      told.seen(worker, sight);
    }
  }

  private void again(Worker worker, long millis, long passed) {
    long next = Math.min(millis * 5 / 4, LONGEST_MILLIS);
    later(worker, passed < PATIENCE_MILLIS ? next : RARELY_MILLIS, passed);
  }

  private Sight sight(Worker worker) {
    AppSockets sockets = new AppSockets(store, worker.app);
    Set<Long> ours = sockets.inodes();
    List<Listening> foreign = new ArrayList<>();
    for (Listening one : host.listening(worker.process)) {
      if (!ours.contains(one.inode())) {
        foreign.add(one);
      } else if (one.accepting()) {
        return new Sight.Accepting(AppSockets.text(one.address()), sockets.addresses());
      }
    }
    Optional<String> reason = transport.reason(worker.process, worker.spec, foreign);
    return reason.<Sight>map(Sight.Past::new).orElseGet(Sight.Nothing::new);
  }
}
