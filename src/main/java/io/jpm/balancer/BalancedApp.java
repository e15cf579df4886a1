package io.jpm.balancer;

import io.jpm.balancer.ModeSelector.Choice;
import io.jpm.model.AppSpec;
import io.jpm.model.Cluster;
import io.jpm.model.Command;
import java.util.Optional;
import java.util.OptionalInt;

/// The spec and the balancing mode of one app. Owned by [ClusterBalancerVerticle].
final class BalancedApp {
  private AppSpec spec;
  private Choice choice;
  private Optional<Choice> forced = Optional.empty();
  private OptionalInt seenPort = OptionalInt.empty();

  BalancedApp(AppSpec spec, Choice choice) {
    this.spec = spec;
    this.choice = choice;
  }

  Choice choice() {
    return choice;
  }

  AppSpec spec() {
    return spec;
  }

  /// Sets the spec and the mode that it asks for. A forced mode stays in effect as long as the
  /// command and the cluster settings of the app are the same.
  void describe(AppSpec next, Choice wanted) {
    if (!sameProgram(spec, next)) {
      forced = Optional.empty();
    }
    spec = next;
    choice = forced.orElse(wanted);
  }

  /// Overrides the chosen mode because it does not suit the app.
  ///
  /// @param port the port on which the app was seen to listen
  void force(Choice other, OptionalInt port) {
    forced = Optional.of(other);
    seenPort = port;
    choice = other;
  }

  /// Returns `given` with the port on which the app was seen to listen, if the mode was forced and
  /// `given` names no port itself.
  AppSpec withPort(AppSpec given) {
    Cluster cluster = given.cluster();
    if (forced.isEmpty() || seenPort.isEmpty() || ModeSelector.port(given).isPresent()) {
      return given;
    }
    return given
        .draft()
        .cluster(
            new Cluster(
                cluster.enabled(),
                cluster.balance(),
                cluster.strategy(),
                seenPort,
                cluster.listen(),
                cluster.drain(),
                cluster.proxyProtocol()))
        .build();
  }

  private static boolean sameProgram(AppSpec one, AppSpec other) {
    Command command = one.command();
    return command.equals(other.command()) && one.cluster().equals(other.cluster());
  }
}
