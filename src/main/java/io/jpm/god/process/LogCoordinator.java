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

/// Instructs LogAggregator to capture the output of instances, and the keeper to hold their pipes.
/// Confined to GodVerticle's context.
public final class LogCoordinator {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Vertx vertx;

  LogCoordinator(Vertx vertx) {
    this.vertx = vertx;
  }

  /// Starts to capture the instance's output. The future must have completed before the process can
  /// write any output.
  ///
  /// @return the problem if the output cannot be captured; otherwise empty
  public Future<Optional<String>> open(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.captured) {
      return Future.succeededFuture(Optional.empty());
    }
    LogsCommand.Open open = supervisedInstance.captureRequest();
    return vertx
        .eventBus()
        .<LogsReply>request(Addresses.LOGS_COMMAND, open)
        .map(reply ->
            switch (reply.body()) {
              case LogsReply.Done(), LogsReply.Lines(_, _), LogsReply.Status(_, _, _, _) -> {
                // The spec may have been replaced in the meantime by one with other files.
                supervisedInstance.captured = open.equals(supervisedInstance.captureRequest());
                tellKeeper(new KeeperCommand.Hold(List.of(open.outFifo(), open.errorFifo())));
                yield Optional.<String>empty();
              }
              case LogsReply.Failed(String problem) -> Optional.of(problem);
            });
  }

  /// Redirects the output of the instance after a change to its spec.
  ///
  /// @param captured the request with which LogAggregator currently captures the output
  void moved(SupervisedInstance supervisedInstance, LogsCommand.Open captured) {
    if (!captured.equals(supervisedInstance.captureRequest())) {
      boolean open = supervisedInstance.captured;
      supervisedInstance.captured = false;
      if (open && supervisedInstance.child != null) {
        // A failure is not reported here. It prevents the next start of the app and is reported
        // then.
        open(supervisedInstance);
      }
    }
  }

  /// Stops capturing the output of the instance and removes its pipes. Output that is still in the
  /// pipes is read first. If a pipe cannot be removed, the next daemon removes it.
  public Future<Void> close(SupervisedInstance supervisedInstance) {
    LogsCommand.Open open = supervisedInstance.captureRequest();
    return vertx
        .eventBus()
        .<LogsReply>request(
            Addresses.LOGS_COMMAND,
            new LogsCommand.Close(supervisedInstance.id, open.outFifo(), open.errorFifo()))
        // The keeper must not drop the pipes earlier, because they may contain the only copy of the
        // last output.
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
        "%s: the command succeeded, but a pipe could not be removed (%s); the next daemon will try again"
            .formatted(supervisedInstance.label(), problem);
    supervisedInstance.stopProblem = Optional.of(sentence);
    LOG.log(Level.WARNING, "{0}", sentence);
  }

  /// Sends an instruction to the keeper, which holds the pipes while no daemon is running.
  void tellKeeper(KeeperCommand command) {
    vertx.eventBus().send(Addresses.KEEPER_COMMAND, command);
  }
}
