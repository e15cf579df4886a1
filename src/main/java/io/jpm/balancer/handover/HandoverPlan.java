package io.jpm.balancer.handover;

import io.jpm.balancer.jvm.OwnTransport;
import io.jpm.bus.balancer.BalancerReply.Handover;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.Check;
import io.jpm.model.Health;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Everything that decides whether a new process can come up beside the one that is there.
///
/// @param means what the new process can be given its sockets by: [BalancingMode#NODE],
///   [BalancingMode#JVM], or [BalancingMode#OFF] for nothing
/// @param lack why nothing; else empty
/// @param made what the present process was made for; empty: nothing is known of it
/// @param sockets what it listens on
/// @param next what the new process is made by
/// @param alone whether its app has no other instance, which may listen on the same port
/// @param ownWorkers whether it has workers of Node's own, which nobody drains
/// @param transport the native transport by which it listens, past which no agent sees
record HandoverPlan(
    BalancingMode means,
    String lack,
    Optional<BalancingMode> made,
    List<Seen> sockets,
    AppSpec next,
    boolean alone,
    boolean ownWorkers,
    Optional<OwnTransport.Library> transport) {
  /// As many as a process is given.
  private static final int MOST_SOCKETS = 8;

  HandoverPlan {
    sockets = List.copyOf(sockets);
  }

  /// A socket that the present process listens on.
  ///
  /// @param address where
  /// @param reusesPort whether another one may listen there beside it
  /// @param refusal why the daemon cannot have it; empty: it can
  /// @param python whether Python listens, which can be had to set SO_REUSEPORT
  record Seen(
      InetSocketAddress address, boolean reusesPort, Optional<String> refusal, boolean python) {
    /// Of another program.
    Seen(InetSocketAddress address, boolean reusesPort, Optional<String> refusal) {
      this(address, reusesPort, refusal, false);
    }

    /// Whether who wants to ask over this port may do so over IPv4, by way of `other`.
    private boolean isReachedBy(Seen other) {
      InetAddress at = other.address.getAddress();
      return other.address.getPort() == address.getPort()
          && (at.isAnyLocalAddress() || at instanceof Inet4Address);
    }
  }

  /// What a reload would do.
  Handover verdict() {
    if (sockets.isEmpty()) {
      return new Handover.NoPort();
    }
    if (next.cluster().balance() == BalancingMode.OFF && !next.cluster().enabled()) {
      return after(lack, "leave out balance: off");
    }
    Optional<Handover> obstacle = obstacle();
    if (obstacle.isEmpty()) {
      return new Handover.Beside("its listening sockets are handed over", false);
    }
    if (isAsked() && !isHeld()) {
      return unheld();
    }
    return sockets.stream().allMatch(it -> it.reusesPort() || (it.python() && isFork()))
        ? new Handover.Beside("the new process listens beside it (SO_REUSEPORT)", true)
        : obstacle.get();
  }

  /// What a reload would do after one whose new process could not listen.
  Handover clashing() {
    return sockets.isEmpty()
        ? new Handover.NoPort()
        : after("its new process could not listen beside the old one (EADDRINUSE)", remedy());
  }

  /// Whether the new process inherits the sockets, and does not listen beside them.
  boolean isGiven() {
    return obstacle().isEmpty();
  }

  /// Whether the new process has to be had to listen beside the old one.
  boolean isPython() {
    return isFork() && sockets.stream().anyMatch(Seen::python);
  }

  private boolean isFork() {
    return !next.cluster().enabled();
  }

  /// Whether the new process listens beside the old one, and is not to have clients before it is
  /// ready: then the kernel leads there who connects from an address of the daemon's. It cannot do
  /// that with the sockets of a third process.
  boolean isHeld() {
    return alone
        && isFork()
        && isAsked()
        && !isGiven()
        && sockets.stream().allMatch(it -> sockets.stream().anyMatch(it::isReachedBy));
  }

  /// The verdict where the new process cannot be kept from clients.
  Handover unheld() {
    return after(
        alone
            ? "its check over the network cannot tell the new process from the old one"
            : "its check over the network cannot tell the new process from the other instances",
        "use a check of exec, log or notify, or wait_ready");
  }

  /// Whether its readiness is asked over the network: the port leads to either process.
  private boolean isAsked() {
    Health health = next.health();
    Stream<Check> gates =
        Stream.concat(
            health.startup().map(Health.Startup::check).stream(),
            health.readiness().map(Health.Probe::check).stream());
    return gates.anyMatch(check -> check instanceof Check.Http || check instanceof Check.Tcp);
  }

  private Optional<Handover> obstacle() {
    if (means == BalancingMode.OFF) {
      return Optional.of(after(lack, remedy()));
    }
    if (!made.equals(Optional.of(means))) {
      return Optional.of(
          after(
              "its present process was started without what a handover needs",
              "the one after it has that"));
    }
    Optional<String> refusal = sockets.stream().flatMap(it -> it.refusal().stream()).findFirst();
    if (refusal.isPresent()) {
      return Optional.of(
          after(refusal.get(), "start the program that listens, not one that starts it"));
    }
    if (ownWorkers) {
      return Optional.of(
          after("it has workers of its own (node:cluster)", "leave them to jpm: cluster mode, -i"));
    }
    if (transport.isPresent()) {
      return Optional.of(
          after(
              "it listens by a native transport (%s)".formatted(transport.get().name()),
              "with -D%s=true it uses Java's sockets, where it can"
                  .formatted(transport.get().property())));
    }
    return sockets.size() > MOST_SOCKETS
        ? Optional.of(after("it listens on more than " + MOST_SOCKETS + " sockets", ""))
        : Optional.empty();
  }

  private String remedy() {
    return "in cluster mode (-i 1) with a port that it takes from PORT, or with listen, a reload has no gap; neither has it where the program sets SO_REUSEPORT";
  }

  private Handover after(String obstacle, String remedy) {
    return new Handover.After(
        obstacle, remedy, sockets.stream().map(Seen::address).collect(Collectors.toSet()));
  }
}
