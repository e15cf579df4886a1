package io.jpm.console;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusMessage;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.daemon.DaemonCommand;
import io.jpm.bus.god.AppChange;
import io.jpm.bus.god.ConfigWatchCommand;
import io.jpm.bus.god.ConfigWatchReply;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogSearch.Span;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReply;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.model.AppSpec;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.wire.EventMessage;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Test doubles of the other verticles, as far as the console uses them. They record the messages
/// that they receive and answer from lists that the test fills.
public final class FakeServices {
  public final List<InstanceView> instances = new CopyOnWriteArrayList<>();

  /// Limits of started apps that are not enforced, as a message.
  String unenforced = "";

  final List<BusMessage> received = new CopyOnWriteArrayList<>();
  public final List<LogsReply.Line> past = new CopyOnWriteArrayList<>();
  final List<EventMessage> events = new CopyOnWriteArrayList<>();
  final List<DaemonCommand> daemon = new CopyOnWriteArrayList<>();

  /// Whether a start returns the listed instances of an app of the same name, if there are some.
  volatile boolean startsKnown;

  /// Whether actions wait for [#release].
  public volatile boolean slow;

  /// Whether God receives commands without answering.
  public volatile boolean mute;

  public volatile boolean satanSilent;

  /// Probe results that Satan reports.
  volatile Map<ProcessIdentity, HealthReport> health = Map.of();

  public volatile Function<GodCommand, List<String>> problems = _ -> List.of();

  /// Changes that God reports when a file is planned or applied.
  volatile List<AppChange> changes = List.of();

  /// Problems in watched process files.
  volatile List<ConfigWatchReply.RejectedFile> troubles = List.of();

  /// Remarks of God about the saved list.
  volatile List<String> notes = List.of();

  /// State of the captures that LogAggregator reports.
  volatile LogsReply.Status capture = LogsReply.Status.NONE;

  /// Answer of ClusterBalancer; empty: no answer.
  volatile Optional<BalancerReply> balance = Optional.empty();

  /// Reason for which LogAggregator refuses requests; empty: it does not.
  volatile Optional<String> logsProblem = Optional.empty();

  private volatile Optional<Runnable> held = Optional.empty();
  private final Vertx vertx;
  private final EventBus bus;
  private final Map<Path, Message<LogsCommand>> followers = new HashMap<>();

  public FakeServices(Vertx vertx) {
    this.vertx = vertx;
    this.bus = vertx.eventBus();
    vertx.eventBus().<HistoryCommand>consumer(Addresses.HISTORY_COMMAND, this::history);
    vertx.eventBus().<GodCommand>consumer(Addresses.GOD_COMMAND, this::god);
    vertx
        .eventBus()
        .<ConfigWatchCommand>consumer(
            Addresses.CONFIG_WATCH_COMMAND,
            message -> message.reply(new ConfigWatchReply(troubles)));
    vertx.eventBus().<SatanCommand>consumer(Addresses.SATAN_COMMAND, this::satan);
    vertx.eventBus().<LogsCommand>consumer(Addresses.LOGS_COMMAND, this::logs);
    vertx.eventBus().<BalancerCommand>consumer(Addresses.BALANCER_COMMAND, this::balance);
    vertx
        .eventBus()
        .<DaemonCommand>consumer(Addresses.DAEMON_COMMAND, stop -> daemon.add(stop.body()));
  }

  private void history(Message<HistoryCommand> message) {
    received.add(message.body());
    List<EventMessage> all = List.copyOf(events);
    message.reply(
        switch (message.body()) {
          case HistoryCommand.After(long sequence, var app, int limit) ->
              new HistoryReply(
                  all.stream()
                      .filter(
                          e -> e.seq() > sequence && app.filter(a -> !a.equals(e.app())).isEmpty())
                      .limit(limit)
                      .toList(),
                  all.isEmpty() ? 0 : Math.max(0, all.getFirst().seq() - sequence - 1),
                  all.isEmpty() ? 0 : all.getLast().seq());
          case HistoryCommand.Latest(var app, int limit) -> {
            List<EventMessage> mine =
                all.stream().filter(e -> app.filter(a -> !a.equals(e.app())).isEmpty()).toList();
            yield new HistoryReply(
                mine.subList(Math.max(0, mine.size() - limit), mine.size()),
                0,
                all.isEmpty() ? 0 : all.getLast().seq());
          }
        });
  }

  /// Stores an event and publishes it as History does.
  void publishEvent(EventMessage event) {
    events.add(event);
    bus.publish(Addresses.EVENTS, event.toJson());
  }

