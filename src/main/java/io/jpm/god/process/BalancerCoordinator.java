package io.jpm.god.process;

import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReport;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.Journal;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.AppAccess;
import io.jpm.os.EnvFileReader;
import io.jpm.supervise.SupervisionEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/// Coordinates processes that listen with ClusterBalancer. Confined to GodVerticle's context.
public final class BalancerCoordinator {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Limits the delay of a start if ClusterBalancer does not answer.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// The variables from env files that affect balancing. No others are sent to ClusterBalancer.
  private static final Set<String> TOLD =
      Set.of("PORT", "SERVER_PORT", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");

  private final Vertx vertx;
  private final Registry registry;
  private final Journal journal;
  private final BiConsumer<SupervisedInstance, SupervisionEvent> supervisor;
  private final AppAccess access;
  private final Promise<Void> begun = Promise.promise();

  /// @param access reads the env files of apps
  public BalancerCoordinator(
      Vertx vertx,
      Registry registry,
      Journal journal,
      AppAccess access,
      BiConsumer<SupervisedInstance, SupervisionEvent> supervisor) {
    this.vertx = vertx;
    this.access = access;
    this.registry = registry;
    this.journal = journal;
    this.supervisor = supervisor;
  }

  /// Begins to receive the reports of ClusterBalancer. Ends with the verticle.
  public Future<Void> listen() {
    return vertx
        .eventBus()
        .<BalancerReport>consumer(
            Addresses.BALANCER_REPORTS,
            message -> {
              switch (message.body()) {
                case BalancerReport.Listening listening -> listens(listening);
                case BalancerReport.Rebalanced(AppName app, String reason) ->
                    begun.future().onSuccess(_ -> remake(app, reason));
              }
            })
        .completion();
  }

  /// Begins to handle changes of the balancing mode. Must be called after adoption, because before
  /// it is unknown which instances run.
  public void start() {
    begun.complete();
  }

  private void listens(BalancerReport.Listening report) {
    registry
        .byWorker(report.worker())
        .filter(supervisedInstance -> supervisedInstance.balancerState.isPresent())
        .ifPresent(supervisedInstance -> {
          LOG.log(Level.DEBUG, "{0} listens on {1}", supervisedInstance.label(), report.address());
          supervisedInstance.listening = true;
          supervisedInstance.notListeningReason = "";
          journal.changed();
          if (supervisedInstance.replacementRole == ReplacementRole.CANDIDATE
              && !supervisedInstance.readinessIsTold()) {
            supervisor.accept(
                supervisedInstance,
                new SupervisionEvent.Ready(supervisedInstance.state.generation()));
          }
          supervisedInstance.completeWaiters();
        });
  }

  private void remake(AppName app, String reason) {
    for (SupervisedInstance supervisedInstance : List.copyOf(registry.ofApp(app))) {
      supervisor.accept(
          supervisedInstance,
          new SupervisionEvent.RestartDue(SupervisionEvent.RestartCause.BALANCE, reason));
    }
  }

  /// Requests the settings that the next process of `instance` needs for balancing. The balancer
  /// state is in the journal when the future completes: if this daemon ends as soon as the process
  /// exists, the next daemon has no other source for it.
  ///
  /// @return [BalancerReply.Prepared] or [BalancerReply.Refused]
  Future<BalancerReply> prepare(SupervisedInstance supervisedInstance) {
    boolean alone = !supervisedInstance.spec.cluster().enabled();
    if (alone) {
      // The instance may have been in cluster mode before.
      released(supervisedInstance);
    }
    supervisedInstance.balanced = true;
    return vertx
        .eventBus()
        .<BalancerReply>request(
            Addresses.BALANCER_COMMAND,
            new BalancerCommand.Prepare(
                supervisedInstance.worker(),
                supervisedInstance.number,
                described(supervisedInstance)),
            within(PATIENCE))
        .map(reply -> reply.body())
        .recover(
            error -> Future.succeededFuture(alone ? BalancerReply.Prepared.PLAIN : silent(error)))
        .compose(reply -> remember(supervisedInstance, reply, alone));
  }

  /// Returns the spec with those variables of its env files that affect balancing.
  private static AppSpec described(SupervisedInstance supervisedInstance) {
    AppSpec spec = supervisedInstance.spec;
    Map<String, String> told = new HashMap<>(supervisedInstance.fileVariables);
    told.keySet().retainAll(TOLD);
    return told.isEmpty()
        ? spec
        : spec.toBuilder().variables(spec.variables().withFiles(told)).build();
  }

  /// Returns the env files' variables of an app in cluster mode, for a process of an earlier
  /// daemon; empty if the files cannot be read any more. Blocking.
  Map<String, String> fileVariables(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.balancerState.isEmpty()
        || !supervisedInstance.spec.cluster().enabled()) {
      return Map.of();
    }
    try {
      return EnvFileReader.read(supervisedInstance.spec, access);
    } catch (IOException unreadable) {
      LOG.log(
          Level.WARNING,
          "{0}: a port in its env files is not known: {1}",
          supervisedInstance.label(),
          unreadable.getMessage());
      return Map.of();
    }
  }

  /// @param alone whether the loss of the balancer state would only prevent a reload without a gap,
  ///   which does not justify waiting for the disk
  private Future<BalancerReply> remember(
      SupervisedInstance supervisedInstance, BalancerReply reply, boolean alone) {
    if (!(reply instanceof BalancerReply.Prepared prepared)) {
      return Future.succeededFuture(reply);
    }
    supervisedInstance.balancerState = Optional.of(prepared.balancerState());
    supervisedInstance.mustListen = prepared.mustListen();
    supervisedInstance.port = prepared.environment().getOrDefault("PORT", "");
    supervisedInstance.notListeningReason = prepared.startHint();
    journal.changed();
    return alone ? Future.succeededFuture(reply) : journal.written().map(reply);
  }

