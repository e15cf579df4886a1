package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.mode.BalancerBackend;
import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.bus.balancer.BalancerReport;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.Strategy;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ProcessHost;
import io.jpm.testing.Eventually;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Tests which backend receives the commands for an app, with backends that only record their
/// calls.
@Timeout(120)
class ClusterBalancerVerticleTest {
  private static final AppName APP = new AppName("web");
  private static final WorkerId WORKER = new WorkerId(new InstanceId(0), 1, 1);

  /// A system that supports shared sockets, of which none is open.
  private static final ListenSocketRegistry NO_SOCKETS =
      (ListenSocketRegistry)
          Proxy.newProxyInstance(
              ListenSocketRegistry.class.getClassLoader(),
              new Class<?>[] {ListenSocketRegistry.class},
              (_, _, _) -> List.of());

  private final Vertx vertx = Vertx.vertx();
  private final CompletableFuture<Optional<ListenSocketRegistry>> sockets =
      new CompletableFuture<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<BalancerReport> reports = new CopyOnWriteArrayList<>();
  private volatile Optional<BalancerBackend.Observer> verticle = Optional.empty();

  @BeforeEach
  void deploy() {
    BusCodec.install(vertx);
    vertx
        .eventBus()
        .<BalancerReport>consumer(
            Addresses.BALANCER_REPORTS, message -> reports.add(message.body()));
    ProcessHost host =
        (ProcessHost)
            Proxy.newProxyInstance(
                ProcessHost.class.getClassLoader(),
                new Class<?>[] {ProcessHost.class},
                (_, method, _) -> {
                  assertThat(method.getName()).isEqualTo("listenSockets");
                  return sockets.join();
                });
    var context = new BalancerContext(host, Path.of("").toAbsolutePath(), System::nanoTime);
    Map<BalancingMode, BackendFactory> ways =
        Map.of(
            BalancingMode.NODE,
            recordingBackend(BalancingMode.NODE),
            BalancingMode.PROXY,
            recordingBackend(BalancingMode.PROXY));
    BalancerFixture.await(
        vertx.deployVerticle(new ClusterBalancerVerticle(context, ways, Duration.ofMinutes(1))));
  }

  @AfterEach
  void close() {
    sockets.complete(Optional.empty());
    BalancerFixture.await(vertx.close());
  }

  private BackendFactory recordingBackend(BalancingMode mode) {
    return (_, _, observer) -> {
      verticle = Optional.of(observer);
      calls.add(mode.keyword() + " made");
      return new RecordingBackend(mode);
    };
  }

  private final class RecordingBackend implements BalancerBackend {
    private final BalancingMode mode;

    private RecordingBackend(BalancingMode mode) {
      this.mode = mode;
    }

    private void record(String what) {
      calls.add(mode.keyword() + " " + what);
    }

    @Override
    public Future<BalancerReply> prepare(BalancerCommand.Prepare order) {
      record("prepare, port " + order.spec().cluster().port().orElse(0));
      return Future.succeededFuture(
          new Prepared(List.of(), List.of(), Map.of(), List.of(), true, "memo"));
    }

    @Override
    public void processStarted(BalancerCommand.ProcessStarted news) {
      record("began " + news.balancerState());
    }

    @Override
    public void messageReceived(WorkerId worker, String json) {
      record("heard " + json);
    }

    @Override
    public Future<Integer> drain(WorkerId worker) {
      record("drain");
      return Future.succeededFuture(3);
    }

    @Override
    public void processTerminated(WorkerId worker) {
      record("ended " + worker.generation());
    }

    @Override
    public void released(WorkerId worker) {
      record("released " + worker.generation());
    }

    @Override
    public List<String> addresses(AppName app) {
      return List.of("*:8080");
    }

    @Override
    public String strategy(AppName app) {
      return "kernel";
    }

    @Override
    public Future<Void> close() {
      return Future.succeededFuture();
    }
  }

  private static AppSpec app() {
    var appCommand =
        new AppCommand(Path.of("/app.js"), Optional.of(Path.of("/bin/node")), List.of(), List.of());
    return AppSpec.builder(APP, appCommand, Path.of("/"))
        .cluster(BalancerFixture.cluster(BalancingMode.NODE, Optional.<Strategy>empty(), List.of()))
        .build();
  }

  private BalancerCommand.ProcessStarted began(String memo) {
    return new BalancerCommand.ProcessStarted(
        WORKER, 0, new ProcessIdentity("boot", 1, 1), app(), memo);
  }

  private Future<BalancerReply> ask(BalancerCommand command) {
    return vertx
        .eventBus()
        .<BalancerReply>request(Addresses.BALANCER_COMMAND, command)
        .map(reply -> reply.body());
  }

