package io.jpm.god.reload;

import io.jpm.bus.balancer.BalancerReply.Handover;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.god.change.GodServices;
import io.jpm.god.instance.Instance;
import io.jpm.supervise.Policies;
import io.jpm.supervise.Supervised;
import io.vertx.core.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Restarts instances that cannot be replaced side by side. It publishes the reason before the
/// restart, and the length of the gap after it. Confined to GodVerticle's context.
final class DowntimeRestart {
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONG = Duration.ofSeconds(10);

  private final GodServices godServices;

  DowntimeRestart(GodServices godServices) {
    this.godServices = godServices;
  }

  /// Performs `restart` and measures the gap of an instance.
  ///
  /// @param handover why a restart is necessary
  /// @param restart completes when the instance has settled
  /// @return what happened, as a sentence without a full stop; empty if there is nothing to report
  Future<Optional<String>> around(
      Instance instance, Handover handover, Supplier<Future<Void>> restart) {
    if (instance.process().isEmpty()) {
      return restart.get().map(_ -> Optional.empty());
    }
    return switch (handover) {
      case Handover.After after -> measured(instance, after, restart);
      case Handover.NoPort _, Handover.Beside _ ->
          restart
              .get()
              .map(_ -> Optional.of(instance.title() + " was restarted; it listens on no port"));
    };
  }

  private Future<Optional<String>> measured(
      Instance instance, Handover.After after, Supplier<Future<Void>> restart) {
    String remedy = after.remedy().isEmpty() ? "" : " (" + after.remedy() + ")";
    announce(instance, "is restarted with a gap, because %s%s".formatted(after.obstacle(), remedy));
    if (after.addresses().isEmpty()) {
      return restart.get().map(_ -> told(instance, "of unknown length", after));
    }
    var watch = new DowntimeWatch(godServices.vertx(), godServices.god(), after.addresses());
    watch.begin();
    return restart
        .get()
        .compose(_ -> {
          instance.when(Supervised::isOver).onSuccess(_ -> watch.giveUp());
          return watch.end(Policies.patienceOnTrial(instance.spec));
        })
        .map(gap -> told(instance, gap.map(DowntimeRestart::words).orElse(lasting(after)), after));
  }

  private Optional<String> told(Instance instance, String gap, Handover.After after) {
    String words = "restarted with a gap %s, because %s".formatted(gap, after.obstacle());
    announce(instance, words);
    return Optional.of("%s was %s".formatted(instance.title(), words));
  }

  private static String lasting(Handover.After after) {
    String ports =
        after.addresses().stream()
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

  private void announce(Instance instance, String reason) {
    godServices.supervisor().announce(instance, InstanceEvent.Kind.RELOAD_GAP, reason);
  }
}