  private void god(Message<GodCommand> message) {
    GodCommand command = message.body();
    received.add(command);
    if (mute) {
      return;
    }
    List<String> found = problems.apply(command);
    switch (command) {
      case GodCommand.Idempotent _, GodCommand.GetOutcome _ ->
          throw new AssertionError("no command of these tests can be repeated");
      case GodCommand.Show(List<String> targets) ->
          message.reply(new GodReply(instancesOf(targets), found));
      case GodCommand.Act(var action, List<String> targets, _, _) -> {
        List<InstanceView> acted = instancesOf(targets);
        if (action == GodCommand.Action.DELETE) {
          instances.removeAll(acted);
        }
        answer(() -> message.reply(new GodReply(acted, found)));
      }
      case GodCommand.Reload(var targets, var specs, _, _, _, _) -> {
        List<InstanceView> reloaded =
            new ArrayList<>(targets.isEmpty() ? List.of() : instancesOf(targets));
        specs.forEach(spec -> reloaded.addAll(instancesOf(spec)));
        answer(() -> message.reply(new GodReply(reloaded, found)));
      }
      case GodCommand.Scale scale -> {
        List<InstanceView> before = instancesOf(List.of(scale.target()));
        if (found.isEmpty() && !before.isEmpty()) {
          scale(before, scale);
        }
        List<InstanceView> after = before.isEmpty() ? before : instancesOf(List.of(scale.target()));
        answer(() -> message.reply(new GodReply(after, found, List.of(), notes)));
      }
      case GodCommand.StartApps(var specs, _, _, _) when startsKnown -> {
        List<InstanceView> started = new ArrayList<>();
        specs.forEach(spec -> started.addAll(instancesOf(spec)));
        answer(() -> message.reply(new GodReply(started, found)));
      }
      case GodCommand.StartApps(var specs, _, _, _) -> {
        List<InstanceView> started = new ArrayList<>();
        if (found.isEmpty()) {
          specs.forEach(spec ->
              started.add(
                  Instances.withUnenforcedLimits(
                      Instances.online(instances.size() + started.size(), spec, 0), unenforced)));
        }
        instances.addAll(started);
        answer(() -> message.reply(new GodReply(started, found)));
      }
      case GodCommand.Apply _ ->
          answer(() -> message.reply(GodReply.ofChanges(List.of(), found, changes)));
      case GodCommand.ListFiles _ -> message.reply(GodReply.ofFiles(List.of()));
      case GodCommand.WatchFile(var file) -> message.reply(GodReply.ofFiles(List.of(file)));
      case GodCommand.WriteInput(String target, String _) ->
          message.reply(
              new GodReply(found.isEmpty() ? instancesOf(List.of(target)) : List.of(), found));
      case GodCommand.SendSignal order ->
          message.reply(new GodReply(instancesOf(order.targets()), found));
      case GodCommand.Reset(List<String> targets) ->
          message.reply(new GodReply(instancesOf(targets), found));
      case GodCommand.UpdateSpec order ->
          message.reply(new GodReply(instancesOf(List.of(order.app().value())), found));
      case GodCommand.Trigger _,
          GodCommand.SendMessage _,
          GodCommand.Ping _,
          GodCommand.RejectFile _ ->
          message.reply(new GodReply(List.of(), found));
      case GodCommand.Save _, GodCommand.ClearDump _, GodCommand.Resurrect _ ->
          message.reply(
              new GodReply(
                  found.isEmpty() ? List.copyOf(instances) : List.of(), found, List.of(), notes));
      case GodCommand.DeleteAll() -> {
        List<InstanceView> ended = List.copyOf(instances);
        instances.clear();
        answer(() -> message.reply(new GodReply(ended, found)));
      }
    }
  }

  /// Returns the instances of an app; adds one if there is none.
  private List<InstanceView> instancesOf(AppSpec spec) {
    List<InstanceView> known = instancesOf(List.of(spec.name().value()));
    if (!known.isEmpty()) {
      return known;
    }
    instances.add(Instances.online(instances.size(), spec, 0));
    return List.of(instances.getLast());
  }

  private void scale(List<InstanceView> before, GodCommand.Scale order) {
    AppSpec spec = before.getFirst().spec();
    int wanted =
        switch (order.step()) {
          case TO -> order.number();
          case BY -> before.size() + order.number();
        };
    for (int number = before.size(); number < wanted; number++) {
      instances.add(Instances.online(instances.size(), spec, number));
    }
    instances.removeAll(before.subList(Math.min(wanted, before.size()), before.size()));
  }

  /// Publishes an event as God does within the daemon.
  void publishInstanceEvent(InstanceEvent.Kind kind, InstanceView instance) {
    bus.publish(Addresses.GOD_EVENTS, new InstanceEvent(kind, instance, Instances.NOW));
  }

  private void balance(Message<BalancerCommand> message) {
    received.add(message.body());
    if (message.body() instanceof BalancerCommand.PreviewReload) {
      message.reply(new BalancerReply.Done());
    } else {
      balance.ifPresent(message::reply);
    }
  }