  @Test
  void deploymentDoesNotWaitForTheHostAndCommandsKeepTheirOrder() {
    assertThat(calls).isEmpty();
    Future<BalancerReply> first = ask(began("node kernel"));
    vertx
        .eventBus()
        .send(
            Addresses.BALANCER_COMMAND,
            new BalancerCommand.NodeMessageReceived(WORKER, "\"hello\""));
    Future<BalancerReply> drained = ask(new BalancerCommand.Drain(WORKER));
    assertThat(first.isComplete()).isFalse();
    sockets.complete(Optional.empty());
    assertThat(BalancerFixture.await(drained)).isEqualTo(new BalancerReply.Drained(3));
    BalancerFixture.await(first);
    assertThat(calls)
        .containsExactly("node made", "node began kernel", "node heard \"hello\"", "node drain");
  }

  @Test
  void modeChangeIsRefusedOnReloadAndWaitsForOldProcessesOnRestart() {
    sockets.complete(Optional.of(NO_SOCKETS));
    AppSpec proxied = app().toBuilder().cluster(proxy()).build();
    var before = new WorkerId(WORKER.id(), WORKER.incarnation(), 1);
    var beside = new WorkerId(new InstanceId(1), WORKER.incarnation(), 1);
    BalancerFixture.await(ask(new BalancerCommand.Prepare(before, 0, proxied)));
    BalancerFixture.await(ask(new BalancerCommand.Prepare(beside, 1, proxied)));

    var candidate = new WorkerId(WORKER.id(), WORKER.incarnation() + 1, 1);
    assertThat(BalancerFixture.await(ask(new BalancerCommand.Prepare(candidate, 0, app()))))
        .isInstanceOfSatisfying(
            BalancerReply.Refused.class,
            refused -> assertThat(refused.reason()).contains("instead of proxy", "jpm restart"));

    calls.clear();
    BalancerFixture.await(ask(new BalancerCommand.ProcessEnded(before)));
    Future<BalancerReply> next =
        ask(
            new BalancerCommand.Prepare(
                new WorkerId(before.id(), before.incarnation(), 2), 0, app()));
    BalancerFixture.await(ask(new BalancerCommand.GetStatus(APP, WORKER.id())));
    assertThat(next.isComplete()).isFalse();
    BalancerFixture.await(ask(new BalancerCommand.ProcessEnded(beside)));
    assertThat(((Prepared) BalancerFixture.await(next)).balancerState()).isEqualTo("node memo");
    assertThat(calls)
        .containsExactlyInAnyOrder(
            "proxy ended 1",
            "proxy ended 1",
            "proxy released 1",
            "proxy released 1",
            "node made",
            "node prepare, port 0");
  }

  @Test
  void appIsRefusedUntilTheAppThatHoldsItsPortIsReleased() {
    sockets.complete(Optional.of(NO_SOCKETS));
    BalancerFixture.await(
        ask(new BalancerCommand.Prepare(WORKER, 0, app().toBuilder().cluster(proxy()).build())));
    AppSpec other =
        AppSpec.builder(new AppName("other"), app().command(), app().cwd())
            .cluster(proxy())
            .build();
    var second = new WorkerId(new InstanceId(1), 2, 1);
    assertThat(BalancerFixture.await(ask(new BalancerCommand.Prepare(second, 0, other))))
        .isInstanceOfSatisfying(
            BalancerReply.Refused.class,
            refused -> assertThat(refused.reason()).contains("8080", "the app \"web\""));
    BalancerFixture.await(ask(new BalancerCommand.ProcessEnded(WORKER)));
    BalancerFixture.await(ask(new BalancerCommand.Released(WORKER)));
    assertThat(BalancerFixture.await(ask(new BalancerCommand.Prepare(second, 0, other))))
        .isInstanceOf(Prepared.class);
  }

  private static ClusterSettings proxy() {
    return new ClusterSettings(
        true,
        BalancingMode.PROXY,
        Optional.empty(),
        OptionalInt.of(8080),
        List.of(),
        ClusterSettings.DEFAULT_DRAIN,
        ProxyProtocol.NONE);
  }

  @Test
  void unsuitableAppSwitchesToTheProxyWithTheObservedPort() {
    sockets.complete(Optional.of(NO_SOCKETS));
    BalancerFixture.await(ask(began("node kernel")));
    vertx.runOnContext(_ -> verticle.orElseThrow().unsuitable(APP, "it listens past us"));
    Eventually.await(
        "the new mode is reported", BalancerFixture.DEADLINE, () -> !reports.isEmpty());
    assertThat(reports).containsExactly(new BalancerReport.Rebalanced(APP, "it listens past us"));

    calls.clear();
    var next = new WorkerId(WORKER.id(), WORKER.incarnation(), 2);
    BalancerReply reply = BalancerFixture.await(ask(new BalancerCommand.Prepare(next, 0, app())));
    assertThat(((Prepared) reply).balancerState()).isEqualTo("proxy memo");
    assertThat(calls).containsExactly("node released 1", "proxy made", "proxy prepare, port 8080");
    assertThat(BalancerFixture.await(ask(new BalancerCommand.GetStatus(APP, WORKER.id()))))
        .isEqualTo(
            new BalancerReply.Status(
                BalancingMode.PROXY, "it listens past us", "kernel", List.of("*:8080"), Map.of()));
  }
}
