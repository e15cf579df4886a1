package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.console.Instances;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceOrderTest {
  private static final List<InstanceView> ALL =
      List.of(
          Instances.stopped(0, "db"),
          Instances.online(1, Instances.spec("web", 1, "shop"), 0),
          Instances.online(2, "api"),
          Instances.errored(3, "api"));

  private static final Map<ProcessIdentity, MeasuredUsage> LOADS =
      Map.of(Instances.process(1), load(2.5, 10), Instances.process(2), load(1, 20));

  private static MeasuredUsage load(double cpu, long bytes) {
    return new MeasuredUsage(
        cpu, new TreeUsage(1, bytes, 1, List.of(), TreeUsage.Files.UNKNOWN, OptionalLong.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "name, '2 3 0 1'",
    "name:asc, '2 3 0 1'",
    "name:desc, '1 0 2 3'",
    "namespace:desc, '1 0 2 3'",
    "id:desc, '3 2 1 0'",
    "pid, '0 3 1 2'",
    "cpu:desc, '1 2 0 3'",
    "memory:desc, '2 1 0 3'",
    "uptime, '0 3 1 2'",
    "uptime:desc, '2 1 0 3'",
    "status, '3 1 2 0'",
    "restarts:desc, '3 0 1 2'",
  })
  void instancesAreSortedByEachField(String typed, String ids) {
    var instanceListing = new InstanceListing(ALL, LOADS, Instances.NOW, "me");
    InstanceOrder order = InstanceOrder.parse(typed).orElseThrow();
    assertThat(order.sorted(instanceListing).instances())
        .extracting(instance -> instance.id().toString())
        .containsExactly(ids.split(" ", -1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "size", "name:", "name:up", ":desc", "Name"})
  void invalidOrderIsRejected(String typed) {
    assertThat(InstanceOrder.parse(typed)).isEmpty();
  }

  @Test
  void everyFieldIsAValidOrder() {
    assertThat(InstanceOrder.keywords())
        .hasSize(9)
        .allSatisfy(word -> assertThat(InstanceOrder.parse(word + ":desc")).isPresent());
  }
}
