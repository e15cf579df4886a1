package io.jpm.console.monit;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.HealthReport;
import io.jpm.console.cli.ConsoleAudit;
import io.jpm.console.cli.Verb;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.InstanceListing;
import io.jpm.model.process.InstanceId;
import io.jpm.wire.ConsoleInput;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs one session of `jpm monit`. It answers each request from the client immediately with the
/// lines that have changed, based on the data known at that time. Requests to other verticles run
/// in the background and never delay an answer. A client that sends no requests costs nothing.
///
/// Confined to the session's context.
final class MonitScreen {
  private static final long REFRESHED_AFTER = Duration.ofSeconds(1).toNanos();
  private static final Size USUAL = new Size(80, 24);

  private final Session session;
  private final CommandCall.Audit audit;
  private final DaemonClient daemonClient;
  private final ConsoleContext context;
  private final MonitCommand.Clock clock;
  private final MonitUsage usage;
  private final MonitLog log;
  private final Painter painter;
  private final MonitSettings monitSettings = new MonitSettings();
  private final KeyReader reader = new KeyReader();
  private final List<Key> keys = new ArrayList<>();
  private final Promise<ExitCode> ended = Promise.promise();
  private Picture picture = Picture.NONE;
  private Size size;
  private List<InstanceView> instances = List.of();
  private Optional<HealthReport> health = Optional.empty();
  private boolean refreshing;
  private long refreshedNanos;

  MonitScreen(
      CommandCall commandCall,
      DaemonClient daemonClient,
      ConsoleContext context,
      MonitCommand.Clock clock,
      MonitUsage usage,
      TerminalFeatures terminalFeatures) {
    this.session = commandCall.session();
    this.audit = commandCall.audit();
    this.daemonClient = daemonClient;
    this.context = context;
    this.clock = clock;
    this.usage = usage;
    this.log = new MonitLog(daemonClient, context.timing());
    this.painter = new Painter(terminalFeatures);
    int cols = session.tty().cols();
    int rows = session.tty().rows();
    this.size = cols > 0 && rows > 0 ? new Size(cols, rows) : USUAL;
  }

  /// Draws the screen until the user quits or the client is gone.
  ///
  /// @param show the query for the instances to show
  /// @param known the current instances
  Future<ExitCode> run(GodCommand.Show show, List<InstanceView> known) {
    instances = known;
    refreshedNanos = clock.nanos().getAsLong();
    session.onInput(this::onInput);
    session
        .ended()
        .onComplete(_ -> {
          usage.end();
          ended.tryComplete(ExitCode.OK);
        });
    answers(show);
    return ended.future();
  }

  private void onInput(@Nullable Object said) {
    ConsoleInput input = ConsoleInput.read(said);
    keys.addAll(reader.read(input.keys()));
    if (input.cols() > 0 && input.rows() > 0) {
      size = new Size(input.cols(), input.rows());
    }
  }

  private void answers(GodCommand.Show show) {
    session
        .awaitDemand()
        .map(_ -> renderNext(show))
        .onSuccess(goesOn -> {
          if (goesOn) {
            answers(show);
          } else {
            ended.tryComplete(ExitCode.OK);
          }
        })
        .onFailure(failure -> {
          if (session.isOver()) {
            ended.tryComplete(ExitCode.OK);
          } else {
            ended.tryFail(failure);
          }
        });
  }

  /// Handles the keys that have arrived and answers the client's request with the changed lines.
  ///
  /// @return false if the user has quit
  private boolean renderNext(GodCommand.Show show) {
    boolean typed = !keys.isEmpty();
    for (Key key : List.copyOf(keys)) {
      MonitAction monitAction = monitSettings.press(key, monitFrame()).orElse(null);
      if (monitAction instanceof MonitAction.Quit) {
        return false;
      }
      if (monitAction != null) {
        carryOut(monitAction);
      }
    }
    keys.clear();
    long now = clock.nanos().getAsLong();
    usage.renew(now);
    MonitFrame monitFrame = monitFrame();
    // While keys arrive, the user may only be moving past an app, so its log is not fetched yet.
    if (!typed
        && !monitSettings.selectedIn(monitFrame).map(InstanceView::id).equals(log.instance())) {
      log.show(monitSettings.selectedIn(monitFrame));
      health = Optional.empty();
    }
    log.poll();
    if (!refreshing && now - refreshedNanos >= REFRESHED_AFTER) {
      refresh(show);
    }
    usage.show(monitSettings.visible(monitFrame).stream().map(InstanceView::id).toList());
    draw();
    return true;
  }

