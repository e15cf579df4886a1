package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.daemon.BridgeCommand;
import io.jpm.bus.daemon.BridgeReply;
import io.jpm.bus.god.DaemonEvent;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceEvent.Kind;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReply;
import io.jpm.console.Instances;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.testing.Eventually;
import io.jpm.web.Http.Reply;
import io.jpm.web.metrics.Metric;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MetricsTest {
  private static final InstanceView WEB = Instances.online(0, "web");
  private static final InstanceView API = Instances.online(1, "api");

  @TempDir Path home;
  private final List<SatanCommand> samples = new CopyOnWriteArrayList<>();
  private volatile List<InstanceView> instances = List.of(WEB, API);
  private WebDaemon daemon;
  private int port;

  @BeforeEach
  void begin() throws Exception {
    daemon = new WebDaemon(home);
    var bus = daemon.vertx.eventBus();
    bus.<GodCommand>consumer(
        Addresses.GOD_COMMAND, asked -> asked.reply(new GodReply(instances, List.of())));
    bus.<SatanCommand>consumer(
        Addresses.SATAN_COMMAND,
        asked -> {
          samples.add(asked.body());
          Map<ProcessIdentity, SatanReply.MeasuredUsage> loads = new HashMap<>();
          instances.forEach(it -> loads.put(it.process().orElseThrow(), Instances.LOAD));
          asked.reply(new SatanReply.Sampled(loads));
        });
    bus.<LogsCommand>consumer(
        Addresses.LOGS_COMMAND,
        asked -> asked.reply(new LogsReply.Status(3, 17, "", OptionalLong.of(1_234))));
    bus.<BridgeCommand>consumer(
        Addresses.BRIDGE_COMMAND, asked -> asked.reply(new BridgeReply(2, 5)));
    port = daemon.port();
  }

  @AfterEach
  void end() throws Exception {
    daemon.close();
  }

  private Exposition scrape(String who) throws Exception {
    Reply reply = Http.get(port, "/metrics", who);
    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    assertThat(reply.header("content-type")).contains("text/plain; version=0.0.4; charset=utf-8");
    return Exposition.parse(reply.body());
  }

  private static String labels(String app, String... more) {
    return "{app=\"%s\",id=\"%d\",namespace=\"default\"%s}"
        .formatted(app, app.equals("web") ? 0 : 1, more.length == 0 ? "" : "," + more[0]);
  }

  @Test
  void metricsShowTheValuesOfTheVerticles() throws Exception {
    Exposition page = scrape(WebDaemon.OWNER);
    assertThat(page.value("jpm_instance_up" + labels("web"))).isEqualTo(1);
    assertThat(page.value("jpm_instance_status" + labels("web", "status=\"online\""))).isEqualTo(1);
    assertThat(page.value("jpm_instance_restarts_total" + labels("web"))).isEqualTo(WEB.restarts());
    assertThat(page.value("jpm_instance_resident_bytes" + labels("web")))
        .isEqualTo((double) Instances.LOAD.memoryBytes());
    assertThat(page.value("jpm_instance_cpu_ratio" + labels("web")))
        .isCloseTo(0.0034, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(page.value("jpm_instance_log_dropped_lines_total" + labels("api"))).isEqualTo(3);
    assertThat(page.value("jpm_instance_log_waiting_bytes" + labels("api"))).isEqualTo(17);
    assertThat(page.value("jpm_instance_log_printed_bytes_total" + labels("api"))).isEqualTo(1_234);
    assertThat(page.value("jpm_bridge_connections{door=\"unix\"}")).isEqualTo(2);
    assertThat(page.value("jpm_bridge_connections{door=\"tcp\"}")).isEqualTo(5);
    assertThat(page.value("jpm_daemon_stalls_total")).isZero();
    assertThat(page.value("jpm_daemon_instances")).isEqualTo(2);
    assertThat(page.value("jpm_daemon_event_loop_worst_delay_seconds{loop=\"0\"}")).isEqualTo(1.5);
    assertThat(page.value("jpm_daemon_heap_used_bytes")).isPositive();
    assertThat(samples).as("one request for samples").hasSize(1);
  }

  @Test
  void stallsAreCounted() throws Exception {
    for (DaemonEvent.Kind kind :
        List.of(
            DaemonEvent.Kind.STALL, DaemonEvent.Kind.HEARTBEAT_MISSED, DaemonEvent.Kind.STALL)) {
      daemon
          .vertx
          .eventBus()
          .publish(Addresses.DAEMON_EVENTS, new DaemonEvent(kind, "late", 7, Instances.NOW));
    }
    Eventually.await(
        "both stalls are counted",
        Duration.ofSeconds(20),
        () -> {
          try {
            return scrape(WebDaemon.OWNER).value("jpm_daemon_stalls_total") == 2;
          } catch (Exception failure) {
            throw new AssertionError(failure);
          }
        });
  }

  @Test
  void onlyDeclaredMetricsWithTheirKindsAreExposed() throws Exception {
    Exposition page = scrape(WebDaemon.OWNER);
    Map<String, String> promised = new HashMap<>();
    for (Metric metric : Metric.values()) {
      promised.put(metric.exportedName(), metric.kind().name().toLowerCase(java.util.Locale.ROOT));
    }
    assertThat(promised).hasSize(Metric.values().length);
    assertThat(promised).containsAllEntriesOf(page.types());
  }

  @Test
  void documentationListsAllMetrics() throws IOException {
    String page = Files.readString(Path.of("docs/metrics.md"));
    List<String> rows = page.lines().filter(line -> line.startsWith("| `jpm_")).toList();
    assertThat(rows)
        .containsExactlyElementsOf(
            Arrays.stream(Metric.values())
                .map(metric ->
                    "| `%s` | %s | %s | %s |"
                        .formatted(
                            metric.exportedName(),
                            metric.kind().name().toLowerCase(java.util.Locale.ROOT),
                            String.join(", ", metric.labels()),
                            metric.help()))
                .toList());
  }

  @Test
  void seriesOfADeletedAppDisappear() throws Exception {
    assertThat(scrape(WebDaemon.OWNER).series()).anyMatch(it -> it.contains("app=\"api\""));
    instances = List.of(WEB);
    assertThat(scrape(WebDaemon.OWNER).series())
        .noneMatch(it -> it.contains("app=\"api\""))
        .anyMatch(it -> it.contains("app=\"web\""));
  }

  @Test
  void tokenLimitedToAppsSeesOnlyTheirMetrics() throws Exception {
    assertThat(scrape(WebDaemon.OF_WEB).series())
        .isNotEmpty()
        .allMatch(it -> it.contains("app=\"web\""));
  }

  @Test
  void restartsHaveACauseAndReloadsADuration() throws Exception {
    assertThat(scrape(WebDaemon.OWNER).value(cause("asked"))).isZero();
    publish(Kind.EXIT, 0);
    publish(Kind.RESTART, 1);
    publish(Kind.STOPPING, 2);
    publish(Kind.RESTART, 3);
    publish(Kind.LIMIT, 4);
    publish(Kind.STOPPING, 4);
    publish(Kind.RESTART, 5);
    publish(Kind.UNHEALTHY, 6);
    publish(Kind.STOPPING, 6);
    publish(Kind.RESTART, 7);
    publish(Kind.START, 10);
    publish(Kind.RELOAD, 12);
    publish(Kind.RELOAD_FAILED, 20);
    Eventually.await(
        "the last event is counted", Duration.ofSeconds(20), this::isReloadFailureCounted);
    Exposition page = scrape(WebDaemon.OWNER);
    assertThat(page.value(cause("asked"))).isEqualTo(1);
    assertThat(page.value(cause("limit"))).isEqualTo(1);
    assertThat(page.value(cause("unhealthy"))).isEqualTo(1);
    assertThat(
            page.value(cause("exit")) + page.value(cause("signal")) + page.value(cause("unknown")))
        .isEqualTo(1);
    assertThat(page.value("jpm_instance_reloads_total" + labels("web"))).isEqualTo(1);
    assertThat(page.value("jpm_instance_reload_seconds_total" + labels("web"))).isEqualTo(2);
    publish(Kind.DELETE, 30);
    Eventually.await(
        "the deleted app is forgotten", Duration.ofSeconds(20), () -> !isReloadFailureCounted());
  }

  private boolean isReloadFailureCounted() {
    try {
      return scrape(WebDaemon.OWNER).value("jpm_instance_reload_failures_total" + labels("web"))
          == 1;
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  private void publish(Kind kind, int second) {
    daemon
        .vertx
        .eventBus()
        .publish(
            Addresses.GOD_EVENTS, new InstanceEvent(kind, WEB, Instances.NOW.plusSeconds(second)));
  }

  private static String cause(String word) {
    return "jpm_instance_restarts_by_cause_total{app=\"web\",cause=\"%s\",id=\"0\",namespace=\"default\"}"
        .formatted(word);
  }

  @Test
  void rootReturnsTheJsonOfPm2() throws Exception {
    var chunks =
        new JsonArray().add("[{\"name\":\"web\",\"pm_id\":0},").add("{\"name\":\"api\"}]\n");
    daemon
        .vertx
        .eventBus()
        .<JsonObject>consumer(
            Addresses.CONSOLE,
            asked -> {
              assertThat(asked.body().getJsonArray("argv")).containsExactly("jlist");
              asked
                  .<JsonObject>replyAndRequest(new JsonObject().put("out", chunks.getString(0)))
                  .compose(next ->
                      next.<JsonObject>replyAndRequest(
                          new JsonObject().put("out", chunks.getString(1))))
                  .onSuccess(next -> next.reply(new JsonObject().put("code", 0)));
            });
    JsonObject page = Http.get(port, "/", WebDaemon.OWNER).json();
    assertThat(page.fieldNames()).containsExactlyInAnyOrder("system_info", "monit", "processes");
    assertThat(page.getJsonObject("system_info").fieldNames())
        .containsExactlyInAnyOrder("hostname", "uptime");
    assertThat(page.getJsonObject("monit").fieldNames())
        .containsExactlyInAnyOrder("loadavg", "total_mem", "free_mem", "cpu", "interfaces");
    assertThat(page.getJsonObject("monit").getJsonArray("loadavg")).hasSize(3);
    assertThat(page.getJsonArray("processes")).hasSize(2);
    assertThat(Http.get(port, "/", WebDaemon.OF_WEB).json().getJsonArray("processes"))
        .containsExactly(new JsonObject("{\"name\":\"web\",\"pm_id\":0}"));
  }
}
