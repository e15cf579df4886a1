package io.jpm.balancer;

import io.jpm.balancer.ModeSelector.Selection;
import io.jpm.model.AppCommand;
import io.jpm.model.AppSpec;
import io.jpm.model.ClusterSettings;
import java.util.Optional;
import java.util.OptionalInt;

/// The spec and the balancing mode of one app. Owned by [ClusterBalancerVerticle].
final class BalancedApp {
  private AppSpec spec;
  private Selection selection;
  private Optional<Selection> forced = Optional.empty();
  private OptionalInt seenPort = OptionalInt.empty();

  BalancedApp(AppSpec spec, Selection selection) {
    this.spec = spec;
    this.selection = selection;
  }

  Selection choice() {
    return selection;
  }

  AppSpec spec() {
    return spec;
  }

  /// Sets the spec and the mode that was selected for it. A forced mode stays in effect until the
  /// command or the cluster settings of the app change.
  void update(AppSpec next, Selection wanted) {
    if (!sameProgram(spec, next)) {
      forced = Optional.empty();
    }
    spec = next;
    selection = forced.orElse(wanted);
  }

  /// Overrides the selected mode, which has turned out to be unsuitable for the app.
  ///
  /// @param port the port on which the app was observed to listen; empty if it is not known
  void overrideMode(Selection other, OptionalInt port) {
    forced = Optional.of(other);
    seenPort = port;
    selection = other;
  }

  /// Returns `given` with the port on which the app was observed to listen, if the mode was forced
  /// and `given` does not specify a port.
  AppSpec withPort(AppSpec given) {
    ClusterSettings clusterSettings = given.cluster();
    if (forced.isEmpty() || seenPort.isEmpty() || ModeSelector.port(given).isPresent()) {
      return given;
    }
    return given.toBuilder()
        .cluster(
            new ClusterSettings(
                clusterSettings.enabled(),
                clusterSettings.balance(),
                clusterSettings.strategy(),
                seenPort,
                clusterSettings.listen(),
                clusterSettings.drain(),
                clusterSettings.proxyProtocol()))
        .build();
  }

  private static boolean sameProgram(AppSpec one, AppSpec other) {
    AppCommand appCommand = one.command();
    return appCommand.equals(other.command()) && one.cluster().equals(other.cluster());
  }
}
