package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.Golden;
import io.jpm.console.Instances;
import io.jpm.model.BalancingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class InstanceSheetTest {
  private static String draw(InstanceView instance, TextStyle textStyle) {
    var instanceListing =
        new InstanceListing(
            List.of(instance), Map.of(Instances.process(0), Instances.LOAD), Instances.NOW, "me");
    return InstanceSheet.draw(
        instance, instanceListing, InstanceSheet.RuntimeDetails.UNKNOWN, textStyle);
  }

  @Test
  void onlineInstanceEqualsTheGoldenFile() {
    Golden.check(
        "describe-online", draw(Instances.online(0, Instances.spec("web", 4), 0), TextStyle.PIPE));
  }

  @Test
  void erroredInstanceEqualsTheGoldenFile() {
    Golden.check("describe-errored", draw(Instances.errored(3, "worker"), TextStyle.PIPE));
  }

  @Test
  void probesLimitsAndUsageAreShown() {
    InstanceView web = Instances.online(0, Instances.withProbesAndLimits("web"), 0);
    var instanceListing =
        new InstanceListing(
            List.of(web),
            Map.of(Instances.process(0), Instances.FULL_LOAD),
            Map.of(Instances.process(0), Instances.healthReport()),
            Instances.NOW,
            "me");
    Golden.check(
        "describe-checks",
        InstanceSheet.draw(
            web, instanceListing, InstanceSheet.RuntimeDetails.UNKNOWN, new TextStyle(100, false)));
  }

  private static String draw(BalancerReply.Status balance) {
    InstanceView instance = Instances.online(0, Instances.cluster("web", 4), 0);
    var instanceListing = new InstanceListing(List.of(instance), Map.of(), Instances.NOW, "me");
    var runtimeDetails =
        new InstanceSheet.RuntimeDetails(Optional.empty(), Optional.of(balance), Optional.empty());
    return InstanceSheet.draw(instance, instanceListing, runtimeDetails, TextStyle.PIPE);
  }

  @Test
  void balancingIsShown() {
    Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("connections", 12_345L);
    counters.put("in flight", 3L);
    counters.put("failures", 0L);
    Golden.check(
        "describe-cluster",
        draw(
            new BalancerReply.Status(
                BalancingMode.PROXY,
                "port 8080 is known",
                "round_robin",
                List.of("0.0.0.0:8080", "[::]:8080"),
                counters)));
  }

  @Test
  void privatePortOfAnInstanceIsShown() {
    assertThat(
            draw(
                new BalancerReply.Status(
                    BalancingMode.PROXY,
                    "a port is known",
                    "round_robin",
                    List.of("8080"),
                    OptionalInt.of(40_123),
                    Map.of())))
        .containsPattern("listens on +│ 8080 ")
        .containsPattern("own PORT +│ 40123 ");
  }

  @Test
  void strategyAndAddressAreOmittedWithoutBalancing() {
    assertThat(
            draw(
                new BalancerReply.Status(
                    BalancingMode.OFF, "no port is known: set port", "", List.of(), Map.of())))
        .containsPattern("balance +│ off: no port is known: set port ")
        .doesNotContain("listens on");
  }

  @Test
  void configuredModeIsShownIfTheBalancerDoesNotAnswer() {
    String sheet = draw(Instances.online(0, Instances.cluster("web", 4), 0), TextStyle.PIPE);
    assertThat(sheet)
        .containsPattern("exec mode +│ cluster_mode ")
        .containsPattern("balance +│ auto ")
        .containsPattern("drain timeout +│ 30 s ");
    assertThat(draw(Instances.online(0, "web"), TextStyle.PIPE))
        .doesNotContain("balance", "drain timeout");
  }

  @Test
  void everyLogOptionIsShown() {
    Golden.check(
        "describe-logs",
        draw(Instances.online(0, Instances.withLogOptions("web"), 0), TextStyle.PIPE));
  }

  @Test
  void longValuesAreWrapped() {
    String sheet = draw(Instances.errored(3, "worker"), new TextStyle(46, false));
    Golden.check("describe-46", sheet);
    assertThat(sheet.lines().skip(1))
        .allSatisfy(line -> assertThat(TextWidth.of(line)).isEqualTo(46));
  }

  @Test
  void secretsAreNotShown() {
    assertThat(draw(Instances.online(0, "web"), TextStyle.PIPE)).doesNotContain("hunter2");
  }
}
