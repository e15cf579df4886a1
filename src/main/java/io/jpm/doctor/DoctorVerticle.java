package io.jpm.doctor;

import io.jpm.bus.Addresses;
import io.jpm.bus.DoctorCommand;
import io.jpm.bus.DoctorReply;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.HeartbeatCommand;
import io.jpm.bus.HeartbeatReply;
import io.jpm.bus.InstanceView;
import io.jpm.bus.LogsCommand;
import io.jpm.bus.LogsReply;
import io.jpm.config.Problem;
import io.jpm.config.SettingsOutcome;
import io.jpm.config.SettingsOutcome.Change;
import io.jpm.config.SettingsReader;
import io.jpm.model.Phase;
import io.jpm.os.ProgramSearch;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Gathers facts when it is asked ([DoctorCommand] on [Addresses#DOCTOR_COMMAND]) and has [Doctor]
/// judge them. Whoever does not answer within some seconds is a fact too.
public final class DoctorVerticle extends VerticleBase {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final DoctorContext doctor;

  /// @param doctor what it is told about its daemon
  public DoctorVerticle(DoctorContext doctor) {
    this.doctor = doctor;
  }

  @Override
  public Future<?> start() {
    return vertx
        .eventBus()
        .<DoctorCommand>consumer(Addresses.DOCTOR_COMMAND, this::serve)
        .completion();
  }

  private void serve(Message<DoctorCommand> message) {
    Future<Optional<List<InstanceView>>> instances =
        this.<GodReply, List<InstanceView>>ask(
            Addresses.GOD_COMMAND, new GodCommand.Show(List.of()), GodReply::instances);
    Future<Optional<HeartbeatReply>> heart =
        ask(Addresses.HEARTBEAT_COMMAND, new HeartbeatCommand.Ask(), Function.identity());
    Future.all(instances, heart)
        .compose(_ -> logTroubles(instances.result().orElse(List.of())))
        .compose(troubles ->
            beside(() -> Doctor.findings(facts(instances.result(), heart.result(), troubles))))
        .onSuccess(findings -> message.reply(new DoctorReply(findings)))
        .onFailure(error -> message.fail(1, String.valueOf(error.getMessage())));
  }

  private <M, R> Future<Optional<R>> ask(String address, Object question, Function<M, R> answer) {
    return vertx
        .eventBus()
        .<M>request(address, question, new DeliveryOptions().setSendTimeout(PATIENCE.toMillis()))
        .map(reply -> Optional.of(answer.apply(reply.body())))
        .otherwise(Optional.empty());
  }

  private Future<List<String>> logTroubles(List<InstanceView> instances) {
    List<Future<Optional<String>>> all =
        instances.stream()
            .map(one ->
                this.<LogsReply, String>ask(
                        Addresses.LOGS_COMMAND, new LogsCommand.Ask(one.id()), this::problem)
                    .map(known -> known.filter(what -> !what.isEmpty()))
                    .map(known -> known.map(what -> label(one) + ": " + what)))
            .toList();
    return Future.join(all)
        .map(_ -> all.stream().map(Future::result).flatMap(Optional::stream).toList());
  }

  private String problem(LogsReply reply) {
    return switch (reply) {
      case LogsReply.Status status -> status.problem();
      case LogsReply.Done _, LogsReply.Failed _, LogsReply.Lines _ -> "";
    };
  }

  /// Off the loop, and not behind anything: disks and doors may hang.
  private <T> Future<T> beside(Callable<T> work) {
    return vertx.executeBlocking(work, false).map(Objects::requireNonNull);
  }

  private Facts facts(
      Optional<List<InstanceView>> instances,
      Optional<HeartbeatReply> heart,
      List<String> logTroubles) {
    Path home = doctor.home();
    return new Facts(
        new Facts.Java(
            Runtime.version().feature(),
            Runtime.version().toString(),
            System.getProperty("java.vendor", "unknown vendor")),
        doctor.look().look(),
        new HomeLook(doctor.look(), home, doctor.pid()).facts(instances),
        new BridgeLook(home, PATIENCE).facts(),
        doctor.keeper() ? doctor.look().hasReader(home.resolve("keeper.fifo")) : Optional.empty(),
        heart,
        instances.map(all -> apps(all, logTroubles)),
        settings(SettingsReader.read(doctor.installedSettings(), home.resolve("jpm.json"))),
        programs());
  }

  private Facts.SettingsFacts settings(SettingsOutcome now) {
    return new Facts.SettingsFacts(
        now.problems().stream().map(Problem::toString).toList(),
        now.waitingSince(doctor.booted()).stream().map(Change::toString).toList());
  }

  private static Facts.Apps apps(List<InstanceView> all, List<String> logTroubles) {
    return new Facts.Apps(
        all.size(),
        all.stream()
            .filter(one -> one.phase() == Phase.ERRORED)
            .map(one -> label(one) + ": " + one.reason())
            .toList(),
        logTroubles);
  }

  private static String label(InstanceView one) {
    return "%s (%s)".formatted(one.spec().name(), one.id());
  }

  private Map<String, Optional<Path>> programs() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.of("node", "java", "python3")
        .collect(
            Collectors.toMap(
                Function.identity(), name -> ProgramSearch.find(name, doctor.home(), path)));
  }
}
