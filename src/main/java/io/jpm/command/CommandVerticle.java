package io.jpm.command;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.FileErrors;
import io.jpm.bus.access.AuditRecord;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.InstanceView;
import io.jpm.command.OperationRunner.Apps;
import io.jpm.command.OperationRunner.AuthorizedCommand;
import io.jpm.command.RequestAuthorizer.Decision;
import io.jpm.command.RequestAuthorizer.Subjects;
import io.jpm.command.RequestReader.Reading;
import io.jpm.config.AppsOutcome;
import io.jpm.config.ProcessFileReader;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.values.Problem;
import io.jpm.model.AppSpec;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.model.text.Sha256;
import io.jpm.wire.CommandReply;
import io.jpm.wire.CommandReply.Code;
import io.jpm.wire.CommandReply.Failed;
import io.jpm.wire.CommandRequest;
import io.jpm.wire.RequestCaller;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Serves typed requests from other services on [Addresses#COMMAND]: parses each request, loads the
/// affected apps, has [RequestAuthorizer] authorize the request, and carries the request out.
/// Requests run concurrently on this verticle's context.
///
/// Changes and refused requests are sent to [Addresses#AUDIT] once their outcome is known. A
/// request without a reply address is ignored.
public final class CommandVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.command");

  /// The part of the sender's timeout that is reserved for delivering the reply.
  private static final long MARGIN_MILLIS = 5000;

  /// The length of the hash of a request body, in bytes. The hash distinguishes different requests
  /// that were sent with the same key by mistake.
  private static final int DIGEST_BYTES = 8;

  /// The caller that the audit log names for requests that did not come through the bridge. No
  /// token can have this name.
  private static final RequestCaller NOBODY =
      new RequestCaller(new Principal("?", Role.READ, Set.of()), "?");

  /// The maximum number of requests with patterns of one principal that may wait for a worker
  /// thread.
  private static final int MOST_MATCHING = 8;

  private final CommandContext daemon;

  /// The number of waiting requests with patterns, by the name of the principal.
  private final Map<String, Integer> matching = new HashMap<>();

  private final ReadQueue readQueue = new ReadQueue();

  public CommandVerticle(CommandContext daemon) {
    this.daemon = daemon;
  }

  @Override
  public Future<?> start() {
    return vertx.eventBus().consumer(Addresses.COMMAND, this::answer).completion();
  }

  private void answer(Message<Object> message) {
    if (message.replyAddress() == null) {
      LOG.log(Level.DEBUG, "ignored a request without a reply address");
      return;
    }
    Optional<RequestCaller> requestCaller =
        Optional.ofNullable(message.headers().get(RequestCaller.HEADER))
            .flatMap(RequestCaller::fromHeader);
    switch (RequestReader.read(message.body())) {
      case Reading.Refused(Failed reply) -> message.reply(reply.toJson());
      case Reading.Understood(CommandRequest request, _) when requestCaller.isEmpty() -> {
        var reply =
            new Failed(
                Code.DENIED,
                "the sender is not authenticated: send the request through the bridge");
        audit(NOBODY, request, List.of(), reply);
        message.reply(reply.toJson());
      }
      case Reading.Understood(CommandRequest request, Optional<String> key) ->
          serve(
              message,
              requestCaller.orElseThrow(),
              new KeyedRequest(request, key.map(text -> text + "/" + digest(message.body()))));
    }
  }

  /// Carries out a request. In every case, the client receives exactly one reply within its
  /// timeout.
  private void serve(
      Message<Object> message, RequestCaller requestCaller, KeyedRequest keyedRequest) {
    CommandRequest request = keyedRequest.request();
    Future<Outcome> done = queued(requestCaller.who(), keyedRequest);
    Duration patience = timeout(message);
    long timer =
        vertx.setTimer(patience.toMillis(), _ -> message.reply(late(request, patience).toJson()));
    done.onSuccess(end -> {
      if (vertx.cancelTimer(timer)) {
        message.reply(end.reply().toJson());
      }
      if (request.verb().isChanging() || isRefused(end.reply())) {
        audit(requestCaller, request, end.apps(), end.reply());
      }
    });
  }

  /// The outcome of a request.
  ///
  /// @param apps the names of the affected apps
  private record Outcome(CommandReply reply, List<String> apps) {
    static Outcome without(CommandReply reply) {
      return new Outcome(reply, List.of());
    }
  }

  /// A request and its idempotency key. The key consists of the key that the client sent and a hash
  /// of the body.
  private record KeyedRequest(CommandRequest request, Optional<String> key) {}

  private Future<Outcome> queued(Principal who, KeyedRequest keyedRequest) {
    return keyedRequest.request().verb().isChanging()
        ? guarded(who, keyedRequest)
        : readQueue
            .submit(who, () -> guarded(who, keyedRequest))
            .orElseGet(() ->
                Future.succeededFuture(
                    Outcome.without(
                        new Failed(
                            Code.BUSY,
                            "%d read requests from %s are already pending: try again in a second"
                                .formatted(ReadQueue.MOST_PENDING, who.name())))));
  }

  private Future<Outcome> guarded(Principal who, KeyedRequest keyedRequest) {
    Future<Outcome> done;
    try {
      done = run(who, keyedRequest);
    } catch (RuntimeException failure) {
      done = Future.failedFuture(failure);
    }
    return done.otherwise(CommandVerticle::told);
  }

  private Future<Outcome> run(Principal who, KeyedRequest keyedRequest) {
    CommandRequest request = keyedRequest.request();
    Optional<Failed> refused = RequestAuthorizer.precheck(who, request);
    if (refused.isPresent()) {
      return Future.succeededFuture(Outcome.without(refused.get()));
    }
    var serviceClient = new ServiceClient(vertx.eventBus());
    return described(request)
        .compose(apps ->
            instances(request, serviceClient)
                .compose(all -> decided(who, keyedRequest, apps, all)));
  }

  private Future<Outcome> decided(
      Principal who, KeyedRequest keyedRequest, Apps apps, List<InstanceView> all) {
    var names = apps.specs().stream().map(AppSpec::name).toList();
    return decision(who, keyedRequest.request(), new Subjects(all, names))
        .compose(
            decision -> carriedOut(who, keyedRequest, new RequestSubjects(apps, all), decision));
  }

  /// Authorizes a request. Requests with patterns are authorized on a worker thread, one at a time.
  private Future<Decision> decision(Principal who, CommandRequest request, Subjects subjects) {
    if (!RequestAuthorizer.isLong(request)) {
      return Future.succeededFuture(RequestAuthorizer.authorize(who, request, subjects));
    }
    if (matching.merge(who.name(), 1, Integer::sum) > MOST_MATCHING) {
      matching.merge(who.name(), -1, Integer::sum);
      return Future.succeededFuture(
          new Decision.Refused(
              new Failed(
                  Code.BUSY,
                  "%d requests with patterns from %s are already waiting: try again in a second"
                      .formatted(MOST_MATCHING, who.name()))));
    }
    return BlockingCalls.call(vertx, () -> RequestAuthorizer.authorize(who, request, subjects))
        .onComplete(_ ->
            matching.computeIfPresent(who.name(), (_, count) -> count == 1 ? null : count - 1));
  }

  /// The apps that a request describes, and all existing instances.
  private record RequestSubjects(Apps apps, List<InstanceView> all) {}

  private Future<Outcome> carriedOut(
      Principal who,
      KeyedRequest keyedRequest,
      RequestSubjects requestSubjects,
      Decision decision) {
    CommandRequest request = keyedRequest.request();
    return switch (decision) {
      case Decision.Refused(Failed reply)
          when reply.code() == Code.NOT_FOUND && keyedRequest.key().isPresent() ->
          repeated(key(who, keyedRequest).orElseThrow(), reply);
      case Decision.Refused(Failed reply) -> Future.succeededFuture(Outcome.without(reply));
      case Decision.Allowed(List<InstanceView> chosen) -> {
        Apps apps = requestSubjects.apps();
        var authorizedCommand =
            new AuthorizedCommand(
                who, request, chosen, requestSubjects.all(), apps, key(who, keyedRequest));
        List<String> names =
            Stream.concat(
                    apps.specs().stream().map(AppSpec::name),
                    chosen.stream().map(it -> it.spec().name()))
                .map(Object::toString)
                .distinct()
                .toList();
        yield new OperationRunner(new ServiceClient(vertx.eventBus()), daemon)
            .perform(authorizedCommand)
            .otherwise(failure -> told(failure).reply())
            .map(reply -> new Outcome(reply, names));
      }
    };
  }

  /// Returns the outcome of the first request with this key. Called if no app matches the targets
  /// of a request: the client may be repeating a request that has deleted the apps.
  private Future<Outcome> repeated(String key, Failed notFound) {
    return new ServiceClient(vertx.eventBus())
        .done(new GodCommand.GetOutcome(key))
        .map(reply ->
            Outcome.without(
                reply.problems().isEmpty()
                    ? new CommandReply.Instances(
                        CommandMessageMapper.plain(reply.instances()), reply.notes())
                    : notFound));
  }

  /// Returns a hash of a request body, which is the same in every daemon. A request that reuses a
  /// known key with a different body has a different hash and is therefore carried out.
  private static String digest(@Nullable Object body) {
    return Sha256.hex(String.valueOf(body), DIGEST_BYTES);
  }

  /// Returns a key that contains the principal's name, so that no principal can retrieve the
  /// outcome of another principal's request.
  private static Optional<String> key(Principal who, KeyedRequest keyedRequest) {
    return keyedRequest
        .key()
        .map(key -> who.name() + "/" + keyedRequest.request().verb().keyword() + "/" + key);
  }

  private Future<List<InstanceView>> instances(
      CommandRequest request, ServiceClient serviceClient) {
    return switch (request) {
      case CommandRequest.OnTargets _, CommandRequest.Scale _, CommandRequest.WriteInput _ ->
          serviceClient.shown(new GodCommand.Show(List.of())).map(reply -> reply.instances());
      case CommandRequest.OnApps _,
          CommandRequest.Ping _,
          CommandRequest.ListEvents _,
          CommandRequest.Save _,
          CommandRequest.Resurrect _ ->
          Future.succeededFuture(List.of());
    };
  }

  /// Reads the apps that a request describes, on a worker thread because this accesses files.
  private Future<Apps> described(CommandRequest request) {
    if (!(request instanceof CommandRequest.OnApps of)) {
      return Future.succeededFuture(Apps.NONE);
    }
    CommandRequest.AppDescriptions apps = of.apps();
    var callerContext =
        new io.jpm.config.command.CallerContext(
            apps.cwd(), apps.env().orElse(daemon.environment()));
    var reader = new ProcessFileReader(daemon.defaults().get(), ScriptEvaluator.NONE);
    return vertx
        .executeBlocking(
            () -> reader.request("{\"apps\":" + apps.json() + "}", callerContext), false)
        .map(read -> Objects.requireNonNull(read))
        .compose(CommandVerticle::understood);
  }

  private static Future<Apps> understood(AppsOutcome read) {
    return read.problems().isEmpty()
        ? Future.succeededFuture(new Apps(read.apps(), read.warnings()))
        : Future.failedFuture(
            new RequestRefused(
                new Failed(
                    Code.INVALID,
                    read.problems().stream().map(Problem::toString).toList(),
                    List.of())));
  }

  /// Returns a timeout slightly shorter than the one in the message, or the default if the message
  /// has none. A client may wait for minutes, because an app may be given minutes to stop.
  private Duration timeout(Message<Object> message) {
    String waits = message.headers().get(RequestCaller.WAITS);
    if (waits == null || !waits.matches("[0-9]{1,9}")) {
      return daemon.timeout();
    }
    long millis = Long.parseLong(waits);
    return Duration.ofMillis(Math.max(1, millis - Math.min(MARGIN_MILLIS, millis / 6)));
  }

  private static Failed late(CommandRequest request, Duration patience) {
    return new Failed(
        Code.TIMEOUT,
        "%s is still in progress after %d s: use list or subscribe to jpm.events to see its result"
            .formatted(request.verb().keyword(), patience.toSeconds()));
  }

  private static Outcome told(Throwable failure) {
    if (failure instanceof RequestRefused known) {
      return Outcome.without(known.reply());
    }
    LOG.log(Level.ERROR, "internal error while handling a request", failure);
    return Outcome.without(
        new Failed(
            Code.FAILED, "internal error: " + FileErrors.of(failure) + "; see the daemon's log"));
  }

  private static boolean isRefused(CommandReply reply) {
    return reply instanceof Failed(Code code, _, _)
        && (code == Code.DENIED || code == Code.NOT_FOUND);
  }

  /// Sends an audit record. For an invalid spec, the record contains only the code, because the
  /// message may quote a secret.
  private void audit(
      RequestCaller requestCaller, CommandRequest request, List<String> apps, CommandReply reply) {
    String result =
        !(reply instanceof Failed failed)
            ? "done"
            : failed.code() == Code.INVALID
                ? failed.code().keyword()
                : failed.code().keyword() + ": " + failed.problems().getFirst();
    vertx
        .eventBus()
        .send(
            Addresses.AUDIT,
            new AuditRecord(
                requestCaller.who(), requestCaller.from(), request.verb().keyword(), apps, result));
  }
}
