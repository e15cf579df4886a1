package io.jpm.god.rollout;

import io.jpm.bus.balancer.BalancerReply.Handover;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.lifecycle.GodServices;
import io.jpm.supervise.InstanceState;
import io.jpm.supervise.SupervisionPolicy;
import io.vertx.core.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Restarts instances that cannot be replaced side by side. Publishes the reason before the restart
/// and the length of the downtime afterwards. Confined to GodVerticle's context.
final class DowntimeRestart {
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONG = Duration.ofSeconds(10);

  private final GodServices godServices;

  DowntimeRestart(GodServices godServices) {
    this.godServices = godServices;
  }

  /// Runs `restart` and measures how long the instance does not listen on its ports.
  ///
  /// @param handover why a restart is necessary
  /// @param restart starts the restart; its future completes when the instance has settled
  /// @return a description of the result, without a full stop; empty if the instance had no process
  Future<Optional<String>> around(
      SupervisedInstance supervisedInstance, Handover handover, Supplier<Future<Void>> restart) {
    if (supervisedInstance.process().isEmpty()) {
      return restart.get().map(_ -> Optional.empty());
    }
    return switch (handover) {
      case Handover.Sequential sequential -> measured(supervisedInstance, sequential, restart);
      case Handover.NoPort _, Handover.SideBySide _ ->
          restart
              .get()
              .map(_ ->
                  Optional.of(
                      supervisedInstance.title()
                          + " was restarted; it does not listen on any port"));
    };
  }

  private Future<Optional<String>> measured(
      SupervisedInstance supervisedInstance,
      Handover.Sequential sequential,
      Supplier<Future<Void>> restart) {
    String remedy = sequential.remedy().isEmpty() ? "" : " (" + sequential.remedy() + ")";
    announce(
        supervisedInstance,
        "is restarted with a gap, because %s%s".formatted(sequential.obstacle(), remedy));
    if (sequential.addresses().isEmpty()) {
      return restart.get().map(_ -> told(supervisedInstance, "of unknown length", sequential));
    }
    var watch = new DowntimeWatch(godServices.vertx(), godServices.god(), sequential.addresses());
    watch.begin();
    return restart
        .get()
        .compose(_ -> {
          supervisedInstance.when(InstanceState::isOver).onSuccess(_ -> watch.giveUp());
          return watch.end(SupervisionPolicy.candidateTimeout(supervisedInstance.spec));
        })
        .map(gap ->
            told(
                supervisedInstance,
                gap.map(DowntimeRestart::words).orElse(lasting(sequential)),
                sequential));
  }

  private Optional<String> told(
      SupervisedInstance supervisedInstance, String gap, Handover.Sequential sequential) {
    String words = "restarted with a gap %s, because %s".formatted(gap, sequential.obstacle());
    announce(supervisedInstance, words);
    return Optional.of("%s was %s".formatted(supervisedInstance.title(), words));
  }

  private static String lasting(Handover.Sequential sequential) {
    String ports =
        sequential.addresses().stream()
            .map(InetSocketAddress::getPort)
            .distinct()
            .sorted()
            .map(port -> Integer.toString(port))
            .collect(Collectors.joining(", "));
    return "that has not ended yet (nothing listens on %s)".formatted(ports);
  }

  private static String words(Duration gap) {
    if (gap.compareTo(SHORTEST) < 0) {
      return "of less than %d ms".formatted(SHORTEST.toMillis());
    }
    return gap.compareTo(LONG) < 0
        ? "of %d ms".formatted(gap.toMillis())
        : String.format(Locale.ROOT, "of %.1f s", gap.toMillis() / 1000.0);
  }

  private void announce(SupervisedInstance supervisedInstance, String reason) {
    godServices.supervisor().announce(supervisedInstance, InstanceEvent.Kind.RELOAD_GAP, reason);
  }
}
