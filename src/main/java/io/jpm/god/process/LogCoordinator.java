package io.jpm.god.process;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.FileErrors;
import io.jpm.bus.daemon.KeeperCommand;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.god.instance.SupervisedInstance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/// Requests LogAggregator to capture the output of instances, and the keeper to hold their pipes.
/// Confined to GodVerticle's context.
public final class LogCoordinator {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Vertx vertx;

  LogCoordinator(Vertx vertx) {
    this.vertx = vertx;
  }

  /// Starts the capture of the instance's output. Must complete before there is any output.
  ///
  /// @return the problem if capture is impossible; else empty
  public Future<Optional<String>> open(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.captured) {
      return Future.succeededFuture(Optional.empty());
    }
    LogsCommand.Open open = supervisedInstance.capture();
    return vertx
        .eventBus()
        .<LogsReply>request(Addresses.LOGS_COMMAND, open)
        .map(reply ->
            switch (reply.body()) {
              case LogsReply.Done(), LogsReply.Lines(_, _), LogsReply.Status(_, _, _, _) -> {
                // The spec may have been replaced meanwhile by one with other files.
                supervisedInstance.captured = open.equals(supervisedInstance.capture());
                tellKeeper(new KeeperCommand.Hold(List.of(open.outFifo(), open.errorFifo())));
                yield Optional.<String>empty();
              }
              case LogsReply.Failed(String problem) -> Optional.of(problem);
            });
  }

  /// Redirects the further output of `instance` after a change of its spec.
  ///
  /// @param captured the request by which LogAggregator captures the output now
  void moved(SupervisedInstance supervisedInstance, LogsCommand.Open captured) {
    if (!captured.equals(supervisedInstance.capture())) {
      boolean open = supervisedInstance.captured;
      supervisedInstance.captured = false;
      if (open && supervisedInstance.child != null) {
        // A failure is reported when the app is started again, which it then prevents.
        open(supervisedInstance);
      }
    }
  }

  /// Ends the capture of `instance` and removes its pipes; those of its output are first drained. A
  /// pipe that cannot be removed is left to the next daemon.
  public Future<Void> close(SupervisedInstance supervisedInstance) {
    LogsCommand.Open open = supervisedInstance.capture();
    return vertx
        .eventBus()
        .<LogsReply>request(
            Addresses.LOGS_COMMAND,
            new LogsCommand.Close(supervisedInstance.id, open.outFifo(), open.errorFifo()))
        // Only now, because the last output may be in the pipes alone until then.
        .onComplete(
            _ -> tellKeeper(new KeeperCommand.Drop(List.of(open.outFifo(), open.errorFifo()))))
        .onSuccess(reply -> {
          if (reply.body() instanceof LogsReply.Failed(String problem)) {
            isLeft(supervisedInstance, problem);
          }
        })
        .compose(_ ->
            BlockingCalls.call(vertx, () -> Files.deleteIfExists(supervisedInstance.paths.input())))
        .<Void>mapEmpty()
        .recover(error -> {
          isLeft(
              supervisedInstance, supervisedInstance.paths.input() + ": " + FileErrors.of(error));
          return Future.succeededFuture();
        });
  }

  private static void isLeft(SupervisedInstance supervisedInstance, String problem) {
    String sentence =
        "%s: it is done, but a pipe cannot be removed; the next daemon tries again: %s"
            .formatted(supervisedInstance.label(), problem);
    supervisedInstance.stopProblem = Optional.of(sentence);
    LOG.log(Level.WARNING, "{0}", sentence);
  }

  /// Sends an instruction to the keeper, which holds the pipes while no daemon runs.
  void tellKeeper(KeeperCommand command) {
    vertx.eventBus().send(Addresses.KEEPER_COMMAND, command);
  }
}
