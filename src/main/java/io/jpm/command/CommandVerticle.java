package io.jpm.command;

import io.jpm.bus.Addresses;
import io.jpm.bus.Blocking;
import io.jpm.bus.access.AuditRecord;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.InstanceView;
import io.jpm.command.Authority.Decision;
import io.jpm.command.Authority.Loaded;
import io.jpm.command.OperationRunner.Apps;
import io.jpm.command.OperationRunner.Order;
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

/// Serves the typed requests of other services on [Addresses#COMMAND]: parses a request, loads the
/// apps it concerns, has [Authority] authorize it, and carries it out. Requests run concurrently,
/// on this verticle's context.
///
/// Changes and refused requests are sent to [Addresses#AUDIT] once their outcome is known. A
/// request without a reply address is ignored.
public final class CommandVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.command");

  /// The part of the sender's timeout that is reserved for delivering the reply.
  private static final long MARGIN_MILLIS = 5000;

  /// The length of the hash that distinguishes different requests sent with the same key by
  /// mistake.
  private static final int DIGEST_BYTES = 8;

  /// The caller of a request that did not come through the bridge. No token can have this name.
  private static final RequestCaller NOBODY =
      new RequestCaller(new Principal("?", Role.READ, Set.of()), "?");

  /// The maximum number of requests of one principal that wait for a thread to match their
  /// patterns.
  private static final int MOST_MATCHING = 8;

  private final CommandContext daemon;

  /// The number of waiting requests with patterns, by the name of the principal.
  private final Map<String, Integer> matching = new HashMap<>();

  public CommandVerticle(CommandContext daemon) {
    this.daemon = daemon;
  }

  @Override
  public Future<?> start() {
    return vertx.eventBus().consumer(Addresses.COMMAND, this::answer).completion();
  }

  private void answer(Message<Object> message) {
    if (message.replyAddress() == null) {
      LOG.log(Level.DEBUG, "a request without a reply address, ignored");
      return;
    }
    Optional<RequestCaller> requestCaller =
        Optional.ofNullable(message.headers().get(RequestCaller.HEADER))
            .flatMap(RequestCaller::fromHeader);
    switch (RequestReader.read(message.body())) {
      case Reading.Refused(Failed reply) -> message.reply(reply.toJson());
      case Reading.Understood(CommandRequest request, _) when requestCaller.isEmpty() -> {
        var reply =
            new Failed(Code.DENIED, "the sender is not authenticated: send through the bridge");
        audit(NOBODY, request, List.of(), reply);
        message.reply(reply.toJson());
      }
      case Reading.Understood(CommandRequest request, Optional<String> key) ->
          serve(
              message,
              requestCaller.orElseThrow(),
              new Asked(request, key.map(text -> text + "/" + digest(message.body()))));
    }
  }

  /// Carries out a request. The client gets exactly one reply in time, whatever happens.
  private void serve(Message<Object> message, RequestCaller requestCaller, Asked asked) {
    CommandRequest request = asked.request();
    Future<Done> done = guarded(requestCaller.who(), asked);
    Duration patience = patience(message);
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
  /// @param apps the names of the apps it concerned
  private record Done(CommandReply reply, List<String> apps) {
    static Done without(CommandReply reply) {
      return new Done(reply, List.of());
    }
  }

  /// A request and its idempotency key, which consists of the key that the client sent and a hash
  /// of the body.
  private record Asked(CommandRequest request, Optional<String> key) {}

  private Future<Done> guarded(Principal who, Asked asked) {
    Future<Done> done;
    try {
      done = run(who, asked);
    } catch (RuntimeException failure) {
      done = Future.failedFuture(failure);
    }
    return done.otherwise(CommandVerticle::told);
  }

  private Future<Done> run(Principal who, Asked asked) {
    CommandRequest request = asked.request();
    Optional<Failed> refused = Authority.before(who, request);
    if (refused.isPresent()) {
      return Future.succeededFuture(Done.without(refused.get()));
    }
    var serviceClient = new ServiceClient(vertx.eventBus());
    return described(request)
        .compose(apps ->
            instances(request, serviceClient).compose(all -> decided(who, asked, apps, all)));
  }

  private Future<Done> decided(Principal who, Asked asked, Apps apps, List<InstanceView> all) {
    var names = apps.specs().stream().map(AppSpec::name).toList();
    return decision(who, asked.request(), new Loaded(all, names))
        .compose(decision -> carriedOut(who, asked, new About(apps, all), decision));
  }

  /// Authorizes a request. Patterns are matched on a worker thread, one request at a time.
  private Future<Decision> decision(Principal who, CommandRequest request, Loaded loaded) {
    if (!Authority.isLong(request)) {
      return Future.succeededFuture(Authority.of(who, request, loaded));
    }
    if (matching.merge(who.name(), 1, Integer::sum) > MOST_MATCHING) {
      matching.merge(who.name(), -1, Integer::sum);
      return Future.succeededFuture(
          new Decision.Refused(
              new Failed(
                  Code.BUSY,
                  "%d requests of %s with patterns are waiting already: try again in a second"
                      .formatted(MOST_MATCHING, who.name()))));
    }
    return Blocking.call(vertx, () -> Authority.of(who, request, loaded))
        .onComplete(_ ->
            matching.computeIfPresent(who.name(), (_, count) -> count == 1 ? null : count - 1));
  }

  /// The apps and instances that a request concerns.
  private record About(Apps apps, List<InstanceView> all) {}

  private Future<Done> carriedOut(Principal who, Asked asked, About about, Decision decision) {
    CommandRequest request = asked.request();
    return switch (decision) {
      case Decision.Refused(Failed reply)
          when reply.code() == Code.NOT_FOUND && asked.key().isPresent() ->
          repeated(key(who, asked).orElseThrow(), reply);
      case Decision.Refused(Failed reply) -> Future.succeededFuture(Done.without(reply));
      case Decision.Allowed(List<InstanceView> chosen) -> {
        Apps apps = about.apps();
        var order = new Order(who, request, chosen, about.all(), apps, key(who, asked));
        List<String> names =
            Stream.concat(
                    apps.specs().stream().map(AppSpec::name),
                    chosen.stream().map(it -> it.spec().name()))
                .map(Object::toString)
                .distinct()
                .toList();
        yield new OperationRunner(new ServiceClient(vertx.eventBus()), daemon)
            .perform(order)
            .otherwise(failure -> told(failure).reply())
            .map(reply -> new Done(reply, names));
      }
    };
  }

  /// Returns the outcome of the first request with this key: an app that it deleted is not found
  /// when the request is repeated.
  private Future<Done> repeated(String key, Failed notFound) {
    return new ServiceClient(vertx.eventBus())
        .done(new GodCommand.Recall(key))
        .map(reply ->
            Done.without(
                reply.problems().isEmpty()
                    ? new CommandReply.Instances(ReplyViews.plain(reply.instances()), reply.notes())
                    : notFound));
  }

  /// Returns a hash that is equal for equal requests, also in the next daemon. A request that uses
  /// a known key with a different body gets another hash and is carried out too.
  private static String digest(@Nullable Object body) {
    return Sha256.hex(String.valueOf(body), DIGEST_BYTES);
  }

  /// Returns a key that contains the name of the principal: no principal can retrieve another one's
  /// outcome with its key.
  private static Optional<String> key(Principal who, Asked asked) {
    return asked.key().map(key -> who.name() + "/" + asked.request().verb().word() + "/" + key);
  }

  private Future<List<InstanceView>> instances(
      CommandRequest request, ServiceClient serviceClient) {
    return switch (request) {
      case CommandRequest.OnTargets _, CommandRequest.Scale _, CommandRequest.TypeLine _ ->
          serviceClient.shown(new GodCommand.Show(List.of())).map(reply -> reply.instances());
      case CommandRequest.OfApps _,
          CommandRequest.Ping _,
          CommandRequest.Events _,
          CommandRequest.Save _,
          CommandRequest.Resurrect _ ->
          Future.succeededFuture(List.of());
    };
  }

  /// Reads the apps that a request describes. This accesses files.
  private Future<Apps> described(CommandRequest request) {
    if (!(request instanceof CommandRequest.OfApps of)) {
      return Future.succeededFuture(Apps.NONE);
    }
    CommandRequest.Described apps = of.apps();
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

  /// Returns slightly less than the sender's timeout, if it states one: a program may be allowed
  /// minutes to stop.
  private Duration patience(Message<Object> message) {
    String waits = message.headers().get(RequestCaller.WAITS);
    if (waits == null || !waits.matches("[0-9]{1,9}")) {
      return daemon.patience();
    }
    long millis = Long.parseLong(waits);
    return Duration.ofMillis(Math.max(1, millis - Math.min(MARGIN_MILLIS, millis / 6)));
  }

  private static Failed late(CommandRequest request, Duration patience) {
    return new Failed(
        Code.TIMEOUT,
        "%s is not done after %d s and continues: list and jpm.events show its result"
            .formatted(request.verb().word(), patience.toSeconds()));
  }

  private static Done told(Throwable failure) {
    if (failure instanceof RequestRefused known) {
      return Done.without(known.reply());
    }
    LOG.log(Level.ERROR, "a request failed", failure);
    return Done.without(
        new Failed(Code.FAILED, "internal error: " + failure + "; see the daemon's log"));
  }

  private static boolean isRefused(CommandReply reply) {
    return reply instanceof Failed(Code code, _, _)
        && (code == Code.DENIED || code == Code.NOT_FOUND);
  }

  /// Sends an audit record. For an invalid spec it contains only the code, since the message may
  /// quote a secret.
  private void audit(
      RequestCaller requestCaller, CommandRequest request, List<String> apps, CommandReply reply) {
    String result =
        !(reply instanceof Failed failed)
            ? "done"
            : failed.code() == Code.INVALID
                ? failed.code().word()
                : failed.code().word() + ": " + failed.problems().getFirst();
    vertx
        .eventBus()
        .send(
            Addresses.AUDIT,
            new AuditRecord(
                requestCaller.who(), requestCaller.from(), request.verb().word(), apps, result));
  }
}
