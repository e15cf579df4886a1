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

/// Exchanges messages with ClusterBalancer about the processes that share ports. Confined to
/// GodVerticle's context.
public final class BalancerCoordinator {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Timeout of requests to ClusterBalancer, which limits how long a start is delayed.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// The variables from env files that affect balancing. Only these are sent to ClusterBalancer.
  private static final Set<String> TOLD =
      Set.of("PORT", "SERVER_PORT", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");

  private final Vertx vertx;
  private final Registry registry;
  private final Journal journal;
  private final BiConsumer<SupervisedInstance, SupervisionEvent> supervisor;
  private final AppAccess access;
  private final Promise<Void> begun = Promise.promise();

  /// Creates the coordinator. It acts on reports only after [#listen] and [#start].
  ///
  /// @param access reads the env files of the apps
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

  /// Subscribes to the reports of ClusterBalancer until the verticle is undeployed.
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

  /// Starts to handle changes of the balancing mode. Must be called after adoption, because until
  /// then it is not known which instances are running.
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
              && !supervisedInstance.hasExplicitReadiness()) {
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

  /// Requests the settings that the next process of the instance needs for balancing. If the app is
  /// in cluster mode, the journal contains the balancer state when the future completes. The daemon
  /// may exit as soon as the process exists, and the next daemon can read this state only from the
  /// journal.
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

  /// Returns the spec with those variables from its env files that affect balancing.
  private static AppSpec described(SupervisedInstance supervisedInstance) {
    AppSpec spec = supervisedInstance.spec;
    Map<String, String> told = new HashMap<>(supervisedInstance.fileVariables);
    told.keySet().retainAll(TOLD);
    return told.isEmpty()
        ? spec
        : spec.toBuilder().variables(spec.variables().withFiles(told)).build();
  }

  /// Returns the variables from the env files of an app in cluster mode, for a process of an
  /// earlier daemon. Returns an empty map if the files can no longer be read. Blocking.
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
          "{0}: its env files cannot be read ({1}), so a port set in them is unknown",
          supervisedInstance.label(),
          unreadable.getMessage());
      return Map.of();
    }
  }

  /// Records the balancer state of the next process.
  ///
  /// @param alone whether the app is not in cluster mode. Losing the balancer state would then only
  ///   prevent a reload without downtime, which does not justify waiting for the disk.
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

  /// Returns how the current process of the instance can be replaced by a process with the spec
  /// `next`.
  ///
  /// @param lend whether to keep the sockets of the process for the next one until
  ///   [#finishHandover] is called
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
                : unknown("unexpected reply from ClusterBalancer"))
        .recover(error -> Future.succeededFuture(unknown(String.valueOf(error.getMessage()))));
  }

  private static BalancerReply.Handover unknown(String reason) {
    return new BalancerReply.Handover.Sequential(
        "its listening sockets are not known: " + reason, "", Set.of());
  }

  /// Releases the sockets that [#handover] kept.
  ///
  /// @param clash the spec of a new process that could not listen while the old one still listened;
  ///   empty if there was no conflict
  public void finishHandover(SupervisedInstance supervisedInstance, Optional<AppSpec> clash) {
    tell(new BalancerCommand.FinishHandover(supervisedInstance.id, clash));
  }

  private static BalancerReply.Refused silent(Throwable error) {
    LOG.log(Level.WARNING, "ClusterBalancer does not answer: {0}", error.getMessage());
    return new BalancerReply.Refused(
        "its instances cannot share a port because the load balancer (ClusterBalancer) is not"
            + " responding: start the app without cluster mode, or restart the daemon with jpm update");
  }

  /// Notifies ClusterBalancer that the current process of the instance is running.
  ///
  /// @param ready whether an earlier daemon has already reported the process as ready
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

  /// Notifies ClusterBalancer that the current process of the instance is ready for clients.
  public void ready(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.balancerState.isPresent()) {
      tell(new BalancerCommand.Ready(supervisedInstance.worker()));
    }
  }

  /// Forwards an internal message of Node from the process of `generation`.
  ///
  /// @param heard run when the message has been handled, so that a process that sends many messages
  ///   is throttled
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

  /// Notifies ClusterBalancer whether the current process of the instance can accept new
  /// connections, according to its readiness probe.
  public void setFit(SupervisedInstance supervisedInstance, boolean fit) {
    if (supervisedInstance.balancerState.isPresent()) {
      tell(new BalancerCommand.SetFit(supervisedInstance.worker(), fit));
    }
  }

  /// Stops sending new connections to the process of the instance. Completes when the process has
  /// no connections left or when the drain timeout has expired.
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
                "{0} still had {1} connections when its drain_timeout expired",
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

  /// Notifies ClusterBalancer that the current process of the instance has exited or could not be
  /// created.
  void processEnded(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.balancerState.isPresent()) {
      forgetProcess(supervisedInstance);
      tell(new BalancerCommand.ProcessEnded(supervisedInstance.worker()));
    }
  }

  /// Clears the balancer state of a process that has exited.
  public static void forgetProcess(SupervisedInstance supervisedInstance) {
    supervisedInstance.balancerState = Optional.empty();
    supervisedInstance.mustListen = false;
    supervisedInstance.listening = false;
  }

  /// Notifies ClusterBalancer that the current process of the instance will not be replaced by
  /// another one unless a user requests it.
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
