package io.jpm.hooks;

import io.jpm.bus.Addresses;
import io.jpm.bus.Blocking;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.NumberedEvent;
import io.jpm.hooks.IncidentState.Occurrence;
import io.jpm.model.AppSpec;
import io.jpm.model.Hooks;
import io.jpm.model.Hooks.Action;
import io.jpm.model.Hooks.Occasion;
import io.jpm.os.ProcessHost;
import io.jpm.wire.EventMessage;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Runs the hooks of apps when their hook events occur. Deployed after History and before God.
///
/// Receives God's events after History has numbered them, on [Addresses#NUMBERED_EVENTS].
/// Notifications that are still pending when the daemon ends are lost.
public final class HooksVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.hooks");

  private final ProcessHost host;
  private final Path home;
  private final LongSupplier nanoTime;
  private final HookTiming timing;

  /// Instances of apps with hooks, by id.
  private final Map<Integer, Known> known = new HashMap<>();

  private final Map<Gate, RateLimiter<Due>> turnstiles = new HashMap<>();

  /// A hook event of an app; each has its own rate limiter.
  private record Gate(String app, Occasion occasion) {}

  /// A notification that waits to be sent.
  private record Due(Occurrence occurrence, AppSpec spec, int number) {}

  /// An instance whose app has or had hooks.
  ///
  /// @param timer runs while the instance is on probation, see [IncidentState]; -1: none
  private record Known(AppSpec spec, int number, IncidentState incidentState, long timer) {
    static final long NO_TIMER = -1;

    Known with(AppSpec other, int otherNumber) {
      return new Known(other, otherNumber, incidentState, timer);
    }
  }

  /// @param host starts the processes of commands
  /// @param home the daemon's home; its directory `hooks` contains the pipes of commands
  /// @param nanoTime monotonic time
  public HooksVerticle(ProcessHost host, Path home, LongSupplier nanoTime) {
    this(host, home, nanoTime, HookTiming.USUAL);
  }

  HooksVerticle(ProcessHost host, Path home, LongSupplier nanoTime, HookTiming timing) {
    this.host = host;
    this.home = home;
    this.nanoTime = nanoTime;
    this.timing = timing;
  }

  @Override
  public Future<?> start() {
    var hookCommands = new HookCommands(vertx, host, home, timing.command());
    var webhooks = new Webhooks(vertx, timing);
    return Blocking.call(vertx, this::left)
        .compose(left ->
            left.isEmpty()
                ? Future.<Boolean>succeededFuture()
                : new Orphans(vertx, host)
                    .end(HookCommands.tagPrefix(home), timing.command())
                    .compose(_ -> Blocking.call(vertx, () -> clear(left))))
        .compose(_ ->
            vertx
                .eventBus()
                .<NumberedEvent>consumer(
                    Addresses.NUMBERED_EVENTS,
                    m -> {
                      meet(m.body().event());
                      hear(m.body().message(), hookCommands, webhooks);
                    })
                .completion());
  }

  /// Returns the pipes of commands that were running when an earlier daemon died. The command of
  /// another user is recognized by its pipe, so the pipes are deleted only after all such commands
  /// have been found.
  private List<Path> left() throws IOException {
    Path folder = home.resolve("hooks");
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
      List<Path> pipes = new ArrayList<>();
      left.forEach(pipes::add);
      return List.copyOf(pipes);
    }
  }

  private static boolean clear(List<Path> pipes) throws IOException {
    for (Path pipe : pipes) {
      Files.deleteIfExists(pipe);
    }
    return true;
  }

  /// Records the spec of the instance. An instance without hooks is recorded as soon as its app
  /// gets some.
  private void meet(InstanceEvent event) {
    AppSpec spec = event.instance().spec();
    int id = event.instance().id().value();
    int number = event.instance().number();
    if (event.kind() == InstanceEvent.Kind.DELETE) {
      return;
    }
    Known before = known.get(id);
    if (before != null) {
      known.put(id, before.with(spec, number));
    } else if (!spec.hooks().equals(Hooks.NONE)) {
      known.put(id, new Known(spec, number, IncidentState.WELL, Known.NO_TIMER));
    }
  }

  private void hear(EventMessage event, HookCommands hookCommands, Webhooks webhooks) {
    Known one = known.get(event.id());
    if (one == null || !one.spec().name().value().equals(event.app())) {
      return;
    }
    if (event.event().equals("delete")) {
      forget(event);
      return;
    }
    follow(
        event.id(),
        one,
        one.incidentState().hear(event, one.spec().restart()),
        hookCommands,
        webhooks);
  }

  private void follow(
      int id, Known one, IncidentState.Heard heard, HookCommands hookCommands, Webhooks webhooks) {
    IncidentState next = heard.next();
    long timer = one.timer();
    if (!next.probation().equals(one.incidentState().probation())) {
      vertx.cancelTimer(timer);
      timer =
          next.probation().isEmpty()
              ? Known.NO_TIMER
              : vertx.setTimer(
                  Math.max(1, minUptime(one).toMillis()), _ -> held(id, hookCommands, webhooks));
    }
    known.put(id, new Known(one.spec(), one.number(), next, timer));
    heard
        .occasion()
        .ifPresent(occurrence ->
            offer(new Due(occurrence, one.spec(), one.number()), hookCommands, webhooks));
  }

  private void held(int id, HookCommands hookCommands, Webhooks webhooks) {
    Known one = known.get(id);
    if (one != null) {
      follow(id, one, one.incidentState().held(words(minUptime(one))), hookCommands, webhooks);
    }
  }

  private static String words(Duration time) {
    long millis = time.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }

  private static Duration minUptime(Known one) {
    return one.spec().restart().minUptime();
  }

  private void forget(EventMessage event) {
    Optional.ofNullable(known.remove(event.id())).ifPresent(one -> vertx.cancelTimer(one.timer()));
    boolean last =
        known.values().stream().noneMatch(one -> one.spec().name().value().equals(event.app()));
    if (last) {
      turnstiles.keySet().removeIf(gate -> gate.app().equals(event.app()));
    }
  }

  private void offer(Due due, HookCommands hookCommands, Webhooks webhooks) {
    Occasion occasion = due.occurrence().occasion();
    if (due.spec().hooks().actions().getOrDefault(occasion, List.of()).isEmpty()) {
      return;
    }
    var gate = new Gate(due.spec().name().value(), occasion);
    RateLimiter<Due> rateLimiter = turnstiles.computeIfAbsent(gate, _ -> new RateLimiter<>());
    Optional<RateLimiter.Pass<Due>> pass = rateLimiter.offer(due, nanoTime.getAsLong());
    go(rateLimiter, pass, hookCommands, webhooks);
  }

  private void go(
      RateLimiter<Due> rateLimiter,
      Optional<RateLimiter.Pass<Due>> pass,
      HookCommands hookCommands,
      Webhooks webhooks) {
    if (pass.isPresent()) {
      tell(pass.get(), hookCommands, webhooks)
          .onComplete(_ -> {
            long now = nanoTime.getAsLong();
            go(rateLimiter, rateLimiter.done(now), hookCommands, webhooks);
          });
      return;
    }
    rateLimiter
        .opensAt()
        .ifPresent(at -> {
          long millis = Math.max(1, (at - nanoTime.getAsLong()) / 1_000_000 + 1);
          vertx.setTimer(
              millis,
              _ -> go(rateLimiter, rateLimiter.look(nanoTime.getAsLong()), hookCommands, webhooks));
        });
  }

  private static Future<?> tell(
      RateLimiter.Pass<Due> pass, HookCommands hookCommands, Webhooks webhooks) {
    Due due = pass.what();
    var hookPayload = new HookPayload(due.occurrence(), due.spec(), due.number(), pass.missed());
    List<Future<Void>> all =
        due.spec().hooks().actions().getOrDefault(due.occurrence().occasion(), List.of()).stream()
            .map(action -> carryOut(action, hookPayload, hookCommands, webhooks))
            .toList();
    LOG.log(Level.DEBUG, "{0} runs {1} actions", hookPayload.label(), all.size());
    return Future.join(all);
  }

  private static Future<Void> carryOut(
      Action action, HookPayload hookPayload, HookCommands hookCommands, Webhooks webhooks) {
    return switch (action) {
      case Hooks.Exec(List<String> command) -> hookCommands.run(hookPayload, command);
      case Hooks.Webhook(var url) -> webhooks.post(hookPayload, url);
    };
  }
}
