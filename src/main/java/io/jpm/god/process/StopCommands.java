package io.jpm.god.process;

import io.jpm.bus.Blocking;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Instance;
import io.jpm.model.run.Exit;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.ProgramSearch;
import io.jpm.os.SpawnResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Runs the stop commands of apps. Their output goes to the app's log. Confined to GodVerticle's
/// context.
final class StopCommands {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Vertx vertx;
  private final Context context;
  private final GodContext god;
  private final SpawnRequests requests;
  private final RunningVariables variables;
  private final Map<Instance, Child> running = new HashMap<>();

  /// @param variables reads the environment of the processes
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

  /// Runs the stop command of `instance`.
  ///
  /// @param ended called once, on the context, when the command has ended or cannot be run
  void run(Instance instance, Runnable ended) {
    Optional<ProcessIdentity> process = instance.process();
    long generation = instance.state.generation();
    instance.stopProblem = Optional.empty();
    Blocking.call(vertx, () -> make(instance, process, watcher(instance, generation, ended)))
        .onSuccess(result -> {
          switch (result) {
            case SpawnResult.Started(Child child) -> started(instance, generation, child);
            case SpawnResult.Refused(String reason, _) -> refused(instance, reason, ended);
          }
        })
        .onFailure(error -> refused(instance, String.valueOf(error.getMessage()), ended));
  }

  private void started(Instance instance, long generation, Child child) {
    // The app may have exited while the command was being created.
    boolean late = instance.child == null || instance.state.generation() != generation;
    running.put(instance, child);
    if (late) {
      end(instance);
    }
  }

  private static void refused(Instance instance, String reason, Runnable ended) {
    problem(instance, "the stop command cannot be run: " + reason);
    ended.run();
  }

  private static void problem(Instance instance, String words) {
    String sentence = instance.label() + ": " + words;
    instance.stopProblem = Optional.of(sentence);
    LOG.log(Level.WARNING, "{0}", sentence);
  }

  /// Ends the command of `instance` if it still runs; the instance has stopped.
  void end(Instance instance) {
    Child child = running.remove(instance);
    if (child != null) {
      child.signalTree(Signal.SIGKILL);
    }
  }

  private SpawnResult make(
      Instance instance, Optional<ProcessIdentity> process, ChildWatcher watcher) {
    Map<String, String> environment =
        process
            .map(it -> variables.of(instance, it))
            .orElseGet(() -> requests.environment(instance));
    environment.put("JPM_PID", Integer.toString(process.map(ProcessIdentity::pid).orElse(0)));
    String word = instance.spec.stop().command().getFirst();
    Optional<Path> program =
        ProgramSearch.find(word, instance.spec.cwd(), environment.getOrDefault("PATH", ""));
    return program.isPresent()
        ? god.host().spawn(requests.stopCommand(instance, program.get(), environment), watcher)
        : new SpawnResult.Refused("program \"" + word + "\" was not found in PATH", false);
  }

  private ChildWatcher watcher(Instance instance, long generation, Runnable ended) {
    return new ChildWatcher() {
      @Override
      public void exited(Exit exit) {
        context.runOnContext(_ -> {
          if (instance.state.generation() == generation) {
            running.remove(instance);
          }
          if (exit.equals(new Exit.Code(0))) {
            LOG.log(Level.INFO, "{0}: the stop command has ended", instance.label());
          } else {
            problem(instance, "the stop command ended with " + exit);
          }
          ended.run();
        });
      }

      @Override
      public void treeGone() {
        // The tree is only signalled when its end is no longer awaited.
      }
    };
  }
}
