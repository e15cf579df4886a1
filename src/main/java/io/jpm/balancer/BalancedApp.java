package io.jpm.balancer;

import io.jpm.balancer.ModeSelector.Choice;
import io.jpm.model.AppSpec;
import io.jpm.model.Cluster;
import io.jpm.model.Command;
import java.util.Optional;
import java.util.OptionalInt;

/// What ClusterBalancer knows of one app. Owned by the verticle.
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

  /// Takes the description and the way that it asks for, unless it was found not to suit and the
  /// app is still the same in this respect.
  void describe(AppSpec next, Choice wanted) {
    if (!sameProgram(spec, next)) {
      forced = Optional.empty();
    }
    spec = next;
    choice = forced.orElse(wanted);
  }

  /// From now on it goes another way.
  ///
  /// @param port the one that was seen
  void force(Choice other, OptionalInt port) {
    forced = Optional.of(other);
    seenPort = port;
    choice = other;
  }

  /// The description with the port that is known from elsewhere.
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
