package io.jpm.logs;

import io.jpm.bus.Addresses;
import io.jpm.bus.LogsCommand;
import io.jpm.bus.LogsReply;
import io.jpm.bus.OffLoop;
import io.jpm.logs.read.LogFileAccess;
import io.jpm.logs.read.LogReading;
import io.jpm.model.InstanceId;
import io.jpm.os.Capture;
import io.jpm.os.LogPipe;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Captures what every instance prints and reads it back to whoever asks. Serves [LogsCommand]s on
/// [Addresses#LOGS_COMMAND].
public final class LogAggregatorVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.logs");

  /// How often the files of a follower are looked at.
  private static final long LOOK_MILLIS = 100;

  /// How often losses are looked for.
  private static final long DROPS_MILLIS = 10_000;

  private final ProcessHost host;
  private LogReading reading = readingIn(Path.of("/"));
  private boolean knowsHome;
  private final Map<InstanceId, Captures> captures = new HashMap<>();

  /// How many dropped bytes the log has been told of.
  private final Map<Captures, Long> told = new HashMap<>();

  private record Captures(LogsCommand.Open order, Capture out, Capture error) {
    /// Whether it does what is asked; not if somebody has moved a file away.
    boolean serves(LogsCommand.Open asked) {
      return order.equals(asked)
          && Files.exists(order.files().out())
          && Files.exists(order.files().error());
    }

    long dropped() {
      return out.droppedBytes() + error.droppedBytes();
    }

    void close() {
      out.close();
      error.close();
    }

    void closeAndRemove() {
      out.closeAndRemove();
      error.closeAndRemove();
    }
  }

  /// @param host who moves the bytes
  public LogAggregatorVerticle(ProcessHost host) {
    this.host = host;
  }

  private static LogReading readingIn(Path home) {
    return new LogReading(home, LogFileAccess.DIRECT, InstantSource.system());
  }

  /// The pipes are in a folder of the home.
  private void learnHome(Path pipe) {
    Path folder = pipe.getParent();
    Path home = folder == null ? null : folder.getParent();
    if (!knowsHome && home != null) {
      knowsHome = true;
      reading = readingIn(home);
    }
  }

  @Override
  public Future<?> start() {
    vertx.setPeriodic(DROPS_MILLIS, _ -> tellOfDrops());
    return vertx.eventBus().<LogsCommand>consumer(Addresses.LOGS_COMMAND, this::serve).completion();
  }

  @Override
  public Future<?> stop() {
    List<Captures> all = List.copyOf(captures.values());
    captures.clear();
    return OffLoop.call(
        vertx,
        () -> {
          all.forEach(Captures::close);
          reading.close();
          return true;
        });
  }

  /// Lines that are lost are never lost silently.
  private void tellOfDrops() {
    for (Captures capture : captures.values()) {
      long before = told.getOrDefault(capture, 0L);
      long now = capture.dropped();
      if (now > before) {
        told.put(capture, now);
        LOG.log(
            Level.WARNING,
            "{0} bytes of the output of id {1} were dropped: {2} or {3} cannot take them",
            Long.toString(now - before),
            capture.order().id(),
            capture.order().files().out(),
            capture.order().files().error());
      }
    }
    told.keySet().retainAll(captures.values());
  }

  private void serve(Message<LogsCommand> message) {
    Future<? extends LogsReply> reply =
        switch (message.body()) {
          case LogsCommand.Open open -> open(open);
          case LogsCommand.Close(InstanceId id) -> close(id);
          case LogsCommand.Limits _, LogsCommand.Flush _, LogsCommand.Reopen _, LogsCommand.Ask _ ->
              Future.succeededFuture(new LogsReply.Done());
          case LogsCommand.Seek seek -> read(from -> from.seek(seek));
          case LogsCommand.Read read -> read(from -> from.read(read));
          case LogsCommand.Follow follow -> follow(follow);
        };
    reply.onComplete(result ->
        message.reply(
            result.succeeded()
                ? result.result()
                : new LogsReply.Failed("internal error: " + result.cause())));
  }

  private Future<LogsReply> open(LogsCommand.Open order) {
    learnHome(order.outFifo());
    Captures present = captures.get(order.id());
    return OffLoop.call(
            vertx,
            () -> present != null && present.serves(order) ? present : replace(present, order))
        .<LogsReply>map(made -> {
          captures.put(order.id(), made);
          return new LogsReply.Done();
        })
        .recover(error -> {
          captures.remove(order.id());
          String problem = String.valueOf(error.getMessage());
          LOG.log(Level.ERROR, "{0}", problem);
          return Future.succeededFuture(new LogsReply.Failed(problem));
        });
  }

  private Captures replace(@Nullable Captures present, LogsCommand.Open order) throws IOException {
    if (present != null) {
      present.close();
    }
    Capture out = host.capture(new LogPipe(order.outFifo(), order.files().out()));
    try {
      return new Captures(
          order, out, host.capture(new LogPipe(order.errorFifo(), order.files().error())));
    } catch (IOException half) {
      out.close();
      throw half;
    }
  }

  private Future<LogsReply> close(InstanceId id) {
    Captures present = captures.remove(id);
    if (present == null) {
      return Future.succeededFuture(new LogsReply.Done());
    }
    return OffLoop.call(
        vertx,
        () -> {
          present.closeAndRemove();
          return new LogsReply.Done();
        });
  }

  /// Beside all else: it may take a while.
  private Future<LogsReply> read(Function<LogReading, LogsReply> question) {
    LogReading from = reading;
    return vertx.executeBlocking(() -> question.apply(from), false).map(Objects::requireNonNull);
  }

  private Future<LogsReply> follow(LogsCommand.Follow follow) {
    return look(follow, Math.max(1, follow.patience().toMillis() / LOOK_MILLIS));
  }

  private Future<LogsReply> look(LogsCommand.Follow follow, long looks) {
    return read(from -> from.onwards(follow))
        .compose(reply -> {
          if (looks <= 1
              || !(reply
                  instanceof
                  LogsReply.Lines(var lines, LogsReply.Positions(var positions, boolean more)))
              || !lines.isEmpty()) {
            return Future.succeededFuture(reply);
          }
          var next = new LogsCommand.Follow(positions, follow.filter(), follow.patience());
          return more
              ? look(next, looks - 1)
              : vertx.timer(LOOK_MILLIS, TimeUnit.MILLISECONDS).compose(_ -> look(next, looks - 1));
        });
  }
}