  private MonitFrame monitFrame() {
    Instant now = context.clock().instant();
    Duration up = Duration.between(clock.started(), now);
    var hostFacts = new HostFacts(context.version(), context.pid(), up, usage.host());
    var monitData =
        new MonitData(instances, usage.uses(), usage.charts(), hostFacts, log.tail(), health, now);
    return monitSettings.arrange(monitData, size);
  }

  private void draw() {
    Picture next = painter.paint(monitFrame(), monitSettings);
    String changes = next.since(picture);
    picture = next;
    if (changes.isEmpty()) {
      session.acknowledge();
    } else {
      session.out(changes);
    }
  }

  /// Requests the instances from God, and the health of the selected instance from Satan.
  private void refresh(GodCommand.Show show) {
    refreshing = true;
    daemonClient
        .god(show)
        .onSuccess(this::refreshed)
        .onFailure(failure -> monitSettings.showNotice(String.valueOf(failure.getMessage())))
        .onComplete(_ -> {
          refreshing = false;
          refreshedNanos = clock.nanos().getAsLong();
        });
  }

  private void refreshed(GodReply reply) {
    instances = reply.instances();
    Set<InstanceId> ids = new HashSet<>();
    instances.forEach(instance -> ids.add(instance.id()));
    usage.keep(ids);
    monitSettings.selectedIn(monitFrame()).ifPresent(this::askHealth);
  }

  private void askHealth(InstanceView instance) {
    var alone =
        new InstanceListing(List.of(instance), Map.of(), context.clock().instant(), context.user());
    daemonClient
        .withHealth(alone)
        .onSuccess(found -> {
          if (log.instance().equals(Optional.of(instance.id()))) {
            health = found.health().values().stream().findFirst();
          }
        });
  }

  private void carryOut(MonitAction monitAction) {
    GodCommand command =
        switch (monitAction) {
          case MonitAction.Restart(var id, _) -> act(GodCommand.Action.RESTART, id);
          case MonitAction.Stop(var id, _) -> act(GodCommand.Action.STOP, id);
          case MonitAction.Start(var id, _) -> act(GodCommand.Action.START, id);
          case MonitAction.Reload(var app) ->
              new GodCommand.Reload(List.of(app.value()), List.of(), 1, Optional.empty());
          case MonitAction.Scale(var app, int by) ->
              new GodCommand.Scale(app.value(), GodCommand.Scale.Step.BY, by);
          case MonitAction.Quit() -> throw new IllegalArgumentException("Quit has no command");
        };
    monitSettings.showNotice(monitAction.progress() + "…");
    daemonClient
        .god(command)
        .onSuccess(reply -> {
          audit.recordChange(change(monitAction), reply.problems().isEmpty());
          monitSettings.showNotice(
              reply.problems().isEmpty()
                  ? monitAction.progress() + ": done"
                  : String.join("; ", reply.problems()));
          refreshedNanos -= REFRESHED_AFTER; // show the result immediately
        })
        .onFailure(failure -> {
          audit.recordChange(change(monitAction), false);
          monitSettings.showNotice(String.valueOf(failure.getMessage()));
        });
  }

  private static ConsoleAudit.Change change(MonitAction monitAction) {
    return switch (monitAction) {
      case MonitAction.Restart(var id, _) -> change(Verb.RESTART, id);
      case MonitAction.Stop(var id, _) -> change(Verb.STOP, id);
      case MonitAction.Start(var id, _) -> change(Verb.START, id);
      case MonitAction.Reload(var app) -> change(Verb.RELOAD, app);
      case MonitAction.Scale(var app, _) -> change(Verb.SCALE, app);
      case MonitAction.Quit() -> throw new IllegalArgumentException("Quit does not change an app");
    };
  }

  private static ConsoleAudit.Change change(Verb verb, Object whom) {
    return new ConsoleAudit.Change(verb.keyword(), List.of(whom.toString()));
  }

  private static GodCommand act(GodCommand.Action action, InstanceId id) {
    return new GodCommand.Act(action, List.of(id.toString()));
  }
}
