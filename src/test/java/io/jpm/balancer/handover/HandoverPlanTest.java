package io.jpm.balancer.handover;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.handover.HandoverPlan.ObservedSocket;
import io.jpm.balancer.jvm.NativeTransportDetector;
import io.jpm.bus.balancer.BalancerReply.Handover;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Tests which processes a reload can replace side by side.
class HandoverPlanTest {
  private static final AppSpec WEB =
      AppSpec.builder(
              new AppName("web"),
              new AppCommand(Path.of("/srv/app.js"), Optional.empty(), List.of(), List.of()),
              Path.of("/"))
          .build();
  private static final InetSocketAddress PORT = new InetSocketAddress(3000);
  private static final ObservedSocket OWN = new ObservedSocket(PORT, false, Optional.empty());
  private static final ObservedSocket SHARED = new ObservedSocket(PORT, true, Optional.empty());

  private static Handover verdict(
      BalancingMode means, BalancingMode made, ObservedSocket... sockets) {
    return verdict(means, Optional.of(made), WEB, sockets);
  }

  private static Handover verdict(
      BalancingMode means, Optional<BalancingMode> made, AppSpec spec, ObservedSocket... sockets) {
    return new HandoverPlan(
            means,
            "python3 cannot be given a socket",
            made,
            List.of(sockets),
            spec,
            true,
            false,
            Optional.empty())
        .verdict();
  }

  private static String obstacle(Handover verdict) {
    assertThat(verdict).isInstanceOf(Handover.Sequential.class);
    assertThat(((Handover.Sequential) verdict).addresses()).containsExactly(PORT);
    return verdict.obstacle();
  }

  @Test
  void processThatDoesNotListenHasNoPortToHandOver() {
    assertThat(verdict(BalancingMode.NODE, BalancingMode.NODE)).isInstanceOf(Handover.NoPort.class);
  }

  @Test
  void nodeAndJavaHandOverTheirSockets() {
    assertThat(verdict(BalancingMode.NODE, BalancingMode.NODE, OWN))
        .isInstanceOf(Handover.SideBySide.class);
    assertThat(verdict(BalancingMode.JVM, BalancingMode.JVM, OWN))
        .isInstanceOf(Handover.SideBySide.class);
  }

  @Test
  void otherProgramsNeedReusePortForASideBySideReload() {
    assertThat(obstacle(verdict(BalancingMode.OFF, BalancingMode.OFF, OWN)))
        .isEqualTo("python3 cannot be given a socket");
    assertThat(verdict(BalancingMode.OFF, BalancingMode.OFF, SHARED))
        .isInstanceOf(Handover.SideBySide.class);
    assertThat(obstacle(verdict(BalancingMode.OFF, BalancingMode.OFF, SHARED, OWN))).isNotEmpty();
  }

  @Test
  void newPythonProcessListensBesideTheOldOne() {
    var python = new ObservedSocket(PORT, false, Optional.empty(), true);
    assertThat(verdict(BalancingMode.OFF, BalancingMode.OFF, python))
        .isInstanceOf(Handover.SideBySide.class);
    assertThat(obstacle(verdict(BalancingMode.OFF, BalancingMode.OFF, python, OWN))).isNotEmpty();
  }

  @Test
  void processStartedWithoutHandoverIsReplacedSequentially() {
    assertThat(obstacle(verdict(BalancingMode.NODE, BalancingMode.OFF, OWN)))
        .contains("was started without");
    assertThat(obstacle(verdict(BalancingMode.NODE, Optional.empty(), WEB, OWN)))
        .contains("was started without");
    assertThat(obstacle(verdict(BalancingMode.JVM, BalancingMode.NODE, OWN)))
        .contains("was started without");
  }

  @Test
  void aSocketOfAChildCannotBeHandedOver() {
    var child = new ObservedSocket(PORT, false, Optional.of("not pid 7 itself listens"));
    assertThat(obstacle(verdict(BalancingMode.NODE, BalancingMode.NODE, child)))
        .isEqualTo("not pid 7 itself listens");
  }

  @Test
  void networkProbeNeedsAGateOrARouteToTheNewProcess() {
    var probeTiming =
        new ProbeHandler.ProbeTiming(
            Duration.ofSeconds(5), Duration.ofSeconds(1), 1, 1, Duration.ZERO);
    var probe = new HealthProbes.Probe(new ProbeHandler.Tcp("127.0.0.1", "3000"), probeTiming);
    AppSpec probed =
        WEB.toBuilder()
            .health(new HealthProbes(Optional.empty(), Optional.of(probe), Optional.empty()))
            .build();
    assertThat(verdict(BalancingMode.NODE, Optional.of(BalancingMode.NODE), probed, OWN))
        .as("the new process is gated until it is ready")
        .isInstanceOf(Handover.SideBySide.class);
    assertThat(verdict(BalancingMode.JVM, Optional.of(BalancingMode.JVM), probed, OWN))
        .isInstanceOf(Handover.SideBySide.class);
    assertThat(verdict(BalancingMode.OFF, Optional.of(BalancingMode.OFF), probed, SHARED))
        .as("the kernel routes an IPv4 probe by its source address")
        .isInstanceOf(Handover.SideBySide.class);
    var ipv6 =
        new ObservedSocket(
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 3000), true, Optional.empty());
    assertThat(verdict(BalancingMode.OFF, Optional.of(BalancingMode.OFF), probed, ipv6).obstacle())
        .contains("cannot distinguish the new process");
    assertThat(verdict(BalancingMode.OFF, Optional.of(BalancingMode.OFF), probed, ipv6, SHARED))
        .isInstanceOf(Handover.SideBySide.class);
    HandoverPlan siblings =
        new HandoverPlan(
            BalancingMode.OFF,
            "",
            Optional.of(BalancingMode.OFF),
            List.of(SHARED),
            probed,
            false,
            false,
            Optional.empty());
    assertThat(obstacle(siblings.verdict())).contains("other instances");
  }

  @Test
  void balanceOffIsReplacedSequentiallyEvenIfThePortIsShared() {
    AppSpec off =
        WEB.toBuilder().cluster(ClusterSettings.FORK.with(false, BalancingMode.OFF)).build();
    assertThat(obstacle(verdict(BalancingMode.OFF, Optional.of(BalancingMode.OFF), off, SHARED)))
        .isNotEmpty();
  }

  @Test
  void ownWorkersAndNativeTransportsPreventAHandover() {
    Optional<BalancingMode> made = Optional.of(BalancingMode.NODE);
    HandoverPlan workers =
        new HandoverPlan(
            BalancingMode.NODE, "", made, List.of(OWN), WEB, true, true, Optional.empty());
    assertThat(obstacle(workers.verdict())).contains("workers of its own");
    HandoverPlan netty =
        new HandoverPlan(
            BalancingMode.JVM,
            "",
            Optional.of(BalancingMode.JVM),
            List.of(OWN),
            WEB,
            true,
            false,
            Optional.of(new NativeTransportDetector.Library("Netty's epoll", "netty.noNative")));
    assertThat(obstacle(netty.verdict())).contains("Netty's epoll");
    assertThat(((Handover.Sequential) netty.verdict()).remedy())
        .isEqualTo("set -Dnetty.noNative=true to make it use Java's sockets where possible");
  }
}
