package io.jpm.satan.health;

import io.jpm.model.AppSpec;
import io.jpm.model.ProbeHandler;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Signal;
import io.jpm.model.process.WorkerId;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.LastLineCapture;
import io.jpm.os.LogPipe;
import io.jpm.os.LogPipeReader;
import io.jpm.os.ProcessHost;
import io.jpm.os.ProgramFinder;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs the commands of exec probes with the working directory, environment and credentials of the
/// app. Confined to SatanVerticle's context.
final class ExecProbe {
  /// The maximum length of the output quoted in a failure reason, because a list shows the reason
  /// in a single line.
  private static final int MOST_SHOWN = 200;

  private final Vertx vertx;
  private final ProcessHost host;
  private final Path home;
  private final AtomicLong count = new AtomicLong();

  /// @param home the daemon's home directory, which contains the pipes for the output of running
  ///   commands
  ExecProbe(Vertx vertx, ProcessHost host, Path home) {
    this.vertx = vertx;
    this.host = host;
    this.home = home;
  }

  /// Returns the text that names the command in messages.
  static String describe(ProbeHandler.Exec check) {
    return check.command().getFirst();
  }

  ProbeAttempt start(
      ProbeHandler.Exec check, ProbeTarget probeTarget, Consumer<ProbeResult> answer) {
    var run = new Run(check, answer, vertx.getOrCreateContext());
    try {
      run.begin(probeTarget);
      return run;
    } catch (Placeholders.Unknown unknown) {
      answer.accept(new ProbeResult.Failed(String.valueOf(unknown.getMessage())));
      return ProbeAttempt.OVER;
    }
  }

  /// One run of a command.
  private final class Run implements ProbeAttempt, ChildWatcher {
    private final ProbeHandler.Exec check;
    private final Consumer<ProbeResult> answer;
    private final Context context;
    private final LastLineCapture output = new LastLineCapture(MOST_SHOWN, "");
    private final Path pipe;
    private LogPipeReader.@Nullable Source source;
    private @Nullable Child child;
    private Optional<Exit> end = Optional.empty();
    private boolean over;

    Run(ProbeHandler.Exec check, Consumer<ProbeResult> answer, Context context) {
      this.check = check;
      this.answer = answer;
      this.context = context;
      this.pipe = home.resolve("checks").resolve(Long.toString(count.incrementAndGet()));
    }

    void begin(ProbeTarget probeTarget) throws Placeholders.Unknown {
      List<String> command = new ArrayList<>();
      for (String word : check.command()) {
        command.add(Placeholders.expand(word, probeTarget.startMonitoring().variables()));
      }
      vertx
          .executeBlocking(() -> make(command, probeTarget), false)
          .map(Objects::requireNonNull)
          .onSuccess(this::made)
          .onFailure(
              error -> tell(new ProbeResult.Failed(describe(check) + ": " + error.getMessage())));
    }

    private SpawnResult make(List<String> command, ProbeTarget probeTarget) throws IOException {
      AppSpec spec = probeTarget.startMonitoring().spec();
      Map<String, String> variables = new HashMap<>(probeTarget.startMonitoring().variables());
      variables.put("JPM_PID", Integer.toString(probeTarget.process().pid()));
      Optional<Path> program =
          ProgramFinder.find(command.getFirst(), spec.cwd(), variables.getOrDefault("PATH", ""));
      if (program.isEmpty()) {
        return new SpawnResult.Refused("not found in PATH", false);
      }
      Optional<LogPipeReader> pipes = host.logPipeReader();
      if (pipes.isPresent()) {
        source = pipes.get().open(pipe, output);
      }
      WorkerId worker = probeTarget.startMonitoring().worker();
      // A separate process tag, because the command is not part of the app's process tree.
      String tag =
          "%s:check %s-%d:%d"
              .formatted(home, worker.id(), worker.incarnation(), worker.generation());
      LogPipe way = new LogPipe(pipe, pipe.resolveSibling(pipe.getFileName() + ".out"));
      SpawnResult result =
          host.spawn(
              new SpawnRequest(
                  program.get(),
                  command,
                  variables,
                  spec.cwd(),
                  way,
                  way,
                  tag,
                  spec.runAs(),
                  false,
                  false,
                  List.of()),
              this);
      if (result instanceof SpawnResult.Refused) {
        closeOutput();
      }
      return result;
    }

    private void made(SpawnResult result) {
      switch (result) {
        case SpawnResult.Refused(String reason, boolean _) ->
            tell(new ProbeResult.Failed(describe(check) + ": " + reason));
        case SpawnResult.Started(Child made) -> {
          child = made;
          if (over) {
            made.signalTree(Signal.SIGKILL);
          }
          end.ifPresent(this::ended);
        }
      }
    }

    @Override
    public void exited(Exit exit) {
      context.runOnContext(_ -> {
        end = Optional.of(exit);
        if (child != null) {
          ended(exit);
        }
      });
    }

    private void ended(Exit exit) {
      if (over) {
        // The attempt was canceled, and its process tree is being killed.
        return;
      }
      vertx
          .executeBlocking(
              () -> {
                closeOutput();
                return output.lastLine();
              },
              false)
          .onComplete(text -> {
            release();
            tell(finding(exit, String.valueOf(text.result())));
          });
    }

    private ProbeResult finding(Exit exit, String said) {
      if (exit.equals(new Exit.Code(0))) {
        return new ProbeResult.Passed();
      }
      String quoted = said.isEmpty() ? "" : ": " + said;
      return new ProbeResult.Failed("%s failed with %s%s".formatted(describe(check), exit, quoted));
    }

    private void tell(ProbeResult probeResult) {
      if (!over) {
        over = true;
        answer.accept(probeResult);
      }
    }

    @Override
    public void cancel() {
      if (over) {
        return;
      }
      over = true;
      if (child != null) {
        child.signalTree(Signal.SIGKILL);
      }
    }

    /// Releases the child and removes its output. Called only after [#cancel].
    @Override
    public void treeGone() {
      context.runOnContext(_ -> {
        release();
        vertx.executeBlocking(
            () -> {
              closeOutput();
              return true;
            },
            false);
      });
    }

    private void release() {
      if (child != null) {
        child.release();
        child = null;
      }
    }

    /// Keeps only the last part of the output, which may be of any length.
    private void keepEnd(Path file) throws IOException {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        ByteBuffer end = ByteBuffer.allocate(LastLineCapture.MOST_BYTES);
        channel.read(end, Math.max(0, channel.size() - end.capacity()));
        output.append(end.flip());
      }
    }

    /// Reads the rest of the output and removes its pipe or file. Must be called on a worker
    /// thread, because it waits for the thread that reads the pipes.
    private void closeOutput() {
      if (source != null) {
        source.closeAndRemove();
        source = null;
        return;
      }
      Path file = pipe.resolveSibling(pipe.getFileName() + ".out");
      try {
        if (Files.exists(file)) {
          keepEnd(file);
          Files.delete(file);
        }
      } catch (IOException unread) {
        // The reason then contains no output. The next attempt uses another file.
      }
    }
  }
}
