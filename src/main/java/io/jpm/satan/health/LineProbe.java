package io.jpm.satan.health;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.jpm.bus.Addresses;
import io.jpm.bus.logs.FlowControlAck;
import io.jpm.bus.logs.LineLease;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.model.AppName;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.satan.health.PassiveProbe.ProbeSignal;
import io.jpm.satan.health.PassiveProbe.ProbeSubscription;
import io.jpm.wire.LinesMessage;
import io.jpm.wire.LinesMessage.Line;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Subscribes to the lines of apps for log probes. A separate thread searches the lines for
/// patterns. No further lines are published to this subscriber until that thread has processed the
/// previous ones. If an app prints faster than that, only the probe of that app misses lines.
/// Confined to the context that created it.
final class LineProbe {
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Map<AppName, App> apps = new HashMap<>();
  private Optional<WorkerExecutor> readers = Optional.empty();
  private Optional<Future<Void>> answering = Optional.empty();
  private Future<?> work = Future.succeededFuture();
  private long renewal = NO_TIMER;

  LineProbe(Vertx vertx) {
    this.vertx = vertx;
  }

  /// The subscriptions to the lines of one app.
  private record App(MessageConsumer<JsonObject> consumer, List<Subscription> ears) {}

  /// Opens a log probe, see [PassiveProbe#open].
  Future<ProbeSubscription> open(
      SatanCommand.StartMonitoring attended, String pattern, Consumer<ProbeSignal> signs) {
    Subscription ear;
    try {
      ear = new Subscription(attended, Pattern.compile(pattern), signs);
    } catch (PatternSyntaxException wrong) {
      return Future.failedFuture(
          "log: \"%s\" is not a regular expression: %s".formatted(pattern, wrong.getDescription()));
    }
    return answering().compose(_ -> listen(ear)).compose(_ -> want()).map(ear);
  }

  /// Starts to answer the flow-control requests that LogAggregator sends before it publishes more
  /// lines.
  private Future<Void> answering() {
    Future<Void> begun =
        answering.orElseGet(() ->
            vertx
                .eventBus()
                .<FlowControlAck>consumer(
                    Addresses.SATAN_LINES, asked -> work.onComplete(_ -> asked.reply(asked.body())))
                .completion());
    answering = Optional.of(begun);
    return begun;
  }

  private Future<Void> listen(Subscription ear) {
    App known = apps.get(ear.app);
    if (known != null) {
      known.ears().add(ear);
      return Future.succeededFuture();
    }
    MessageConsumer<JsonObject> consumer =
        vertx
            .eventBus()
            .consumer(
                Addresses.linesOf(ear.app.value()), message -> printed(ear.app, message.body()));
    apps.put(ear.app, new App(consumer, new ArrayList<>(List.of(ear))));
    return consumer.completion();
  }

  private Future<Void> want() {
    if (apps.isEmpty()) {
      vertx.cancelTimer(renewal);
      renewal = NO_TIMER;
    } else if (renewal == NO_TIMER) {
      renewal = vertx.setPeriodic(LineLease.RENEWAL.toMillis(), _ -> tell());
    }
    return tell();
  }

  private Future<Void> tell() {
    List<String> names = apps.keySet().stream().map(AppName::value).toList();
    return vertx
        .eventBus()
        .request(Addresses.LINE_LEASES, new LineLease(Addresses.SATAN_LINES, Set.copyOf(names)))
        .recover(
            silent -> Future.failedFuture("cannot read the app's output: " + silent.getMessage()))
        .mapEmpty();
  }

  private void printed(AppName name, JsonObject json) {
    App app = apps.get(name);
    if (app == null) {
      return;
    }
    List<Line> lines = LinesMessage.fromJson(json).lines();
    List<Subscription> ears = List.copyOf(app.ears());
    WorkerExecutor reader =
        readers.orElseGet(() -> vertx.createSharedWorkerExecutor("jpm-patterns", 1));
    readers = Optional.of(reader);
    work = reader.executeBlocking(() -> found(lines, ears)).onSuccess(LineProbe::tell);
  }

  /// Searches the lines for the pattern of each subscription. Must be called on the thread for
  /// patterns.
  private static Map<Subscription, String> found(List<Line> lines, List<Subscription> ears) {
    Map<Subscription, String> found = new HashMap<>();
    for (Subscription ear : ears) {
      ear.find(lines).ifPresent(line -> found.put(ear, line));
    }
    return found;
  }

  private static void tell(Map<Subscription, String> found) {
    found.forEach((ear, line) -> ear.tell(new ProbeSignal.Line(line)));
  }

  /// The subscription of one log probe, for one pattern in the lines of one process.
  private final class Subscription implements ProbeSubscription {
    private final WorkerId worker;
    private final AppName app;
    private final Consumer<ProbeSignal> signs;
    private boolean closed;

    /// Confined to the thread for patterns.
    private final LineMatcher pattern;

    Subscription(
        SatanCommand.StartMonitoring attended, Pattern pattern, Consumer<ProbeSignal> signs) {
      this.worker = attended.worker();
      this.app = attended.spec().name();
      this.pattern = new LineMatcher(pattern);
      this.signs = signs;
    }

    Optional<String> find(List<Line> lines) {
      return pattern.find(
          lines.stream()
              .filter(line ->
                  line.id() == worker.id().value() && line.incarnation() == worker.incarnation())
              .toList());
    }

    void tell(ProbeSignal probeSignal) {
      if (!closed) {
        signs.accept(probeSignal);
      }
    }

    @Override
    public void processStarted(ProcessIdentity process) {
      // Nothing to do: the subscription receives the output of the process from its beginning.
    }

    @Override
    public void close() {
      closed = true;
      App listened = apps.get(app);
      if (listened != null && listened.ears().remove(this) && listened.ears().isEmpty()) {
        apps.remove(app);
        listened.consumer().unregister();
        want();
      }
    }
  }
}
