package io.jpm.hooks;

import io.jpm.bus.BlockingCalls;
import io.jpm.model.AppSpec;
import io.jpm.model.InjectedVariables;
import io.jpm.model.process.Exit;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.EnvFileReader;
import io.jpm.os.LastLineCapture;
import io.jpm.os.LogPipe;
import io.jpm.os.LogPipeReader;
import io.jpm.os.ProcessHost;
import io.jpm.os.ProgramFinder;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs the commands of hooks, a limited number at a time. Confined to HooksVerticle's context.
final class HookCommands {
  private static final Logger LOG = System.getLogger("jpm.hooks");

  /// The maximum number of commands that run at the same time, regardless of how many apps fail.
  private static final int AT_ONCE = 8;

  /// The maximum number of characters of a command's last output line that are logged.
  private static final int MOST_SHOWN = 300;

  private final Vertx vertx;
  private final Context context;
  private final ProcessHost host;
  private final Path home;
  private final Duration limit;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int running;
  private long made;

  /// @param home the daemon's home; its directory `hooks` contains the pipes
  /// @param limit the time after which a command's process tree is killed
  HookCommands(Vertx vertx, ProcessHost host, Path home, Duration limit) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.host = host;
    this.home = home;
    this.limit = limit;
  }

  /// Returns the common prefix of the process tags of all commands.
  static String tagPrefix(Path home) {
    return home + ":hook ";
  }

  /// The output of one command.
  ///
  /// @param source reads the pipe; empty if the host does not support pipes, in which case the
  ///   output is discarded
  private record Output(
      LogPipe pipe, Optional<LogPipeReader.Source> source, LastLineCapture lastLine) {
    void close() {
      source.ifPresent(LogPipeReader.Source::closeAndRemove);
    }
  }

  /// Runs `command` for `hookPayload`. Failures are logged; the returned future never fails.
  Future<Void> run(HookPayload hookPayload, List<String> command) {
    Promise<Void> done = Promise.promise();
    Runnable begin =
        () -> {
          running++;
          new Run(hookPayload, command)
              .begin()
              .onComplete(_ -> {
                running--;
                done.complete();
                next();
              });
        };
    waiting.add(begin);
    next();
    return done.future();
  }

  private void next() {
    if (running < AT_ONCE && !waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  /// One run of a command.
  private final class Run implements ChildWatcher {
    private final HookPayload hookPayload;
    private final List<String> command;
    private final String tag;
    private final Path fifo;
    private final Promise<Exit> exited = Promise.promise();
    private boolean tooSlow;

    Run(HookPayload hookPayload, List<String> command) {
      this.hookPayload = hookPayload;
      this.command = command;
      String name = hookPayload.notification().event().seq() + "-" + made++;
      // The command has its own process tag, because stopping the app's process tree must not kill
      // the command that reports it.
      this.tag = tagPrefix(home) + name + ":1";
      this.fifo = home.resolve("hooks").resolve(name);
    }

    /// Starts the command. Completes when the command has exited or could not be started.
    Future<?> begin() {
      return BlockingCalls.call(vertx, this::open)
          .compose(output ->
              BlockingCalls.call(vertx, () -> spawn(output))
                  .compose(result ->
                      switch (result) {
                        case SpawnResult.Started(Child child) -> await(child);
                        case SpawnResult.Refused(String reason, _) -> Future.failedFuture(reason);
                      })
                  .eventually(() ->
                      BlockingCalls.call(
                          vertx,
                          () -> {
                            output.close();
                            return true;
                          }))
                  .onSuccess(exit -> judge(exit, output.lastLine())))
          .onFailure(error -> warn("cannot be run: " + error.getMessage()))
          .otherwiseEmpty();
    }

    private Output open() throws IOException {
      var lastLineCapture = new LastLineCapture(MOST_SHOWN, "?");
      Optional<LogPipeReader> pipes = host.logPipeReader();
      Optional<LogPipeReader.Source> source =
          pipes.isPresent()
              ? Optional.of(pipes.get().open(fifo, lastLineCapture))
              : Optional.empty();
      return new Output(new LogPipe(fifo, Path.of("/dev/null")), source, lastLineCapture);
    }

    private SpawnResult spawn(Output output) {
      AppSpec spec = hookPayload.spec();
      Map<String, String> environment =
          new HashMap<>(spec.variables().withFiles(files(spec)).effective());
      var id = new InstanceId(hookPayload.notification().event().id());
      environment.putAll(InjectedVariables.of(spec, id, hookPayload.number(), home));
      environment.putAll(hookPayload.variables());
      String word = command.getFirst();
      Optional<Path> program =
          ProgramFinder.find(word, spec.cwd(), environment.getOrDefault("PATH", ""));
      return program.isEmpty()
          ? new SpawnResult.Refused("program \"" + word + "\" was not found in PATH", false)
          : host.spawn(
              new SpawnRequest(
                  program.get(),
                  command,
                  environment,
                  spec.cwd(),
                  output.pipe(),
                  output.pipe(),
                  tag,
                  spec.runAs(),
                  false,
                  false,
                  List.of()),
              this);
    }

    /// Returns the variables from the env files of the app; empty if a file cannot be read. The
    /// hook then runs without them, because it may be the hook that reports the missing file.
    private Map<String, String> files(AppSpec spec) {
      try {
        return EnvFileReader.read(spec, host.appAccess());
      } catch (IOException unreadable) {
        warn("runs without the variables from env_file: " + unreadable.getMessage());
        return Map.of();
      }
    }

    private Future<Exit> await(Child child) {
      long timer =
          vertx.setTimer(
              limit.toMillis(),
              _ -> {
                tooSlow = true;
                child.signalTree(Signal.SIGKILL);
              });
      return exited
          .future()
          .onComplete(_ -> {
            vertx.cancelTimer(timer);
            if (!tooSlow) {
              // Background processes of the command are meant to keep running.
              child.release();
            }
          });
    }

    @Override
    public void exited(Exit exit) {
      context.runOnContext(_ -> exited.tryComplete(exit));
    }

    @Override
    public void treeGone() {
      // Only the exit of the command itself matters.
    }

    private void judge(Exit exit, LastLineCapture lastLineCapture) {
      String end = tooSlow ? "was killed after " + limit.toMillis() + " ms" : "failed with " + exit;
      if (tooSlow || !exit.equals(new Exit.Code(0))) {
        String last = lastLineCapture.lastLine();
        warn(last.isEmpty() ? end : end + ": " + last);
      } else {
        LOG.log(Level.DEBUG, "{0}: the command succeeded", hookPayload.label());
      }
    }

    private void warn(String what) {
      LOG.log(Level.WARNING, "{0}: {1} {2}", hookPayload.label(), command.getFirst(), what);
    }
  }
}
