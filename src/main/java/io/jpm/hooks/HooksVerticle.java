package io.jpm.hooks;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.NumberedEvent;
import io.jpm.hooks.IncidentState.Notification;
import io.jpm.model.AppSpec;
import io.jpm.model.Hooks;
import io.jpm.model.Hooks.Action;
import io.jpm.model.Hooks.HookEvent;
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
/// Receives God's events on [Addresses#NUMBERED_EVENTS], after History has numbered them.
/// Notifications that are still pending when the daemon exits are lost.
public final class HooksVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.hooks");

  private final ProcessHost host;
  private final Path home;
  private final LongSupplier nanoTime;
  private final HookTiming timing;

  /// Instances of apps with hooks, by id.
  private final Map<Integer, InstanceHookState> known = new HashMap<>();

  private final Map<LimiterKey, RateLimiter<PendingHook>> rateLimiters = new HashMap<>();

  /// The key of a rate limiter. Each hook event of an app has its own rate limiter.
  private record LimiterKey(String app, HookEvent hookEvent) {}

  /// A notification that waits to be sent.
  private record PendingHook(Notification notification, AppSpec spec, int number) {}

  /// An instance whose app has or had hooks.
  ///
  /// @param timer the timer that runs while the instance is on probation, see [IncidentState]; −1
  ///   if there is none
  private record InstanceHookState(
      AppSpec spec, int number, IncidentState incidentState, long timer) {
    static final long NO_TIMER = -1;

    InstanceHookState with(AppSpec other, int otherNumber) {
      return new InstanceHookState(other, otherNumber, incidentState, timer);
    }
  }

  /// @param host starts the processes of commands
  /// @param home the daemon's home; its directory `hooks` contains the pipes of commands
  /// @param nanoTime returns the monotonic time in nanoseconds
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
    var webhookSender = new WebhookSender(vertx, timing);
    return BlockingCalls.call(vertx, this::left)
        .compose(left ->
            left.isEmpty()
                ? Future.<Boolean>succeededFuture()
                : new OrphanedHookReaper(vertx, host)
                    .end(HookCommands.tagPrefix(home), timing.command())
                    .compose(_ -> BlockingCalls.call(vertx, () -> clear(left))))
        .compose(_ ->
            vertx
                .eventBus()
                .<NumberedEvent>consumer(
                    Addresses.NUMBERED_EVENTS,
                    m -> {
                      recordInstance(m.body().event());
                      onEvent(m.body().message(), hookCommands, webhookSender);
                    })
                .completion());
  }

  /// Returns the pipes of commands that were running when an earlier daemon died. Commands that run
  /// as another user are recognized by their pipes, so the pipes must not be deleted before these
  /// commands have been found.
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

  /// Records the current spec of an instance. Instances of apps that never had hooks are not
  /// recorded.
  private void recordInstance(InstanceEvent event) {
    AppSpec spec = event.instance().spec();
    int id = event.instance().id().value();
    int number = event.instance().number();
    if (event.kind() == InstanceEvent.Kind.DELETE) {
      return;
    }
    InstanceHookState before = known.get(id);
    if (before != null) {
      known.put(id, before.with(spec, number));
    } else if (!spec.hooks().equals(Hooks.NONE)) {
      known.put(
          id, new InstanceHookState(spec, number, IncidentState.WELL, InstanceHookState.NO_TIMER));
    }
  }

  private void onEvent(EventMessage event, HookCommands hookCommands, WebhookSender webhookSender) {
    InstanceHookState one = known.get(event.id());
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
        one.incidentState().apply(event, one.spec().restart()),
        hookCommands,
        webhookSender);
  }

  private void follow(
      int id,
      InstanceHookState one,
      IncidentState.Transition transition,
      HookCommands hookCommands,
      WebhookSender webhookSender) {
    IncidentState next = transition.next();
    long timer = one.timer();
    if (!next.probation().equals(one.incidentState().probation())) {
      vertx.cancelTimer(timer);
      timer =
          next.probation().isEmpty()
              ? InstanceHookState.NO_TIMER
              : vertx.setTimer(
                  Math.max(1, minUptime(one).toMillis()),
                  _ -> held(id, hookCommands, webhookSender));
    }
    known.put(id, new InstanceHookState(one.spec(), one.number(), next, timer));
    transition
        .notification()
        .ifPresent(occurrence ->
            offer(
                new PendingHook(occurrence, one.spec(), one.number()),
                hookCommands,
                webhookSender));
  }

  private void held(int id, HookCommands hookCommands, WebhookSender webhookSender) {
    InstanceHookState one = known.get(id);
    if (one != null) {
      follow(
          id,
          one,
          one.incidentState().probationPassed(words(minUptime(one))),
          hookCommands,
          webhookSender);
    }
  }

  private static String words(Duration time) {
    long millis = time.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }

  private static Duration minUptime(InstanceHookState one) {
    return one.spec().restart().minUptime();
  }

  private void forget(EventMessage event) {
    Optional.ofNullable(known.remove(event.id())).ifPresent(one -> vertx.cancelTimer(one.timer()));
    boolean last =
        known.values().stream().noneMatch(one -> one.spec().name().value().equals(event.app()));
    if (last) {
      rateLimiters.keySet().removeIf(limiterKey -> limiterKey.app().equals(event.app()));
    }
  }

  private void offer(
      PendingHook pendingHook, HookCommands hookCommands, WebhookSender webhookSender) {
    HookEvent occasion = pendingHook.notification().hookEvent();
    if (pendingHook.spec().hooks().actions().getOrDefault(occasion, List.of()).isEmpty()) {
      return;
    }
    var limiterKey = new LimiterKey(pendingHook.spec().name().value(), occasion);
    RateLimiter<PendingHook> rateLimiter =
        rateLimiters.computeIfAbsent(limiterKey, _ -> new RateLimiter<>());
    Optional<RateLimiter.Permit<PendingHook>> pass =
        rateLimiter.offer(pendingHook, nanoTime.getAsLong());
    proceed(rateLimiter, pass, hookCommands, webhookSender);
  }

  private void proceed(
      RateLimiter<PendingHook> rateLimiter,
      Optional<RateLimiter.Permit<PendingHook>> pass,
      HookCommands hookCommands,
      WebhookSender webhookSender) {
    if (pass.isPresent()) {
      notify(pass.get(), hookCommands, webhookSender)
          .onComplete(_ -> {
            long now = nanoTime.getAsLong();
            proceed(rateLimiter, rateLimiter.done(now), hookCommands, webhookSender);
          });
      return;
    }
    rateLimiter
        .nextPermitAt()
        .ifPresent(at -> {
          long millis = Math.max(1, (at - nanoTime.getAsLong()) / 1_000_000 + 1);
          vertx.setTimer(
              millis,
              _ ->
                  proceed(
                      rateLimiter,
                      rateLimiter.poll(nanoTime.getAsLong()),
                      hookCommands,
                      webhookSender));
        });
  }

  private static Future<?> notify(
      RateLimiter.Permit<PendingHook> permit,
      HookCommands hookCommands,
      WebhookSender webhookSender) {
    PendingHook pendingHook = permit.item();
    var hookPayload =
        new HookPayload(
            pendingHook.notification(), pendingHook.spec(), pendingHook.number(), permit.missed());
    List<Future<Void>> all =
        pendingHook
            .spec()
            .hooks()
            .actions()
            .getOrDefault(pendingHook.notification().hookEvent(), List.of())
            .stream()
            .map(action -> carryOut(action, hookPayload, hookCommands, webhookSender))
            .toList();
    LOG.log(Level.DEBUG, "{0}: running {1} actions", hookPayload.label(), all.size());
    return Future.join(all);
  }

  private static Future<Void> carryOut(
      Action action,
      HookPayload hookPayload,
      HookCommands hookCommands,
      WebhookSender webhookSender) {
    return switch (action) {
      case Hooks.Exec(List<String> command) -> hookCommands.run(hookPayload, command);
      case Hooks.Webhook(var url) -> webhookSender.post(hookPayload, url);
    };
  }
}
