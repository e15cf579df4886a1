package io.jpm.god.process;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.logs.FlowControlAck;
import io.jpm.bus.logs.LineLease;
import io.jpm.model.AppName;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ProcessHost;
import io.jpm.wire.LinesMessage;
import io.jpm.wire.LinesMessage.Line;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Collects the thread dump of a Java program that is replaced because it hangs. On SIGQUIT, a JVM
/// prints the dump to standard output, even if it runs as another user or its threads are blocked.
/// The dump is captured in the app's log like all output, and is also copied to a separate file.
/// Confined to God's context.
public final class ThreadDumps {
  private static final Logger LOG = System.getLogger("jpm.god");
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /// The beginning of the last line of the thread list, which is followed by information about the
  /// heap.
  private static final String LAST = "JNI global refs";

  private static final String FIRST = "Full thread dump";
  private static final Duration REST = Duration.ofMillis(200);
  private static final int MOST_CHARACTERS = 8 * 1024 * 1024;

  private final Vertx vertx;
  private final ProcessHost host;
  private final DumpFolder folder;
  private final Map<WorkerId, Dump> running = new HashMap<>();
  private Optional<Future<Void>> answering = Optional.empty();

  /// Creates the collector, which is confined to the current context of `vertx`.
  ///
  /// @param host requests the thread dump
  /// @param home the daemon's home directory
  /// @param wallClock the clock for the timestamps in the file names
  public ThreadDumps(Vertx vertx, ProcessHost host, Path home, InstantSource wallClock) {
    this.vertx = vertx;
    this.host = host;
    this.folder = new DumpFolder(home.resolve("dumps"), wallClock);
  }

  /// Requests a thread dump from the first JVM in the tree of a process.
  ///
  /// @return a future that never fails. It completes within about 2 seconds with the path of the
  ///   file; empty if the tree contains no JVM or if the JVM printed nothing within that time
  public Future<Optional<String>> collect(ProcessIdentity process, AppName app, WorkerId worker) {
    Dump known = running.get(worker);
    if (known != null) {
      return known.done.future();
    }
    var dump = new Dump(app, worker);
    running.put(worker, dump);
    long end = vertx.setTimer(PATIENCE.toMillis(), _ -> dump.over.tryComplete());
    answering()
        .compose(_ -> dump.listen())
        .compose(_ -> want())
        .compose(_ -> BlockingCalls.call(vertx, () -> host.requestThreadDump(process)))
        .onSuccess(asked -> {
          if (!asked) {
            dump.over.tryComplete();
          }
        })
        .onFailure(dump.over::tryFail);
    dump.over
        .future()
        .onComplete(_ -> {
          vertx.cancelTimer(end);
          running.remove(worker);
          dump.consumer.unregister();
          want();
        })
        .compose(_ -> kept(dump))
        .recover(fault -> {
          LOG.log(
              Level.WARNING,
              "{0}:{1}: no thread dump could be collected: {2}",
              app,
              worker.id(),
              fault);
          return Future.succeededFuture(Optional.empty());
        })
        .onComplete(dump.done);
    return dump.done.future();
  }

  private Future<Optional<String>> kept(Dump dump) {
    return dump.text.isEmpty()
        ? Future.succeededFuture(Optional.empty())
        : BlockingCalls.call(
            vertx,
            () -> Optional.of(folder.store(dump.app, dump.worker.id(), dump.text.toString())));
  }

  private Future<Void> answering() {
    Future<Void> begun =
        answering.orElseGet(() ->
            vertx
                .eventBus()
                .<FlowControlAck>consumer(Addresses.GOD_LINES, asked -> asked.reply(asked.body()))
                .completion());
    answering = Optional.of(begun);
    return begun;
  }

  private Future<?> want() {
    Set<String> apps =
        running.values().stream().map(dump -> dump.app.value()).collect(Collectors.toSet());
    return vertx
        .eventBus()
        .request(Addresses.LINE_LEASES, new LineLease(Addresses.GOD_LINES, apps));
  }

  /// A thread dump in progress.
  private final class Dump {
    private final AppName app;
    private final WorkerId worker;
    private final MessageConsumer<JsonObject> consumer;
    private final StringBuilder text = new StringBuilder();
    private final Promise<Void> over = Promise.promise();
    private final Promise<Optional<String>> done = Promise.promise();

    Dump(AppName app, WorkerId worker) {
      this.app = app;
      this.worker = worker;
      this.consumer = vertx.eventBus().consumer(Addresses.linesOf(app.value()));
    }

    Future<Void> listen() {
      consumer.handler(
          message -> LinesMessage.fromJson(message.body()).lines().forEach(this::take));
      return consumer.completion();
    }

    private void take(Line line) {
      boolean own =
          line.id() == worker.id().value()
              && line.incarnation() == worker.incarnation()
              && line.stream().equals("out");
      boolean inside = !text.isEmpty() || line.text().contains(FIRST);
      if (!own || !inside || text.length() > MOST_CHARACTERS) {
        return;
      }
      text.append(line.text()).append(line.partial() ? "" : "\n");
      if (line.text().startsWith(LAST)) {
        vertx.setTimer(REST.toMillis(), _ -> over.tryComplete());
      }
    }
  }
}
