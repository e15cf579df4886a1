package io.jpm.balancer;

import io.jpm.bus.balancer.BalancerCommand.ProcessStarted;
import io.jpm.bus.balancer.BalancerCommand.ResolveRoute;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.AppName;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ProcessHost;
import io.jpm.os.TreeListener;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Checks the routes to processes that open their ports themselves. If another process of the app
/// has bound the port, a probe must not mistake that process for the requested one. Owned by
/// ClusterBalancer's context.
final class DirectRouteResolver {
  /// Upper bound on the other processes to inspect. Inspecting a process takes about a millisecond.
  private static final int MOST_OTHERS = 4;

  private final Vertx vertx;
  private final ProcessHost host;
  private final Map<WorkerId, Member> members = new LinkedHashMap<>();

  private record Member(AppName app, ProcessIdentity process) {}

  DirectRouteResolver(Vertx vertx, ProcessHost host) {
    this.vertx = vertx;
    this.host = host;
  }

  void processStarted(ProcessStarted news) {
    members.put(news.worker(), new Member(news.spec().name(), news.process()));
  }

  void processEnded(WorkerId worker) {
    members.remove(worker);
  }

  /// Returns [Route.Unreachable] if the requested process does not listen at the requested address
  /// but another process of the app does; otherwise [Route.Direct]. If no process of the app
  /// listens at the address, the address is assumed to belong to another program, to which the
  /// route is direct.
  Future<Route> route(ResolveRoute question) {
    Member asked = members.get(question.worker());
    if (asked == null) {
      return Future.succeededFuture(new Route.Direct());
    }
    List<ProcessIdentity> others =
        members.entrySet().stream()
            .filter(it -> it.getValue().app().equals(asked.app()))
            .filter(it -> !it.getKey().equals(question.worker()))
            // The process that the requested one replaces is the most likely listener.
            .sorted(Comparator.comparing(it -> !it.getKey().id().equals(question.worker().id())))
            .limit(MOST_OTHERS)
            .map(it -> it.getValue().process())
            .toList();
    return others.isEmpty()
        ? Future.succeededFuture(new Route.Direct())
        : vertx
            .executeBlocking(() -> route(question, asked.process(), others), false)
            .map(Objects::requireNonNull);
  }

  private Route route(ResolveRoute question, ProcessIdentity asked, List<ProcessIdentity> others) {
    if (listens(asked, question)) {
      return new Route.Direct();
    }
    Optional<ProcessIdentity> other =
        others.stream().filter(it -> listens(it, question)).findFirst();
    return other
        .<Route>map(it ->
            new Route.Unreachable(
                "the process does not listen on port %d; pid %d, another process of the app, does"
                    .formatted(question.port(), it.pid())))
        .orElseGet(Route.Direct::new);
  }

  private boolean listens(ProcessIdentity process, ResolveRoute question) {
    return host.listenersOf(process).stream()
        .map(TreeListener::address)
        .filter(at -> at.getPort() == question.port())
        .anyMatch(at -> isMeant(at.getAddress(), question.addresses()));
  }

  private static boolean isMeant(InetAddress there, List<InetAddress> addresses) {
    return there.isAnyLocalAddress() || addresses.contains(there);
  }
}
