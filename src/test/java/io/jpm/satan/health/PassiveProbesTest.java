package io.jpm.satan.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.logs.FlowControlAck;
import io.jpm.bus.logs.LineLease;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ProbeHandler;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.WorkerId;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.NotifyAddress;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.satan.health.PassiveProbe.ProbeSignal;
import io.jpm.satan.health.PassiveProbe.ProbeSubscription;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.LinesMessage;
import io.jpm.wire.LinesMessage.Line;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PassiveProbesTest {
  private static final AppName WEB = new AppName("web");

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final List<LineLease> leases = new CopyOnWriteArrayList<>();
  private final List<ProbeSignal> signals = new CopyOnWriteArrayList<>();
  private HostFixture fixture;
  private Path home;
  private PassiveProbes passiveProbes;

  @BeforeEach
  void open(@TempDir Path dir) {
    BusCodec.install(vertx);
    home = dir;
    fixture = new HostFixture(new LinuxProcessHost(), dir);
    passiveProbes =
        on(() -> Future.succeededFuture(new PassiveProbes(vertx, fixture.host(), home)));
    await(
        vertx
            .eventBus()
            .<LineLease>consumer(
                Addresses.LINE_LEASES,
                message -> {
                  leases.add(message.body());
                  message.reply(new FlowControlAck());
                })
            .completion());
  }

  @AfterEach
  void close() {
    fixture.close();
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(late);
    }
  }

  private <T> T on(Supplier<Future<T>> action) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(_ -> action.get().onComplete(promise));
    return await(promise.future());
  }

  private ProbeSubscription subscribe(WorkerId worker, ProbeHandler probeHandler) {
    var appCommand =
        new AppCommand(Path.of("/bin/app"), java.util.Optional.empty(), List.of(), List.of());
    AppSpec spec = AppSpec.builder(WEB, appCommand, home).build();
    var startMonitoring = new SatanCommand.StartMonitoring(worker, spec, Map.of(), false);
    return on(() -> passiveProbes.open(startMonitoring, probeHandler, signals::add));
  }

  private static WorkerId worker(int id, long incarnation) {
    return new WorkerId(new InstanceId(id), incarnation, 1);
  }

  private void print(int id, long incarnation, String... texts) {
    List<Line> lines =
        List.of(texts).stream()
            .map(text -> new Line(id, "out", Instant.EPOCH, text, false, false, incarnation))
            .toList();
    vertx
        .eventBus()
        .publish(Addresses.linesOf("web"), new LinesMessage("web", 1, 0, lines).toJson());
    // The reply means that the lines were processed.
    assertThat(await(vertx.eventBus().request(Addresses.SATAN_LINES, new FlowControlAck())).body())
        .isEqualTo(new FlowControlAck());
  }

  private void awaitSigns(ProbeSignal... expected) {
    Eventually.await(
        List.of(expected).toString(),
        HostFixture.DEADLINE,
        () -> signals.equals(List.of(expected)),
        () -> signals);
  }

  @Test
  void onlyLinesOfTheProbedProcessCount() {
    subscribe(worker(3, 20), new ProbeHandler.Log("read[y]"));
    assertThat(leases).contains(new LineLease(Addresses.SATAN_LINES, Set.of("web")));
    print(2, 20, "ready");
    print(3, 10, "ready");
    print(3, 20, "not yet");
    print(3, 20, "I am ready", "ready");
    awaitSigns(new ProbeSignal.Line("I am ready"));
  }

  @Test
  void closedSubscriptionReceivesNoSignalsAndEndsTheLease() {
    ProbeSubscription one = subscribe(worker(1, 1), new ProbeHandler.Log("x"));
    ProbeSubscription two = subscribe(worker(2, 1), new ProbeHandler.Log("x"));
    on(() -> {
      one.close();
      return Future.succeededFuture();
    });
    print(1, 1, "x");
    print(2, 1, "x2");
    awaitSigns(new ProbeSignal.Line("x2"));
    assertThat(leases.getLast().apps()).containsExactly("web");
    on(() -> {
      two.close();
      return Future.succeededFuture();
    });
    Eventually.await(
        "the line lease is given up",
        HostFixture.DEADLINE,
        () -> leases.getLast().apps().isEmpty());
  }

  @Test
  void invalidPatternIsReportedAsASentence() {
    assertThatThrownBy(() -> subscribe(worker(1, 1), new ProbeHandler.Log("(")))
        .hasMessageContaining("log: \"(\" is not a regular expression: ");
  }

  @Test
  void notifySignalsAreReceivedFromTheStartOfTheProcess() {
    WorkerId worker = new WorkerId(new InstanceId(7), 42, 3);
    ProbeSubscription probeSubscription = subscribe(worker, new ProbeHandler.Notify());
    String address = NotifyAddress.of(home, worker, io.jpm.model.RunAs.DAEMON);
    assertThat(address).isEqualTo(home + "/notify/7-42-3");
    Spawned app =
        fixture.start(
            fixture.withVariable(
                fixture.withTag(
                    fixture.request(
                        "/usr/bin/python3",
                        "-c",
                        """
                        import os, socket, signal
                        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                        s.sendto(b"READY=1\\nSTATUS=fine", os.environ["NOTIFY_SOCKET"])
                        signal.pause()
                        """),
                    home + ":7-42:3"),
                NotifyAddress.VARIABLE,
                address));
    on(() -> {
      probeSubscription.processStarted(app.child().identity());
      return Future.succeededFuture();
    });
    awaitSigns(new ProbeSignal.Ready(), new ProbeSignal.StatusChanged("fine"));
    on(() -> {
      probeSubscription.close();
      return Future.succeededFuture();
    });
    Eventually.await(
        "the notify socket is removed",
        HostFixture.DEADLINE,
        () -> !java.nio.file.Files.exists(Path.of(address)));
  }

  @Test
  void frequentlyChangingStatusIsThrottledAndItsLastValueReported() {
    on(() -> {
      var statusReports =
          new StatusReports(vertx, text -> signals.add(new ProbeSignal.StatusChanged(text)));
      for (int i = 0; i < 1000; i++) {
        statusReports.update("step " + i);
      }
      return Future.succeededFuture();
    });
    awaitSigns(new ProbeSignal.StatusChanged("step 0"), new ProbeSignal.StatusChanged("step 999"));
  }
}
