package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.god.instance.GodContext;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.InstanceSettings;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs God with a fake process host: real Vert.x, real journal, no real processes.
@Timeout(60)
public abstract class GodHarness {
  public static final Duration LONG = Duration.ofSeconds(20);

  @TempDir public Path home;
  public final FakeProcessHost host = new FakeProcessHost();
  public final List<InstanceEvent> events = new CopyOnWriteArrayList<>();
  public final List<LogsCommand> logs = new CopyOnWriteArrayList<>();
  public final FakeBalancer balancer = new FakeBalancer();
  volatile Optional<String> logsProblem = Optional.empty();
  public Vertx vertx;

  @BeforeEach
  public void startDaemon() {
    vertx = Vertx.vertx();
    BusCodec.install(vertx);
    vertx
        .eventBus()
        .<LogsCommand>consumer(
            Addresses.LOGS_COMMAND,
            message -> {
              logs.add(message.body());
              message.reply(
                  logsProblem.<LogsReply>map(LogsReply.Failed::new).orElseGet(LogsReply.Done::new));
            });
    vertx
        .eventBus()
        .<InstanceEvent>consumer(Addresses.GOD_EVENTS, message -> events.add(message.body()));
    balancer.listen(vertx);
    beforeGod();
    var context = new GodContext(host, home, InstantSource.system(), System::nanoTime, () -> 1000);
    await(vertx.deployVerticle(new GodVerticle(context)));
  }

  /// Deploys verticles and consumers that must exist before God.
  public void beforeGod() {}

  @AfterEach
  public void stopDaemon() {
    await(vertx.close());
  }

  /// Does the equivalent of `kill -9` of the daemon followed by the start of a new one.
  public void restartDaemon() {
    stopDaemon();
    events.clear();
    startDaemon();
  }

  public static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(TestDeadline.scaledSeconds(LONG.toSeconds()), TimeUnit.SECONDS);
    } catch (Exception error) {
      throw new AssertionError(error);
    }
  }

  public GodReply ask(GodCommand command) {
    return await(vertx.eventBus().<GodReply>request(Addresses.GOD_COMMAND, command)).body();
  }

  public static AppSpec spec(String name, int instances, RestartPolicy restart) {
    var appCommand =
        new AppCommand(Path.of("/bin/thing"), Optional.empty(), List.of(), List.of("x"));
    return AppSpec.builder(new AppName(name), appCommand, Path.of("/"))
        .variables(EnvironmentVariables.declared(Map.of("A", "1")))
        .instances(InstanceSettings.of(instances))
        .restart(restart)
        .stop(new StopPolicy(Signal.SIGINT, Duration.ofMillis(50), true))
        .build();
  }

  /// Returns a spec in cluster mode. A new process is ready at once, or as soon as it listens if
  /// the one before it did.
  public static AppSpec cluster(String name, int instances) {
    RestartPolicy pm2 = RestartPolicy.DEFAULT;
    return spec(name, instances, pm2).toBuilder().cluster(ClusterSettings.auto()).build();
  }

  public static AppSpec spec(String name) {
    return spec(name, 1, RestartPolicy.DEFAULT);
  }

  public GodReply start(AppSpec... specs) {
    return ask(new GodCommand.StartApps(List.of(specs), ExistingAppPolicy.REFUSE_RUNNING));
  }

  public GodReply act(Action action, String... targets) {
    return ask(new GodCommand.Act(action, List.of(targets)));
  }

  public List<InstanceView> list() {
    return ask(new GodCommand.Show(List.of())).instances();
  }

  public InstanceView only() {
    assertThat(list()).hasSize(1);
    return list().getFirst();
  }

  public void awaitOnline(int restarts) {
    Eventually.await(
        "online after " + restarts,
        LONG,
        () -> only().restarts() == restarts && only().phase() == Phase.ONLINE);
  }
}
