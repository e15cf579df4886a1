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
    var listing =
        new Listing(
            List.of(instance), Map.of(Instances.process(0), Instances.LOAD), Instances.NOW, "me");
    return InstanceSheet.draw(instance, listing, InstanceSheet.Others.SILENT, textStyle);
  }

  @Test
  void online() {
    Golden.check(
        "describe-online", draw(Instances.online(0, Instances.spec("web", 4), 0), TextStyle.PIPE));
  }

  @Test
  void errored() {
    Golden.check("describe-errored", draw(Instances.errored(3, "worker"), TextStyle.PIPE));
  }

  @Test
  void checksLimitsAndFigures() {
    InstanceView web = Instances.online(0, Instances.checked("web"), 0);
    var listing =
        new Listing(
            List.of(web),
            Map.of(Instances.process(0), Instances.FULL_LOAD),
            Map.of(Instances.process(0), Instances.report()),
            Instances.NOW,
            "me");
    Golden.check(
        "describe-checks",
        InstanceSheet.draw(web, listing, InstanceSheet.Others.SILENT, new TextStyle(100, false)));
  }

  private static String draw(BalancerReply.Status balance) {
    InstanceView instance = Instances.online(0, Instances.cluster("web", 4), 0);
    var listing = new Listing(List.of(instance), Map.of(), Instances.NOW, "me");
    var others = new InstanceSheet.Others(Optional.empty(), Optional.of(balance), Optional.empty());
    return InstanceSheet.draw(instance, listing, others, TextStyle.PIPE);
  }

  @Test
  void cluster() {
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
  void anInstancesOwnPortIsShown() {
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
  void whereNothingIsBalancedThereIsNoStrategyAndNoAddress() {
    assertThat(
            draw(
                new BalancerReply.Status(
                    BalancingMode.OFF, "no port is known: set port", "", List.of(), Map.of())))
        .containsPattern("balance +│ off: no port is known: set port ")
        .doesNotContain("listens on");
  }

  @Test
  void whereNobodyTellsTheOwnersWishIsShown() {
    String sheet = draw(Instances.online(0, Instances.cluster("web", 4), 0), TextStyle.PIPE);
    assertThat(sheet)
        .containsPattern("exec mode +│ cluster_mode ")
        .containsPattern("balance +│ auto ")
        .containsPattern("drain timeout +│ 30 s ");
    assertThat(draw(Instances.online(0, "web"), TextStyle.PIPE))
        .doesNotContain("balance", "drain timeout");
  }

  @Test
  void everyOptionOfOutput() {
    Golden.check(
        "describe-logs", draw(Instances.online(0, Instances.logging("web"), 0), TextStyle.PIPE));
  }

  @Test
  void longValuesGoOnInTheNextLine() {
    String sheet = draw(Instances.errored(3, "worker"), new TextStyle(46, false));
    Golden.check("describe-46", sheet);
    assertThat(sheet.lines().skip(1))
        .allSatisfy(line -> assertThat(Columns.of(line)).isEqualTo(46));
  }

  @Test
  void secretsStayInside() {
    assertThat(draw(Instances.online(0, "web"), TextStyle.PIPE)).doesNotContain("hunter2");
  }
}
