package io.jpm.logs;

import io.jpm.bus.Addresses;
import io.jpm.bus.FileErrors;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.logs.lines.LineCollector;
import io.jpm.logs.lines.LinePublisher;
import io.jpm.logs.read.LogReader;
import io.jpm.logs.write.LogCapture;
import io.jpm.logs.write.LogClock;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Captures the output of all instances and reads it back from the log files. Serves [LogsCommand]s
/// on [Addresses#LOGS_COMMAND]. Publishes the lines of an app on [Addresses#linesOf] while a
/// subscriber holds a lease for them.
///
/// The output itself is moved by the pipe thread and the disk threads ([LogCapture]).
public final class LogAggregatorVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.logs");

  /// The interval at which the files of a [LogsCommand.Follow] are checked for new lines.
  private static final long LOOK_MILLIS = 100;

  private static final long TIDY_MILLIS = TimeUnit.HOURS.toMillis(1);
  private static final int THREADS = 8;

  private final LineCollector lines = new LineCollector();
  private final LazyLogCapture lazyLogCapture;
  private final LogReader reading;
  private @Nullable WorkerExecutor workers;
  private @Nullable LinePublisher publisher;

  /// Creates the verticle of one home.
  ///
  /// @param host provides the pipes and the access to the log files
  /// @param home the daemon's home directory
  /// @param clock the wall clock and the monotonic clock
  public LogAggregatorVerticle(ProcessHost host, Path home, LogClock clock) {
    this.lazyLogCapture = new LazyLogCapture(host, home, clock, lines);
    this.reading = new LogReader(home, lazyLogCapture.access(), clock.wall());
  }

  @Override
  public Future<?> start() {
    // A separate pool, because a hung disk must not delay blocking work of other verticles.
    workers = vertx.createSharedWorkerExecutor("jpm-logs", THREADS);
    vertx.setPeriodic(TIDY_MILLIS, _ -> lazyLogCapture.made().ifPresent(LogCapture::cleanUp));
    var publishing = new LinePublisher(vertx, lines);
    publisher = publishing;
    return Future.all(
        publishing.start(),
        vertx.eventBus().<LogsCommand>consumer(Addresses.LOGS_COMMAND, this::serve).completion());
  }

  @Override
  public Future<?> stop() {
    if (publisher != null) {
      publisher.stop();
    }
    return call(() -> {
      lazyLogCapture.close();
      reading.close();
      return true;
    });
  }

  private void serve(Message<LogsCommand> message) {
    Future<? extends LogsReply> reply =
        switch (message.body()) {
          case LogsCommand.Open open -> done(() -> lazyLogCapture.open(open));
          case LogsCommand.Close close ->
              done(() -> {
                lazyLogCapture.close(close);
                lines.removeStreams(close);
              });
          case LogsCommand.Limits limits -> done(() -> lazyLogCapture.limits(limits));
          case LogsCommand.Flush(var ids) -> done(() -> lazyLogCapture.flush(ids));
          case LogsCommand.Reopen() -> done(lazyLogCapture::reopen);
          case LogsCommand.GetStatus getStatus -> call(() -> lazyLogCapture.status(getStatus));
          case LogsCommand.Seek seek ->
              call(() -> {
                lazyLogCapture.users(seek.users());
                return reading.seek(seek);
              });
          case LogsCommand.Read read -> call(() -> reading.read(read));
          case LogsCommand.Follow follow -> follow(follow);
        };
    reply.onComplete(result -> message.reply(answer(result.result(), result.cause())));
  }

  private static LogsReply answer(LogsReply reply, Throwable failure) {
    return switch (failure) {
      case null -> reply;
      case IOException problem -> {
        String sentence = String.valueOf(problem.getMessage());
        LOG.log(Level.ERROR, "{0}", sentence);
        yield new LogsReply.Failed(sentence);
      }
      default -> {
        LOG.log(Level.ERROR, "a log command failed", failure);
        yield new LogsReply.Failed(
            "internal error: " + FileErrors.of(failure) + "; see the daemon's log");
      }
    };
  }

  /// Work that may fail with an I/O error.
  private interface Work {
    void run() throws IOException;
  }

  private Future<LogsReply> done(Work work) {
    return call(() -> {
      work.run();
      return new LogsReply.Done();
    });
  }

  private <T> Future<T> call(Callable<T> work) {
    return Objects.requireNonNull(workers)
        .executeBlocking(work, false)
        .map(Objects::requireNonNull);
  }

  private Future<LogsReply> follow(LogsCommand.Follow follow) {
    return look(follow, Math.max(1, follow.timeout().toMillis() / LOOK_MILLIS));
  }

  private Future<LogsReply> look(LogsCommand.Follow follow, long looks) {
    return call(() -> reading.follow(follow))
        .compose(reply -> {
          if (looks <= 1
              || !(reply
                  instanceof
                  LogsReply.Lines(var lines, LogsReply.Positions(var positions, boolean more)))
              || !lines.isEmpty()) {
            return Future.succeededFuture(reply);
          }
          var next = new LogsCommand.Follow(positions, follow.filter(), follow.timeout());
          return more
              ? look(next, looks - 1)
              : vertx.timer(LOOK_MILLIS, TimeUnit.MILLISECONDS).compose(_ -> look(next, looks - 1));
        });
  }
}
