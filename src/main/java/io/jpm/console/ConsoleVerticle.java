package io.jpm.console;

import io.jpm.bus.Addresses;
import io.jpm.bus.FileErrors;
import io.jpm.bus.access.AuditRecord;
import io.jpm.config.ProcessFileReader;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.console.cli.ArgumentReader;
import io.jpm.console.cli.Arguments;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.ConsoleAudit;
import io.jpm.console.cli.HelpText;
import io.jpm.console.cli.OutputOptions;
import io.jpm.console.cli.ParsedCommand;
import io.jpm.console.cli.Verb;
import io.jpm.console.cli.VerbOptions;
import io.jpm.console.file.AppSource;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.CommandTools;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.ExternalPrograms;
import io.jpm.console.session.PrintedOutput;
import io.jpm.console.session.Session;
import io.jpm.model.access.Principal;
import io.jpm.wire.ConsoleRequest;
import io.jpm.wire.ConsoleRequest.ParseResult;
import io.jpm.wire.RequestCaller;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Executes the command lines that thin clients send to [Addresses#CONSOLE]. Each request has its
/// own [Session], and the number of concurrent requests is not limited. Commands run on this
/// verticle's context.
public final class ConsoleVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.console");

  /// The caller of requests that come from a component of the daemon rather than the bridge.
  private static final RequestCaller INTERNAL_CALLER = new RequestCaller(Principal.OWNER, "jpm");

  private final ConsoleContext console;
  private final AppSource source;
  private final CommandTools commandTools;
  private @Nullable ConsoleCommandFactory consoleCommandFactory;

  /// Creates a verticle that reads process files from the file system.
  ///
  /// @param scripts evaluates process files that are scripts
  /// @param externalPrograms runs other programs
  public ConsoleVerticle(
      ConsoleContext console, ScriptEvaluator scripts, ExternalPrograms externalPrograms) {
    this(
        console,
        AppSource.of(console.defaults(), scripts),
        new CommandTools(
            externalPrograms, new ProcessFileReader(console.defaults().get(), scripts)));
  }

  public ConsoleVerticle(ConsoleContext console, AppSource source, CommandTools commandTools) {
    this.console = console;
    this.source = source;
    this.commandTools = commandTools;
  }

  @Override
  public Future<?> start() {
    consoleCommandFactory = new ConsoleCommandFactory(vertx, console, source, commandTools);
    return vertx.eventBus().consumer(Addresses.CONSOLE, this::answer).completion();
  }

  private void answer(Message<Object> message) {
    if (commandsNow().isEnding()) {
      return;
    }
    if (message.replyAddress() == null) {
      LOG.log(Level.DEBUG, "ignored a console request without a reply address");
      return;
    }
    if (ConsoleRequest.isExpired(message.body(), console.clock().instant())) {
      var session = new Session(vertx, console.timing(), message, OutputOptions.PLAIN);
      session.error(
          "the command was not run, because it arrived after its client had timed out: run it again");
      session.finish(ExitCode.FAILED);
      return;
    }
    switch (ConsoleRequest.read(message.body())) {
      case ParseResult.Understood(ConsoleRequest request) -> {
        OutputOptions outputOptions = OutputOptions.of(request);
        RequestCaller requestCaller =
            Optional.ofNullable(message.headers().get(RequestCaller.HEADER))
                .flatMap(RequestCaller::fromHeader)
                .orElse(INTERNAL_CALLER);
        serve(request, new Session(vertx, console.timing(), message, outputOptions), requestCaller);
      }
      case ParseResult.Refused(String why) -> {
        var session = new Session(vertx, console.timing(), message, OutputOptions.PLAIN);
        session.error("bad request: " + why);
        session.finish(ExitCode.BAD_REQUEST);
      }
    }
  }

  /// Executes the request. The client receives an exit code even if the command throws an
  /// exception.
  private void serve(ConsoleRequest request, Session session, RequestCaller requestCaller) {
    Future<ExitCode> done;
    try {
      ParsedCommand parsedCommand = ArgumentReader.parse(request.argv());
      CommandCall.Audit audit = (change, ended) -> tell(requestCaller, change, ended);
      done =
          guarded(parsedCommand, request, session, audit)
              .andThen(end -> audit(parsedCommand, audit, end));
    } catch (RuntimeException e) {
      done = Future.failedFuture(e);
    }
    done.recover(failure -> Future.succeededFuture(told(failure, session)))
        .onSuccess(session::finish);
  }

  private Future<ExitCode> guarded(
      ParsedCommand parsedCommand,
      ConsoleRequest request,
      Session session,
      CommandCall.Audit audit) {
    try {
      return run(parsedCommand, request, session, audit);
    } catch (RuntimeException failure) {
      return Future.failedFuture(failure);
    }
  }

  private static void audit(
      ParsedCommand parsedCommand, CommandCall.Audit audit, AsyncResult<ExitCode> end) {
    if (parsedCommand instanceof ParsedCommand.Run(Verb verb, Arguments arguments)) {
      boolean done = end.succeeded() && end.result() == ExitCode.OK;
      ConsoleAudit.of(verb, arguments).ifPresent(change -> audit.recordChange(change, done));
    }
  }

  private void tell(RequestCaller requestCaller, ConsoleAudit.Change change, boolean done) {
    vertx
        .eventBus()
        .send(
            Addresses.AUDIT,
            new AuditRecord(
                requestCaller.who(),
                requestCaller.from(),
                change.verb(),
                change.apps(),
                done ? "done" : "failed"));
  }

  private Future<ExitCode> run(
      ParsedCommand parsedCommand,
      ConsoleRequest request,
      Session session,
      CommandCall.Audit audit) {
    return switch (parsedCommand) {
      case ParsedCommand.Run(Verb verb, Arguments arguments) -> {
        boolean keyed = request.key().isPresent();
        if (keyed && request.resendable() && VerbOptions.isResentAfterCrash(verb)) {
          session.enableReplay(new PrintedOutput(request.resume()));
        }
        boolean safe = keyed && VerbOptions.isRepeatable(verb);
        if (VerbOptions.isNonIdempotent(verb) && !safe) {
          session.acknowledge();
        }
        yield commandsNow().of(verb).run(new CommandCall(request, arguments, session, audit));
      }
      case ParsedCommand.Help(Optional<Verb> verb) -> {
        boolean colors = session.tty().color();
        session.out(
            verb.map(one -> HelpText.of(one, colors)).orElseGet(() -> HelpText.overview(colors)));
        yield Future.succeededFuture(ExitCode.OK);
      }
      case ParsedCommand.HelpOfAll() -> {
        session.out(HelpText.allCommands(session.tty().color()));
        yield Future.succeededFuture(ExitCode.OK);
      }
      case ParsedCommand.Version() -> {
        session.out(console.version() + "\n");
        yield Future.succeededFuture(ExitCode.OK);
      }
      case ParsedCommand.Nothing() -> {
        session.out(HelpText.overview(session.tty().color()));
        yield Future.succeededFuture(ExitCode.FAILED);
      }
      case ParsedCommand.Mistake(String problem) ->
          Future.failedFuture(new CommandFailure(problem));
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
    session.error("internal error: " + FileErrors.of(failure) + "; see the daemon's log");
    return ExitCode.INTERNAL;
  }

  private ConsoleCommandFactory commandsNow() {
    if (consoleCommandFactory == null) {
      throw new IllegalStateException("not started");
    }
    return consoleCommandFactory;
  }
}
