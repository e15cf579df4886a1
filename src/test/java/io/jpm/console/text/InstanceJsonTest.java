package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.Golden;
import io.jpm.console.Instances;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.RunAs;
import io.jpm.model.process.Exit;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Phase;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class InstanceJsonTest {
  private static String draw(InstanceView... instances) {
    return InstanceJson.draw(
        new InstanceListing(
            List.of(instances), Map.of(Instances.process(0), Instances.LOAD), Instances.NOW, "me"),
        Map.of());
  }

  private static JsonObject environment(Exit exit) {
    String json =
        draw(
            Instances.view(
                7, Instances.spec("web", 1), 0, Phase.STOPPED, Optional.of(exit), "stopped"));
    return new JsonArray(json).getJsonObject(0).getJsonObject("pm2_env");
  }

  @Test
  void jsonHasTheFieldsOfPm2() {
    String json =
        draw(Instances.online(0, Instances.spec("web", 2), 0), Instances.errored(3, "worker"));
    Golden.check("jlist", new JsonArray(json).encodePrettily() + "\n");
  }

  @Test
  void versionIsThatOfThePackage() {
    String json = draw(Instances.withVersion(Instances.online(0, "web"), "3.2.1"));
    JsonObject environment = new JsonArray(json).getJsonObject(0).getJsonObject("pm2_env");
    assertThat(environment.getString("version")).isEqualTo("3.2.1");
  }

  @Test
  void healthLimitsAndUsageAreUnderTheKeyJpm() {
    InstanceView web = Instances.online(0, Instances.withProbesAndLimits("web"), 0);
    var instanceListing =
        new InstanceListing(
            List.of(web),
            Map.of(Instances.process(0), Instances.FULL_LOAD),
            Map.of(Instances.process(0), Instances.healthReport()),
            Instances.NOW,
            "me");
    JsonObject json = new JsonArray(InstanceJson.draw(instanceListing, Map.of())).getJsonObject(0);
    assertThat(json.getJsonObject("monit"))
        .isEqualTo(
            new JsonObject(
                """
                {"memory": 54211379, "cpu": 12.3, "jpm": {"children": 2, "threads": 14, "fds": 42,
                 "read_bytes": 5242880, "written_bytes": 1234}}
                """));
    JsonObject own = json.getJsonObject("pm2_env").getJsonObject("jpm");
    assertThat(own.getJsonObject("limits"))
        .isEqualTo(
            new JsonObject(
                """
                {"memory": 536870912, "memory_high": 419430400, "cpu": 1.5, "core": "unlimited",
                 "cpu_time": 60, "nofile": 65536, "stack": 8388608}
                """));
    assertThat(own.getJsonObject("health"))
        .isEqualTo(
            new JsonObject(
                """
                {"state": "well", "reason": null, "since": 1772618300000, "checks": {
                  "startup": {"state": "passing", "failures": 0, "threshold": null, "answer": "",
                    "since": 1772618290000},
                  "readiness": {"state": "passing", "failures": 0, "threshold": 3, "answer": "",
                    "since": 1772618300000},
                  "liveness": {"state": "failing", "failures": 1, "threshold": 3,
                    "answer": "./alive -q ends with exit 1", "since": 1772618395000}}}
                """));
  }

  @Test
  void execModeHasTheSpellingOfPm2() {
    JsonObject cluster =
        new JsonArray(draw(Instances.online(0, Instances.cluster("web", 2), 1)))
            .getJsonObject(0)
            .getJsonObject("pm2_env");
    assertThat(cluster.getString("exec_mode")).isEqualTo("cluster_mode");
    assertThat(cluster.getInteger("instances")).isEqualTo(2);
    assertThat(cluster.getString("instance_var")).isEqualTo("NODE_APP_INSTANCE");
    assertThat(cluster.getInteger("NODE_APP_INSTANCE")).isEqualTo(1);
  }

  @Test
  void balancingIsShownIfKnown() {
    InstanceView web = Instances.online(4, Instances.cluster("web", 2), 1);
    var status =
        new BalancerReply.Status(
            BalancingMode.PROXY,
            "a port is known",
            "round_robin",
            List.of("80"),
            Map.of("open", 3L));
    JsonObject known = cluster(web, Map.of(web.id(), status));
    assertThat(known.getString("balance")).isEqualTo("proxy");
    assertThat(known.getString("strategy")).isEqualTo("round_robin");
    assertThat(known.getJsonArray("listens_on")).containsExactly("80");
    assertThat(known.getJsonObject("counters").getLong("open")).isEqualTo(3);
    assertThat(cluster(web, Map.of()).getString("balance")).isEqualTo("auto");
  }

  private static JsonObject cluster(
      InstanceView instance, Map<InstanceId, BalancerReply.Status> known) {
    var instanceListing = new InstanceListing(List.of(instance), Map.of(), Instances.NOW, "me");
    return new JsonArray(InstanceJson.draw(instanceListing, known))
        .getJsonObject(0)
        .getJsonObject("pm2_env")
        .getJsonObject("jpm")
        .getJsonObject("cluster");
  }

  @Test
  void userIsThatOfTheApp() {
    AppSpec spec =
        Instances.spec("web", 1).toBuilder()
            .runAs(
                new RunAs(
                    Optional.of("www"), Optional.empty(), OptionalInt.empty(), OptionalInt.empty()))
            .build();
    InstanceView web = Instances.online(4, spec, 0);
    var instanceListing = new InstanceListing(List.of(web), Map.of(), Instances.NOW, "me");
    assertThat(InstanceTable.draw(instanceListing, new TextStyle(0, false))).contains("www");
    assertThat(InstanceJson.draw(instanceListing, Map.of())).contains("\"username\":\"www\"");
  }

  @Test
  void everyLogOptionIsShown() {
    String json = draw(Instances.online(0, Instances.withLogOptions("web"), 0));
    Golden.check("jlist-logs", new JsonArray(json).encodePrettily() + "\n");
  }

  @Test
  void environmentIsNotShown() {
    String json = draw(Instances.online(0, "web"));
    assertThat(json).doesNotContain("hunter2", "PASSWORD");
    assertThat(new JsonArray(json).getJsonObject(0).getJsonObject("pm2_env").getJsonObject("env"))
        .isEmpty();
  }

  @Test
  void unknownExitCodeIsNull() {
    assertThat(environment(new Exit.Code(137)).getInteger("exit_code")).isEqualTo(137);
    assertThat(environment(new Exit.Code(137)).containsKey("exit_signal")).isFalse();
    JsonObject killed = environment(new Exit.Signalled(9, false));
    assertThat(killed.containsKey("exit_code")).isTrue();
    assertThat(killed.getValue("exit_code")).isNull();
    assertThat(killed.getString("exit_signal")).isEqualTo("SIGKILL");
    assertThat(environment(new Exit.Unknown("adopted")).getValue("exit_code")).isNull();
  }

  @Test
  void emptyListIsAnEmptyJsonArray() {
    assertThat(draw()).isEqualTo("[]\n");
  }
}
