package io.jpm.god.process;

import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReport;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.journal.Journal;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.AppAccess;
import io.jpm.os.EnvFiles;
import io.jpm.supervise.Event;
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

/// What God and ClusterBalancer tell each other about processes that listen. Owned by GodVerticle's
/// context.
public final class BalancerCoordinator {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// A balancer that does not answer must not hold up a start for ever.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// What decides about sharing, beside the description itself: who is asked to share needs no more
  /// of what is in files.
  private static final Set<String> TOLD =
      Set.of("PORT", "SERVER_PORT", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");

  private final Vertx vertx;
  private final Registry registry;
  private final Journal journal;
  private final BiConsumer<Instance, Event> supervisor;
  private final AppAccess access;
  private final Promise<Void> begun = Promise.promise();

  /// @param access reads the files of apps
  public BalancerCoordinator(
      Vertx vertx,
      Registry registry,
      Journal journal,
      AppAccess access,
      BiConsumer<Instance, Event> supervisor) {
    this.vertx = vertx;
    this.access = access;
    this.registry = registry;
    this.journal = journal;
    this.supervisor = supervisor;
  }

  /// Begins to listen; ends with the verticle.
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

  /// All instances are as they are: before, there is no telling which of them run.
  public void begin() {
    begun.complete();
  }

  private void listens(BalancerReport.Listening report) {
    registry
        .of(report.worker())
        .filter(instance -> instance.memo.isPresent())
        .ifPresent(instance -> {
          LOG.log(Level.DEBUG, "{0} listens on {1}", instance.label(), report.address());
          instance.listening = true;
          instance.unready = "";
          journal.changed();
          if (instance.replacementRole == ReplacementRole.CANDIDATE
              && !instance.readinessIsTold()) {
            supervisor.accept(instance, new Event.Ready(instance.state.generation()));
          }
          instance.completeWaiters();
        });
  }

  private void remake(AppName app, String reason) {
    for (Instance instance : List.copyOf(registry.ofApp(app))) {
      supervisor.accept(instance, new Event.RestartDue(Event.Cause.BALANCE, reason));
    }
  }

  /// What the next process of `instance` needs. It is in the journal when this completes: the next
  /// daemon can have it from nowhere else, should this one end as soon as there is a process.
  ///
  /// @return [BalancerReply.Prepared] or [BalancerReply.Refused]
  Future<BalancerReply> prepare(Instance instance) {
    boolean alone = !instance.spec.cluster().enabled();
    if (alone) {
      // It may have been in cluster mode before.
      released(instance);
    }
    instance.balanced = true;
    return vertx
        .eventBus()
        .<BalancerReply>request(
            Addresses.BALANCER_COMMAND,
            new BalancerCommand.Prepare(instance.worker(), instance.number, described(instance)),
            within(PATIENCE))
        .map(reply -> reply.body())
        .recover(
            error -> Future.succeededFuture(alone ? BalancerReply.Prepared.PLAIN : silent(error)))
        .compose(reply -> remember(instance, reply, alone));
  }

  /// Its description, with what its files say of its port and of options of its program.
  private static AppSpec described(Instance instance) {
    AppSpec spec = instance.spec;
    Map<String, String> told = new HashMap<>(instance.fileVariables);
    told.keySet().retainAll(TOLD);
    return told.isEmpty() ? spec : spec.draft().variables(spec.variables().withFiles(told)).build();
  }

  /// What the files of an app in cluster mode say, for a process of an earlier daemon; empty where
  /// they cannot be read any more. Blocking.
  Map<String, String> ofFiles(Instance instance) {
    if (instance.memo.isEmpty() || !instance.spec.cluster().enabled()) {
      return Map.of();
    }
    try {
      return EnvFiles.read(instance.spec, access);
    } catch (IOException unreadable) {
      LOG.log(
          Level.WARNING,
          "{0}: a port in its files is not known: {1}",
          instance.label(),
          unreadable.getMessage());
      return Map.of();
    }
  }

  /// @param alone whether nothing is lost with what is remembered but a reload without a gap: that
  ///   is not worth the wait for the disk
  private Future<BalancerReply> remember(Instance instance, BalancerReply reply, boolean alone) {
    if (!(reply instanceof BalancerReply.Prepared prepared)) {
      return Future.succeededFuture(reply);
    }
    instance.memo = Optional.of(prepared.memo());
    instance.mustListen = prepared.mustListen();
    instance.port = prepared.environment().getOrDefault("PORT", "");
    instance.unready = prepared.unready();
    journal.changed();
    return alone ? Future.succeededFuture(reply) : journal.written().map(reply);
  }

  /// How the present process of `instance` can be replaced by one of `next`.
  ///
  /// @param lend whether its sockets are kept for the next process of that instance, until
  ///   [#giveBack]
  public Future<BalancerReply.Handover> handover(Instance instance, AppSpec next, boolean lend) {
    if (instance.process().isEmpty()) {
      return Future.succeededFuture(new BalancerReply.Handover.NoPort());
    }
    return vertx
        .eventBus()
        .<BalancerReply>request(
            Addresses.BALANCER_COMMAND,
            new BalancerCommand.Lend(
                instance.worker(), instance.process().orElseThrow(), next, lend),
            within(PATIENCE))
        .map(reply ->
            reply.body() instanceof BalancerReply.Handover told
                ? told
                : unknown("ClusterBalancer cannot tell"))
        .recover(error -> Future.succeededFuture(unknown(String.valueOf(error.getMessage()))));
  }

  private static BalancerReply.Handover unknown(String reason) {
    return new BalancerReply.Handover.After(
        "what it listens on is not known: " + reason, "", Set.of());
  }

  /// What [#handover] has lent is not needed any more.
  ///
  /// @param clash what a new process was made by that could not listen beside the old one
  public void giveBack(Instance instance, Optional<AppSpec> clash) {
    tell(new BalancerCommand.Return(instance.id, clash));
  }

  private static BalancerReply.Refused silent(Throwable error) {
    LOG.log(Level.WARNING, "ClusterBalancer does not answer: {0}", error.getMessage());
    return new BalancerReply.Refused(
        "its instances cannot share what they listen on: ClusterBalancer does not answer; start it"
            + " without cluster mode, or restart the daemon with jpm update");
  }

  /// The present process of `instance` runs.
  ///
  /// @param ready whether it was told to be ready by a former daemon
  public void began(Instance instance, ProcessIdentity process, boolean ready) {
    instance.memo.ifPresent(memo -> {
      instance.balanced = true;
      tell(
          new BalancerCommand.Began(
              instance.worker(), instance.number, process, described(instance), memo, ready));
    });
  }

  /// The present process of `instance` is ready for clients.
  public void ready(Instance instance) {
    if (instance.memo.isPresent()) {
      tell(new BalancerCommand.Ready(instance.worker()));
    }
  }

  /// The process of `generation` has sent a message of Node's own.
  ///
  /// @param heard run when it was dealt with, so that who says much waits
  void heard(Instance instance, long generation, String json, Runnable heard) {
    if (instance.memo.isPresent() && instance.state.generation() == generation) {
      vertx
          .eventBus()
          .request(Addresses.BALANCER_COMMAND, new BalancerCommand.Heard(instance.worker(), json))
          .onComplete(_ -> heard.run());
    } else {
      heard.run();
    }
  }

  /// Whether the present process of `instance` is fit for new connections, as its readiness check
  /// tells.
  public void fit(Instance instance, boolean fit) {
    if (instance.memo.isPresent()) {
      tell(new BalancerCommand.Fit(instance.worker(), fit));
    }
  }

  /// Has the process of `instance` get no new connection. Completes when it has none any more, or
  /// the time for that is over.
  public Future<Void> drain(Instance instance) {
    if (instance.memo.isEmpty()) {
      return Future.succeededFuture();
    }
    Duration deadline = instance.spec.cluster().drain().plus(PATIENCE);
    return vertx
        .eventBus()
        .<BalancerReply>request(
            Addresses.BALANCER_COMMAND,
            new BalancerCommand.Drain(instance.worker()),
            within(deadline))
        .<Void>map(reply -> {
          if (reply.body() instanceof BalancerReply.Drained(int left) && left > 0) {
            LOG.log(
                Level.WARNING,
                "{0} had {1} connections when its drain_timeout was over",
                instance.label(),
                left);
          }
          return null;
        })
        .recover(error -> {
          LOG.log(Level.WARNING, "{0} was not drained: {1}", instance.label(), error.getMessage());
          return Future.succeededFuture();
        });
  }

  /// The present process of `instance` has ended, or could not be made.
  void ended(Instance instance) {
    if (instance.memo.isPresent()) {
      forgetProcess(instance);
      tell(new BalancerCommand.Ended(instance.worker()));
    }
  }

  /// What is remembered of a process goes with it.
  public static void forgetProcess(Instance instance) {
    instance.memo = Optional.empty();
    instance.mustListen = false;
    instance.listening = false;
  }

  /// Nothing comes after the present process of `instance` unless somebody asks for it.
  public void released(Instance instance) {
    if (instance.balanced) {
      instance.balanced = false;
      tell(new BalancerCommand.Released(instance.worker()));
    }
  }

  private void tell(BalancerCommand news) {
    vertx.eventBus().send(Addresses.BALANCER_COMMAND, news);
  }

  private static DeliveryOptions within(Duration patience) {
    return new DeliveryOptions().setSendTimeout(patience.toMillis());
  }
}
