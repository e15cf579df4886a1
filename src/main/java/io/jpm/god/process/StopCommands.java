package io.jpm.god.process;

import io.jpm.bus.BlockingCalls;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.ProgramFinder;
import io.jpm.os.SpawnResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Runs the stop commands of apps. The output of a command is written to the app's log. Confined to
/// GodVerticle's context.
final class StopCommands {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Vertx vertx;
  private final Context context;
  private final GodContext god;
  private final SpawnRequests requests;
  private final RunningVariables variables;
  private final Map<SupervisedInstance, Child> running = new HashMap<>();

  /// @param variables determines the environment of the processes
  StopCommands(
      Vertx vertx,
      Context context,
      GodContext god,
      SpawnRequests requests,
      RunningVariables variables) {
    this.vertx = vertx;
    this.context = context;
    this.god = god;
    this.requests = requests;
    this.variables = variables;
  }

  /// Runs the stop command of the instance.
  ///
  /// @param ended called once, on the context, when the command has finished or has failed to start
  void run(SupervisedInstance supervisedInstance, Runnable ended) {
    Optional<ProcessIdentity> process = supervisedInstance.process();
    long generation = supervisedInstance.state.generation();
    supervisedInstance.stopProblem = Optional.empty();
    BlockingCalls.call(
            vertx,
            () -> make(supervisedInstance, process, watcher(supervisedInstance, generation, ended)))
        .onSuccess(result -> {
          switch (result) {
            case SpawnResult.Started(Child child) -> started(supervisedInstance, generation, child);
            case SpawnResult.Refused(String reason, _) ->
                refused(supervisedInstance, reason, ended);
          }
        })
        .onFailure(error -> refused(supervisedInstance, String.valueOf(error.getMessage()), ended));
  }

  private void started(SupervisedInstance supervisedInstance, long generation, Child child) {
    // The app may have exited while the command was being created.
    boolean late =
        supervisedInstance.child == null || supervisedInstance.state.generation() != generation;
    running.put(supervisedInstance, child);
    if (late) {
      kill(supervisedInstance);
    }
  }

  private static void refused(
      SupervisedInstance supervisedInstance, String reason, Runnable ended) {
    problem(supervisedInstance, "the stop command cannot be run: " + reason);
    ended.run();
  }

  private static void problem(SupervisedInstance supervisedInstance, String words) {
    String sentence = supervisedInstance.label() + ": " + words;
    supervisedInstance.stopProblem = Optional.of(sentence);
    LOG.log(Level.WARNING, "{0}", sentence);
  }

  /// Kills the stop command of the instance if it is still running. Called when the instance has
  /// stopped.
  void kill(SupervisedInstance supervisedInstance) {
    Child child = running.remove(supervisedInstance);
    if (child != null) {
      child.signalTree(Signal.SIGKILL);
    }
  }

  private SpawnResult make(
      SupervisedInstance supervisedInstance,
      Optional<ProcessIdentity> process,
      ChildWatcher watcher) {
    Map<String, String> environment =
        process
            .map(it -> variables.read(supervisedInstance, it))
            .orElseGet(() -> requests.environment(supervisedInstance));
    environment.put("JPM_PID", Integer.toString(process.map(ProcessIdentity::pid).orElse(0)));
    String word = supervisedInstance.spec.stop().command().getFirst();
    Optional<Path> program =
        ProgramFinder.find(
            word, supervisedInstance.spec.cwd(), environment.getOrDefault("PATH", ""));
    return program.isPresent()
        ? god.host()
            .spawn(requests.stopCommand(supervisedInstance, program.get(), environment), watcher)
        : new SpawnResult.Refused("program \"" + word + "\" was not found in PATH", false);
  }

  private ChildWatcher watcher(
      SupervisedInstance supervisedInstance, long generation, Runnable ended) {
    return new ChildWatcher() {
      @Override
      public void exited(Exit exit) {
        context.runOnContext(_ -> {
          if (supervisedInstance.state.generation() == generation) {
            running.remove(supervisedInstance);
          }
          if (exit.equals(new Exit.Code(0))) {
            LOG.log(Level.INFO, "{0}: the stop command has finished", supervisedInstance.label());
          } else {
            problem(supervisedInstance, "the stop command failed with " + exit);
          }
          ended.run();
        });
      }

      @Override
      public void treeGone() {
        // Ignored: the tree is signalled only when its termination is no longer awaited.
      }
    };
  }
}