  private void answer(Runnable reply) {
    if (slow) {
      held = Optional.of(reply);
    } else {
      reply.run();
    }
  }

  /// Reports whether a slow action waits for [#release].
  boolean isReplyHeld() {
    return held.isPresent();
  }

  /// Completes a slow action.
  public void release() {
    held.ifPresent(Runnable::run);
  }

  private List<InstanceView> instancesOf(List<String> targets) {
    return instances.stream()
        .filter(instance ->
            targets.isEmpty()
                || targets.contains("all")
                || targets.contains(instance.spec().name().value())
                || targets.contains(instance.id().toString()))
        .toList();
  }

  private void satan(Message<SatanCommand> message) {
    if (!satanSilent
        && message.body() instanceof SatanCommand.Sample(List<ProcessIdentity> all, _)) {
      message.reply(
          new SatanReply.Sampled(
              all.stream()
                  .collect(
                      Collectors.<ProcessIdentity, ProcessIdentity, MeasuredUsage>toMap(
                          process -> process, _ -> Instances.LOAD))));
    }
    if (!satanSilent && message.body() instanceof SatanCommand.GetHealth) {
      message.reply(new SatanReply.Health(health));
    }
  }

  private synchronized void logs(Message<LogsCommand> message) {
    received.add(message.body());
    switch (message.body()) {
      case LogsCommand.Seek seek -> message.reply(new LogsReply.Lines(List.of(), searches(seek)));
      case LogsCommand.Read(List<Span> spans, _) -> message.reply(page(spans));
      case LogsCommand.Follow(List<LogPosition> positions, _, var timeout) -> {
        positions.forEach(position -> followers.put(position.log(), message));
        vertx.setTimer(timeout.toMillis(), _ -> stopWaiting(message, positions));
      }
      case LogsCommand.Flush _, LogsCommand.Reopen _ ->
          message.reply(
              logsProblem.<LogsReply>map(LogsReply.Failed::new).orElseGet(LogsReply.Done::new));
      case LogsCommand.GetStatus _ -> message.reply(capture);
      case LogsCommand.Open _, LogsCommand.Close _, LogsCommand.Limits _ ->
          throw new AssertionError(message.body());
    }
  }

  /// Answers a search in two steps.
  private static LogsReply.Searches searches(LogsCommand.Seek seek) {
    return new LogsReply.Searches(
        seek.searches().stream()
            .map(search -> {
              var begin = LogPosition.startOf(search.log());
              var end = new LogPosition(search.log(), begin.part(), seek.lines() == 0 ? 0 : 7);
              var span = new Span(begin, end);
              return search.span().isEmpty() ? search.extended(span, 0) : search.finished(span);
            })
            .toList());
  }

  /// Returns past lines in pages of a thousand. The offset identifies the page.
  private LogsReply.Lines page(List<Span> spans) {
    List<Path> logs = spans.stream().map(span -> span.from().log()).toList();
    List<LogsReply.Line> mine = past.stream().filter(line -> logs.contains(line.log())).toList();
    int from = (int) spans.getFirst().from().scannedTo() * 1000;
    int to = Math.min(from + 1000, mine.size());
    boolean more = to < mine.size();
    return new LogsReply.Lines(
        mine.subList(Math.min(from, to), to),
        new LogsReply.Positions(
            spans.stream()
                .map(span ->
                    more
                        ? new LogPosition(
                            span.from().log(), span.from().part(), 0, span.from().scannedTo() + 1)
                        : span.to())
                .toList(),
            more));
  }

  /// Reports whether a follower waits for lines of `file`.
  public synchronized boolean isFollowed(Path file) {
    return followers.containsKey(file);
  }

  /// Answers a follower without lines if it is still waiting.
  private synchronized void stopWaiting(
      Message<LogsCommand> follower, List<LogPosition> positions) {
    if (followers.values().removeIf(follower::equals)) {
      follower.reply(new LogsReply.Lines(List.of(), new LogsReply.Positions(positions, false)));
    }
  }

  /// Prints a line of an app to its follower.
  public synchronized void printLine(Path file, String text) {
    Message<LogsCommand> follower = followers.get(file);
    if (follower == null
        || !(follower.body() instanceof LogsCommand.Follow(List<LogPosition> positions, _, _))) {
      throw new AssertionError("no follower of " + file);
    }
    positions.forEach(position -> followers.remove(position.log()));
    follower.reply(
        new LogsReply.Lines(
            List.of(new LogsReply.Line(file, Instances.NOW, text, LogPosition.startOf(file))),
            new LogsReply.Positions(positions, false)));
  }

  public <T extends BusMessage> List<T> received(Class<T> type) {
    return received.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
