package io.jpm.doctor;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.AccessCommand;
import io.jpm.bus.access.AccessReply;
import io.jpm.bus.access.IssuedToken;
import io.jpm.bus.daemon.DoctorReply;
import io.jpm.bus.daemon.DoctorRequest;
import io.jpm.bus.daemon.HeartbeatCommand;
import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.config.settings.SettingsOutcome;
import io.jpm.config.settings.SettingsOutcome.Change;
import io.jpm.config.settings.SettingsReader;
import io.jpm.config.values.Problem;
import io.jpm.model.process.Phase;
import io.jpm.os.ProgramFinder;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Collects facts on request ([DoctorRequest] on [Addresses#DOCTOR_COMMAND]) and replies with the
/// findings of [Doctor]. If a verticle does not answer within a few seconds, that is reported as a
/// finding.
public final class DoctorVerticle extends VerticleBase {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final DoctorContext doctor;

  public DoctorVerticle(DoctorContext doctor) {
    this.doctor = doctor;
  }

  @Override
  public Future<?> start() {
    return vertx
        .eventBus()
        .<DoctorRequest>consumer(Addresses.DOCTOR_COMMAND, this::serve)
        .completion();
  }

  private void serve(Message<DoctorRequest> message) {
    Future<Optional<List<InstanceView>>> instances =
        this.<GodReply, List<InstanceView>>ask(
            Addresses.GOD_COMMAND, new GodCommand.Show(List.of()), GodReply::instances);
    Future<Optional<HeartbeatReply>> heart =
        ask(Addresses.HEARTBEAT_COMMAND, new HeartbeatCommand.GetStatus(), Function.identity());
    Future<Optional<SystemReport.Tokens>> tokens =
        ask(Addresses.ACCESS_COMMAND, new AccessCommand.ListTokens(), DoctorVerticle::tokens);
    Future.all(instances, heart, tokens)
        .compose(_ -> logProblems(instances.result().orElse(List.of())))
        .compose(troubles ->
            runInParallel(() ->
                Doctor.findings(
                    facts(
                        instances.result(),
                        heart.result(),
                        tokens
                            .result()
                            .orElseGet(() -> unknown("the token service did not answer")),
                        troubles))))
        .onSuccess(findings -> message.reply(new DoctorReply(findings)))
        .onFailure(error -> message.fail(1, String.valueOf(error.getMessage())));
  }

  private <M, R> Future<Optional<R>> ask(String address, Object question, Function<M, R> answer) {
    return vertx
        .eventBus()
        .<M>request(address, question, new DeliveryOptions().setSendTimeout(TIMEOUT.toMillis()))
        .map(reply -> Optional.of(answer.apply(reply.body())))
        .otherwise(Optional.empty());
  }

  private static SystemReport.Tokens tokens(AccessReply reply) {
    Instant now = InstantSource.system().instant();
    return switch (reply) {
      case AccessReply.Tokens(List<IssuedToken> all) ->
          new SystemReport.Tokens(
              all.size(),
              all.stream()
                  .filter(token -> token.expiresSoon(now))
                  .map(token ->
                      "%s at %s"
                          .formatted(
                              token.name(), token.expires().map(Instant::toString).orElse("?")))
                  .toList(),
              Optional.empty());
      case AccessReply.Refused(String why) -> unknown(why);
      case AccessReply.Created _, AccessReply.Revoked _, AccessReply.Authenticated _ ->
          unknown("unexpected reply");
    };
  }

  private static SystemReport.Tokens unknown(String why) {
    return new SystemReport.Tokens(0, List.of(), Optional.of(why));
  }

  private Future<List<String>> logProblems(List<InstanceView> instances) {
    List<Future<Optional<String>>> all =
        instances.stream()
            .map(one ->
                this.<LogsReply, String>ask(
                        Addresses.LOGS_COMMAND, new LogsCommand.GetStatus(one.id()), this::problem)
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

  /// Runs `work` on a worker thread, in parallel with other work, because disks and sockets may
  /// block for a long time.
  private <T> Future<T> runInParallel(Callable<T> work) {
    return vertx.executeBlocking(work, false).map(Objects::requireNonNull);
  }

  private SystemReport facts(
      Optional<List<InstanceView>> instances,
      Optional<HeartbeatReply> heart,
      SystemReport.Tokens tokens,
      List<String> logTroubles) {
    Path home = doctor.home();
    return new SystemReport(
        new SystemReport.Java(
            Runtime.version().feature(),
            Runtime.version().toString(),
            System.getProperty("java.vendor", "unknown vendor")),
        doctor.inspector().facts(),
        new HomeInspection(doctor.inspector(), home, doctor.pid()).facts(instances),
        new BridgeProbe(home, TIMEOUT).facts(),
        doctor.keeper()
            ? doctor.inspector().hasReader(home.resolve("keeper.fifo"))
            : Optional.empty(),
        heart,
        instances.map(all -> apps(all, logTroubles)),
        tokens,
        settings(SettingsReader.read(doctor.installedSettings(), home.resolve("jpm.json"))),
        programs());
  }

  private SystemReport.SettingsFacts settings(SettingsOutcome now) {
    return new SystemReport.SettingsFacts(
        now.problems().stream().map(Problem::toString).toList(),
        now.pendingSince(doctor.bootSettings()).stream().map(Change::toString).toList());
  }

  private static SystemReport.Apps apps(List<InstanceView> all, List<String> logTroubles) {
    return new SystemReport.Apps(
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
                Function.identity(), name -> ProgramFinder.find(name, doctor.home(), path)));
  }
}
