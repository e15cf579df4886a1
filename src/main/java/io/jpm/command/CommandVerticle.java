package io.jpm.command;

import io.jpm.bus.Addresses;
import io.jpm.bus.Audited;
import io.jpm.bus.GodCommand;
import io.jpm.bus.InstanceView;
import io.jpm.command.Authority.Decision;
import io.jpm.command.Authority.Loaded;
import io.jpm.command.Performing.Apps;
import io.jpm.command.Performing.Order;
import io.jpm.command.RequestReader.Reading;
import io.jpm.config.AppsOutcome;
import io.jpm.config.Problem;
import io.jpm.config.ProcessFileReader;
import io.jpm.config.ScriptEvaluator;
import io.jpm.model.AppSpec;
import io.jpm.model.Principal;
import io.jpm.model.Role;
import io.jpm.wire.Caller;
import io.jpm.wire.CommandReply;
import io.jpm.wire.CommandReply.Code;
import io.jpm.wire.CommandReply.Failed;
import io.jpm.wire.CommandRequest;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Answers the typed requests of other services on [Addresses#COMMAND]: reads one, loads what it is
/// about, has [Authority] decide, and does it. Any number at a time; on this verticle's context.
///
/// What changes something, and what is refused, is told to [Addresses#AUDIT] when it is known what
/// has become of it. A request that nobody waits for is not done.
public final class CommandVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.command");

  /// What of the time that a sender waits is left for the way of the answer.
  private static final long MARGIN_MILLIS = 5000;

  /// Of a hash: enough to tell requests apart that have one key by mistake.
  private static final int DIGEST_BYTES = 8;

  /// Whoever comes without the bridge's word for it; no token can be called so.
  private static final Caller NOBODY = new Caller(new Principal("?", Role.READ, Set.of()), "?");

  private final CommandContext daemon;

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
    Optional<Caller> caller =
        Optional.ofNullable(message.headers().get(Caller.HEADER)).flatMap(Caller::fromHeader);
    switch (RequestReader.read(message.body())) {
      case Reading.Refused(Failed reply) -> message.reply(reply.toJson());
      case Reading.Understood(CommandRequest request, _) when caller.isEmpty() -> {
        var reply = new Failed(Code.DENIED, "nobody vouches for who asks: send by the bridge");
        audit(NOBODY, request, List.of(), reply);
        message.reply(reply.toJson());
      }
      case Reading.Understood(CommandRequest request, Optional<String> key) ->
          serve(
              message,
              caller.orElseThrow(),
              new Asked(request, key.map(text -> text + "/" + digest(message.body()))));
    }
  }

  /// Whatever happens, the client gets one reply, and in time.
  private void serve(Message<Object> message, Caller caller, Asked asked) {
    CommandRequest request = asked.request();
    Future<Done> done = guarded(caller.who(), asked);
    Duration patience = patience(message);
    long timer =
        vertx.setTimer(patience.toMillis(), _ -> message.reply(late(request, patience).toJson()));
    done.onSuccess(end -> {
      if (vertx.cancelTimer(timer)) {
        message.reply(end.reply().toJson());
      }
      if (request.verb().isChanging() || isRefused(end.reply())) {
        audit(caller, request, end.apps(), end.reply());
      }
    });
  }

  /// What has become of a request.
  ///
  /// @param apps the names of the apps that it was about
  private record Done(CommandReply reply, List<String> apps) {
    static Done without(CommandReply reply) {
      return new Done(reply, List.of());
    }
  }

  /// A request, and what its repetitions have in common with it: the key and what is asked.
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
    var rooms = new Rooms(vertx.eventBus());
    return described(request)
        .compose(apps -> instances(request, rooms).compose(all -> decided(who, asked, apps, all)));
  }

  private Future<Done> decided(Principal who, Asked asked, Apps apps, List<InstanceView> all) {
    CommandRequest request = asked.request();
    var names = apps.specs().stream().map(AppSpec::name).toList();
    return switch (Authority.of(who, request, new Loaded(all, names))) {
      case Decision.Refused(Failed reply)
          when reply.code() == Code.NOT_FOUND && asked.key().isPresent() ->
          repeated(key(who, asked).orElseThrow(), reply);
      case Decision.Refused(Failed reply) -> Future.succeededFuture(Done.without(reply));
      case Decision.Allowed(List<InstanceView> chosen) -> {
        var order = new Order(who, request, chosen, all, apps, key(who, asked));
        List<String> about =
            Stream.concat(names.stream(), chosen.stream().map(it -> it.spec().name()))
                .map(Object::toString)
                .distinct()
                .toList();
        yield new Performing(new Rooms(vertx.eventBus()), daemon)
            .perform(order)
            .otherwise(failure -> told(failure).reply())
            .map(reply -> new Done(reply, about));
      }
    };
  }

  /// What was deleted by the first request is not found by its repetition.
  private Future<Done> repeated(String key, Failed notFound) {
    return new Rooms(vertx.eventBus())
        .done(new GodCommand.Recall(key))
        .map(reply ->
            Done.without(
                reply.problems().isEmpty()
                    ? new CommandReply.Instances(Views.plain(reply.instances()), reply.notes())
                    : notFound));
  }

  /// The same for the same request, also in the next daemon. A key that comes with something else
  /// is another's: that is done, too.
  private static String digest(@Nullable Object body) {
    byte[] text = String.valueOf(body).getBytes(StandardCharsets.UTF_8);
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // each Java has it
    }
  }

  /// Nobody hears by another's key what that one has done.
  private static Optional<String> key(Principal who, Asked asked) {
    return asked.key().map(key -> who.name() + "/" + asked.request().verb().word() + "/" + key);
  }

  private Future<List<InstanceView>> instances(CommandRequest request, Rooms rooms) {
    return switch (request) {
      case CommandRequest.OnTargets _, CommandRequest.Scale _, CommandRequest.TypeLine _ ->
          rooms.shown(new GodCommand.Show(List.of())).map(reply -> reply.instances());
      case CommandRequest.OfApps _,
          CommandRequest.Ping _,
          CommandRequest.Events _,
          CommandRequest.Save _,
          CommandRequest.Resurrect _ ->
          Future.succeededFuture(List.of());
    };
  }

  /// The apps that a request describes: reading them looks at files.
  private Future<Apps> described(CommandRequest request) {
    if (!(request instanceof CommandRequest.OfApps of)) {
      return Future.succeededFuture(Apps.NONE);
    }
    CommandRequest.Described apps = of.apps();
    var caller = new io.jpm.config.Caller(apps.cwd(), apps.env().orElse(daemon.environment()));
    var reader = new ProcessFileReader(daemon.defaults().get(), ScriptEvaluator.NONE);
    return vertx
        .executeBlocking(() -> reader.request("{\"apps\":" + apps.json() + "}", caller), false)
        .map(read -> Objects.requireNonNull(read))
        .compose(CommandVerticle::understood);
  }

  private static Future<Apps> understood(AppsOutcome read) {
    return read.problems().isEmpty()
        ? Future.succeededFuture(new Apps(read.apps(), read.warnings()))
        : Future.failedFuture(
            new Refusal(
                new Failed(
                    Code.INVALID,
                    read.problems().stream().map(Problem::toString).toList(),
                    List.of())));
  }

  /// A little less than the sender waits, where it says so: a program may be given minutes to end.
  private Duration patience(Message<Object> message) {
    String waits = message.headers().get(Caller.WAITS);
    if (waits == null || !waits.matches("[0-9]{1,9}")) {
      return daemon.patience();
    }
    long millis = Long.parseLong(waits);
    return Duration.ofMillis(Math.max(1, millis - Math.min(MARGIN_MILLIS, millis / 6)));
  }

  private static Failed late(CommandRequest request, Duration patience) {
    return new Failed(
        Code.TIMEOUT,
        "%s is not done after %d s and goes on: list and jpm.events tell what comes of it"
            .formatted(request.verb().word(), patience.toSeconds()));
  }

  private static Done told(Throwable failure) {
    if (failure instanceof Refusal known) {
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

  /// A sentence about what somebody has described may quote a secret: of that only the code is
  /// told.
  private void audit(Caller caller, CommandRequest request, List<String> apps, CommandReply reply) {
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
            new Audited(caller.who(), caller.from(), request.verb().word(), apps, result));
  }
}
