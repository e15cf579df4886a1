package io.jpm.console;

import io.jpm.bus.Addresses;
import io.jpm.bus.Audited;
import io.jpm.config.ProcessFileReader;
import io.jpm.config.ScriptEvaluator;
import io.jpm.model.Principal;
import io.jpm.wire.Caller;
import io.jpm.wire.ConsoleRequest;
import io.jpm.wire.ConsoleRequest.Reading;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Answers the thin client: one [Session] for each request on [Addresses#CONSOLE], any number at a
/// time. Commands run on this verticle's context.
public final class ConsoleVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.console");

  /// Whoever asks without the bridge: a room of the daemon itself.
  private static final Caller WITHIN = new Caller(Principal.OWNER, "jpm");

  private final ConsoleContext console;
  private final AppSource source;
  private final Tools tools;
  private @Nullable Commands commands;

  /// @param scripts what evaluates process files that are scripts
  /// @param programs what runs other programs
  public ConsoleVerticle(ConsoleContext console, ScriptEvaluator scripts, Programs programs) {
    this(
        console,
        AppSource.of(console.defaults(), scripts),
        new Tools(programs, new ProcessFileReader(console.defaults().get(), scripts)));
  }

  ConsoleVerticle(ConsoleContext console, AppSource source, Tools tools) {
    this.console = console;
    this.source = source;
    this.tools = tools;
  }

  @Override
  public Future<?> start() {
    commands = new Commands(vertx, console, source, tools);
    return vertx.eventBus().consumer(Addresses.CONSOLE, this::answer).completion();
  }

  private void answer(Message<Object> message) {
    if (commandsNow().isEnding()) {
      return;
    }
    if (message.replyAddress() == null) {
      LOG.log(Level.DEBUG, "console request without a reply address, ignored");
      return;
    }
    if (ConsoleRequest.isTooLate(message.body(), console.clock().instant())) {
      var session = new Session(vertx, console.timing(), message, Manner.PLAIN);
      session.error("the command came when its client had stopped waiting: it is not carried out");
      session.finish(ExitCode.FAILED);
      return;
    }
    switch (ConsoleRequest.read(message.body())) {
      case Reading.Understood(ConsoleRequest request) -> {
        Manner manner = Manner.of(request);
        Caller caller =
            Optional.ofNullable(message.headers().get(Caller.HEADER))
                .flatMap(Caller::fromHeader)
                .orElse(WITHIN);
        serve(request, new Session(vertx, console.timing(), message, manner), caller);
      }
      case Reading.Refused(String why) -> {
        var session = new Session(vertx, console.timing(), message, Manner.PLAIN);
        session.error("bad request: " + why);
        session.finish(ExitCode.BAD_REQUEST);
      }
    }
  }

  /// The guard: whatever happens in a command, the client gets an exit code.
  private void serve(ConsoleRequest request, Session session, Caller caller) {
    Future<ExitCode> done;
    try {
      Asked asked = ArgumentReader.read(request.argv());
      Call.Audit audit = (change, ended) -> tell(caller, change, ended);
      done = guarded(asked, request, session, audit).andThen(end -> audit(asked, audit, end));
    } catch (RuntimeException e) {
      done = Future.failedFuture(e);
    }
    done.recover(failure -> Future.succeededFuture(told(failure, session)))
        .onSuccess(session::finish);
  }

  private Future<ExitCode> guarded(
      Asked asked, ConsoleRequest request, Session session, Call.Audit audit) {
    try {
      return run(asked, request, session, audit);
    } catch (RuntimeException failure) {
      return Future.failedFuture(failure);
    }
  }

  private static void audit(Asked asked, Call.Audit audit, AsyncResult<ExitCode> end) {
    if (asked instanceof Asked.Run(Verb verb, Arguments arguments)) {
      boolean done = end.succeeded() && end.result() == ExitCode.OK;
      ConsoleAudit.of(verb, arguments).ifPresent(change -> audit.tell(change, done));
    }
  }

  private void tell(Caller caller, ConsoleAudit.Change change, boolean done) {
    vertx
        .eventBus()
        .send(
            Addresses.AUDIT,
            new Audited(
                caller.who(),
                caller.from(),
                change.verb(),
                change.apps(),
                done ? "done" : "failed"));
  }

  private Future<ExitCode> run(
      Asked asked, ConsoleRequest request, Session session, Call.Audit audit) {
    return switch (asked) {
      case Asked.Run(Verb verb, Arguments arguments) -> {
        boolean keyed = request.key().isPresent();
        if (keyed && request.again() && VerbOptions.isSentAgain(verb)) {
          session.repeats(new Printed(request.resume()));
        }
        boolean safe = keyed && VerbOptions.isRepeatable(verb);
        if (VerbOptions.countsEachTime(verb) && !safe) {
          session.accept();
        }
        yield commandsNow().of(verb).run(new Call(request, arguments, session, audit));
      }
      case Asked.Help(Optional<Verb> verb) -> {
        boolean colors = session.tty().color();
        session.out(
            verb.map(one -> HelpText.of(one, colors)).orElseGet(() -> HelpText.ofMost(colors)));
        yield Future.succeededFuture(ExitCode.OK);
      }
      case Asked.HelpOfAll() -> {
        session.out(HelpText.ofAll(session.tty().color()));
        yield Future.succeededFuture(ExitCode.OK);
      }
      case Asked.Version() -> {
        session.out(console.version() + "\n");
        yield Future.succeededFuture(ExitCode.OK);
      }
      case Asked.Nothing() -> {
        session.out(HelpText.ofMost(session.tty().color()));
        yield Future.succeededFuture(ExitCode.FAILED);
      }
      case Asked.Mistake(String problem) -> Future.failedFuture(new CommandFailure(problem));
    };
  }

  private static ExitCode told(Throwable failure, Session session) {
    if (failure instanceof CommandFailure known) {
      known.problems().forEach(session::error);
      return ExitCode.FAILED;
    }
    if (session.isOver()) {
      return ExitCode.FAILED;
    }
    LOG.log(Level.ERROR, "a command failed", failure);
    session.error("internal error: " + failure + "; see the daemon's log");
    return ExitCode.INTERNAL;
  }

  private Commands commandsNow() {
    if (commands == null) {
      throw new IllegalStateException("not started");
    }
    return commands;
  }
}
