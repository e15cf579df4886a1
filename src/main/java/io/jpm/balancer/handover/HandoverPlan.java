package io.jpm.balancer.handover;

import io.jpm.balancer.jvm.NativeTransportDetector;
import io.jpm.bus.balancer.BalancerReply.Handover;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Decides whether a new process can run beside the current one.
///
/// @param mode how the new process can receive sockets: [BalancingMode#NODE], [BalancingMode#JVM],
///   or [BalancingMode#OFF] if it cannot
/// @param unsupportedReason the reason why the new process cannot receive sockets; not used if it
///   can
/// @param made the handover mechanism with which the current process was started; empty if unknown
/// @param sockets the sockets on which the current process listens
/// @param next the spec of the new process
/// @param alone whether the app has a single instance; other instances may listen on the same port
/// @param ownWorkers whether the current process has workers of its own (`node:cluster`), which
///   cannot be drained
/// @param transport the native transport through which the current process listens, which the agent
///   cannot intercept; empty if it uses none
record HandoverPlan(
    BalancingMode mode,
    String unsupportedReason,
    Optional<BalancingMode> made,
    List<ObservedSocket> sockets,
    AppSpec next,
    boolean alone,
    boolean ownWorkers,
    Optional<NativeTransportDetector.Library> transport) {
  /// The maximum number of sockets that a process inherits.
  private static final int MOST_SOCKETS = 8;

  HandoverPlan {
    sockets = List.copyOf(sockets);
  }

  /// A socket on which the current process listens.
  ///
  /// @param address the local address
  /// @param reusesPort whether another socket may listen at the same address
  /// @param refusal the reason why the daemon cannot take over the socket; empty if it can
  /// @param python whether a Python program listens, which can be made to set SO_REUSEPORT
  record ObservedSocket(
      InetSocketAddress address, boolean reusesPort, Optional<String> refusal, boolean python) {
    /// Creates a socket of a program that is not written in Python.
    ObservedSocket(InetSocketAddress address, boolean reusesPort, Optional<String> refusal) {
      this(address, reusesPort, refusal, false);
    }

    /// Reports whether a probe can reach the socket `other` over IPv4 at the port of this socket.
    private boolean isReachedBy(ObservedSocket other) {
      InetAddress at = other.address.getAddress();
      return other.address.getPort() == address.getPort()
          && (at.isAnyLocalAddress() || at instanceof Inet4Address);
    }
  }

  /// Returns how a reload would replace the process.
  Handover verdict() {
    if (sockets.isEmpty()) {
      return new Handover.NoPort();
    }
    if (next.cluster().balance() == BalancingMode.OFF && !next.cluster().enabled()) {
      return after(unsupportedReason, "remove balance: off");
    }
    Optional<Handover> obstacle = obstacle();
    if (obstacle.isEmpty()) {
      return new Handover.SideBySide("its listening sockets are handed over", false);
    }
    if (isProbedOverNetwork() && !isGated()) {
      return ungated();
    }
    return sockets.stream().allMatch(it -> it.reusesPort() || (it.python() && isFork()))
        ? new Handover.SideBySide("the new process listens on the same port (SO_REUSEPORT)", true)
        : obstacle.get();
  }

  /// Returns how a reload would replace the process, given that an earlier replacement failed to
  /// listen alongside it.
  Handover verdictAfterConflict() {
    return sockets.isEmpty()
        ? new Handover.NoPort()
        : after("its new process could not listen beside the old one (EADDRINUSE)", remedy());
  }

  /// Reports whether the new process inherits the sockets instead of opening its own beside them.
  boolean inheritsSockets() {
    return obstacle().isEmpty();
  }

  /// Reports whether the new process must be made to listen beside the old one, because it is a
  /// Python program in fork mode.
  boolean isPython() {
    return isFork() && sockets.stream().anyMatch(ObservedSocket::python);
  }

  private boolean isFork() {
    return !next.cluster().enabled();
  }

  /// Reports whether the new process listens beside the old one and must receive no clients until
  /// it is ready. Until then, the kernel directs to it only connections from a special source
  /// address of the daemon. This is not possible if a third process has sockets at the same
  /// addresses.
  boolean isGated() {
    return alone
        && isFork()
        && isProbedOverNetwork()
        && !inheritsSockets()
        && sockets.stream().allMatch(it -> sockets.stream().anyMatch(it::isReachedBy));
  }

  /// Returns the verdict for a new process that cannot be gated.
  Handover ungated() {
    return after(
        alone
            ? "its probe over the network cannot distinguish the new process from the old one"
            : "its probe over the network cannot distinguish the new process from the other instances",
        "use an exec, log or notify probe, or wait_ready");
  }

  /// Reports whether readiness is probed over the network. A connection to the port may reach
  /// either of the two processes.
  private boolean isProbedOverNetwork() {
    HealthProbes healthProbes = next.health();
    Stream<ProbeHandler> gates =
        Stream.concat(
            healthProbes.startup().map(HealthProbes.StartupProbe::check).stream(),
            healthProbes.readiness().map(HealthProbes.Probe::check).stream());
    return gates.anyMatch(probeHandler ->
        probeHandler instanceof ProbeHandler.Http || probeHandler instanceof ProbeHandler.Tcp);
  }

  private Optional<Handover> obstacle() {
    if (mode == BalancingMode.OFF) {
      return Optional.of(after(unsupportedReason, remedy()));
    }
    if (!made.equals(Optional.of(mode))) {
      return Optional.of(
          after(
              "its current process was started without support for a socket handover",
              "the new process supports it"));
    }
    Optional<String> refusal = sockets.stream().flatMap(it -> it.refusal().stream()).findFirst();
    if (refusal.isPresent()) {
      return Optional.of(
          after(refusal.get(), "start the program that listens directly, without a launcher"));
    }
    if (ownWorkers) {
      return Optional.of(
          after(
              "it has workers of its own (node:cluster)",
              "let jpm start the workers: cluster mode, -i"));
    }
    if (transport.isPresent()) {
      return Optional.of(
          after(
              "it listens through a native transport (%s)".formatted(transport.get().name()),
              "set -D%s=true to make it use Java's sockets where possible"
                  .formatted(transport.get().property())));
    }
    return sockets.size() > MOST_SOCKETS
        ? Optional.of(after("it listens on more than " + MOST_SOCKETS + " sockets", ""))
        : Optional.empty();
  }

  private String remedy() {
    return "to reload without downtime, use cluster mode (-i 1) with listen or with a program that reads its port from PORT, or make the program set SO_REUSEPORT";
  }

  private Handover after(String obstacle, String remedy) {
    return new Handover.Sequential(
        obstacle,
        remedy,
        sockets.stream().map(ObservedSocket::address).collect(Collectors.toSet()));
  }
}