  /// Returns how the current process of `instance` can be replaced by a process of `next`.
  ///
  /// @param lend whether its sockets are kept for the next process of the instance until
  ///   [#finishHandover]
  public Future<BalancerReply.Handover> handover(
      SupervisedInstance supervisedInstance, AppSpec next, boolean lend) {
    if (supervisedInstance.process().isEmpty()) {
      return Future.succeededFuture(new BalancerReply.Handover.NoPort());
    }
    return vertx
        .eventBus()
        .<BalancerReply>request(
            Addresses.BALANCER_COMMAND,
            new BalancerCommand.PrepareHandover(
                supervisedInstance.worker(),
                supervisedInstance.process().orElseThrow(),
                next,
                lend),
            within(PATIENCE))
        .map(reply ->
            reply.body() instanceof BalancerReply.Handover told
                ? told
                : unknown("unexpected answer of ClusterBalancer"))
        .recover(error -> Future.succeededFuture(unknown(String.valueOf(error.getMessage()))));
  }

  private static BalancerReply.Handover unknown(String reason) {
    return new BalancerReply.Handover.Sequential(
        "it is not known what it listens on: " + reason, "", Set.of());
  }

  /// Releases the sockets that [#handover] has kept.
  ///
  /// @param clash the spec of a new process that could not listen while the old one did
  public void finishHandover(SupervisedInstance supervisedInstance, Optional<AppSpec> clash) {
    tell(new BalancerCommand.FinishHandover(supervisedInstance.id, clash));
  }

  private static BalancerReply.Refused silent(Throwable error) {
    LOG.log(Level.WARNING, "ClusterBalancer does not answer: {0}", error.getMessage());
    return new BalancerReply.Refused(
        "its instances cannot share a port: ClusterBalancer does not answer; start it without"
            + " cluster mode, or restart the daemon with jpm update");
  }

  /// Reports that the current process of `instance` runs.
  ///
  /// @param ready whether an earlier daemon has already reported it as ready
  public void processStarted(
      SupervisedInstance supervisedInstance, ProcessIdentity process, boolean ready) {
    supervisedInstance.balancerState.ifPresent(memo -> {
      supervisedInstance.balanced = true;
      tell(
          new BalancerCommand.ProcessStarted(
              supervisedInstance.worker(),
              supervisedInstance.number,
              process,
              described(supervisedInstance),
              memo,
              ready));
    });
  }

  /// Reports that the current process of `instance` is ready for clients.
  public void ready(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.balancerState.isPresent()) {
      tell(new BalancerCommand.Ready(supervisedInstance.worker()));
    }
  }

  /// Passes on a message of Node's own from the process of `generation`.
  ///
  /// @param heard run when the message has been handled, so that a process that sends many messages
  ///   has to wait
  void nodeMessageReceived(
      SupervisedInstance supervisedInstance, long generation, String json, Runnable heard) {
    if (supervisedInstance.balancerState.isPresent()
        && supervisedInstance.state.generation() == generation) {
      vertx
          .eventBus()
          .request(
              Addresses.BALANCER_COMMAND,
              new BalancerCommand.NodeMessageReceived(supervisedInstance.worker(), json))
          .onComplete(_ -> heard.run());
    } else {
      heard.run();
    }
  }

  /// Reports whether the current process of `instance` can take new connections, according to its
  /// readiness probe.
  public void setFit(SupervisedInstance supervisedInstance, boolean fit) {
    if (supervisedInstance.balancerState.isPresent()) {
      tell(new BalancerCommand.SetFit(supervisedInstance.worker(), fit));
    }
  }

  /// Stops new connections to the process of `instance`. Completes when it has no connections left,
  /// or when the drain timeout is over.
  public Future<Void> drain(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.balancerState.isEmpty()) {
      return Future.succeededFuture();
    }
    Duration deadline = supervisedInstance.spec.cluster().drain().plus(PATIENCE);
    return vertx
        .eventBus()
        .<BalancerReply>request(
            Addresses.BALANCER_COMMAND,
            new BalancerCommand.Drain(supervisedInstance.worker()),
            within(deadline))
        .<Void>map(reply -> {
          if (reply.body() instanceof BalancerReply.Drained(int left) && left > 0) {
            LOG.log(
                Level.WARNING,
                "{0} still had {1} connections at the end of its drain_timeout",
                supervisedInstance.label(),
                left);
          }
          return null;
        })
        .recover(error -> {
          LOG.log(
              Level.WARNING,
              "{0} was not drained: {1}",
              supervisedInstance.label(),
              error.getMessage());
          return Future.succeededFuture();
        });
  }

  /// Reports that the current process of `instance` has ended or could not be created.
  void processEnded(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.balancerState.isPresent()) {
      forgetProcess(supervisedInstance);
      tell(new BalancerCommand.ProcessEnded(supervisedInstance.worker()));
    }
  }

  /// Clears the balancer state of a process that has ended.
  public static void forgetProcess(SupervisedInstance supervisedInstance) {
    supervisedInstance.balancerState = Optional.empty();
    supervisedInstance.mustListen = false;
    supervisedInstance.listening = false;
  }

  /// Reports that no process follows the current one of `instance` without a request.
  public void released(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.balanced) {
      supervisedInstance.balanced = false;
      tell(new BalancerCommand.Released(supervisedInstance.worker()));
    }
  }

  private void tell(BalancerCommand news) {
    vertx.eventBus().send(Addresses.BALANCER_COMMAND, news);
  }

  private static DeliveryOptions within(Duration patience) {
    return new DeliveryOptions().setSendTimeout(patience.toMillis());
  }
}
