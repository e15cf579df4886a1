package io.jpm.hooks;

import io.jpm.bus.Addresses;
import io.jpm.bus.InstanceEvent;
import io.jpm.bus.OffLoop;
import io.jpm.hooks.Course.Occurrence;
import io.jpm.model.AppSpec;
import io.jpm.model.Hooks;
import io.jpm.model.Hooks.Action;
import io.jpm.model.Hooks.Occasion;
import io.jpm.os.ProcessHost;
import io.jpm.wire.EventMessage;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Tells whom the hooks of apps name. Deployed after History and before God.
///
/// Two publications are heard: God's on [Addresses#GOD_EVENTS], which come first and bring the
/// app's description, and History's on [Addresses#EVENTS], which bring the number and are what is
/// acted on. What is to be told and has not been when the daemon ends is lost.
public final class HooksVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.hooks");

  private final ProcessHost host;
  private final Path home;
  private final LongSupplier nanoTime;
  private final HookTiming timing;

  /// By id.
  private final Map<Integer, Known> known = new HashMap<>();

  private final Map<Gate, Turnstile<Due>> turnstiles = new HashMap<>();

  /// An occasion of an app.
  private record Gate(String app, Occasion occasion) {}

  /// Something to be told.
  private record Due(Occurrence occurrence, AppSpec spec, int number) {}

  /// An instance.
  ///
  /// @param timer of its probation; -1: none
  private record Known(AppSpec spec, int number, Course course, long timer) {
    static final long NO_TIMER = -1;

    Known with(AppSpec other, int otherNumber) {
      return new Known(other, otherNumber, course, timer);
    }
  }

  /// @param host who makes processes
  /// @param home the daemon's; the pipes of commands are in its folder `hooks`
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
    var commands = new Commands(vertx, host, home, timing.command());
    var webhooks = new Webhooks(vertx, timing);
    return OffLoop.call(vertx, this::clear)
        .compose(left ->
            left
                ? new Orphans(vertx, host).end(Commands.tagPrefix(home), timing.command())
                : Future.succeededFuture())
        .compose(_ ->
            Future.all(
                vertx
                    .eventBus()
                    .<InstanceEvent>consumer(Addresses.GOD_EVENTS, m -> meet(m.body()))
                    .completion(),
                vertx
                    .eventBus()
                    .<JsonObject>consumer(
                        Addresses.EVENTS,
                        m -> hear(EventMessage.fromJson(m.body()), commands, webhooks))
                    .completion()));
  }

  /// Removes the pipes of commands that a former daemon ran when it died.
  ///
  /// @return whether there were any
  private boolean clear() throws IOException {
    Path folder = home.resolve("hooks");
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
      boolean any = false;
      for (Path pipe : left) {
        any |= Files.deleteIfExists(pipe);
      }
      return any;
    }
  }

  /// God tells before History does, also what concerns nobody: an app may get hooks later.
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
      known.put(id, new Known(spec, number, Course.WELL, Known.NO_TIMER));
    }
  }

  private void hear(EventMessage event, Commands commands, Webhooks webhooks) {
    Known one = known.get(event.id());
    if (one == null || !one.spec().name().value().equals(event.app())) {
      return;
    }
    if (event.event().equals("delete")) {
      forget(event);
      return;
    }
    follow(event.id(), one, one.course().hear(event, one.spec().restart()), commands, webhooks);
  }

  private void follow(int id, Known one, Course.Heard heard, Commands commands, Webhooks webhooks) {
    Course next = heard.next();
    long timer = one.timer();
    if (!next.probation().equals(one.course().probation())) {
      vertx.cancelTimer(timer);
      timer =
          next.probation().isEmpty()
              ? Known.NO_TIMER
              : vertx.setTimer(
                  Math.max(1, minUptime(one).toMillis()), _ -> held(id, commands, webhooks));
    }
    known.put(id, new Known(one.spec(), one.number(), next, timer));
    heard
        .occasion()
        .ifPresent(
            occurrence -> offer(new Due(occurrence, one.spec(), one.number()), commands, webhooks));
  }

  private void held(int id, Commands commands, Webhooks webhooks) {
    Known one = known.get(id);
    if (one != null) {
      follow(id, one, one.course().held(words(minUptime(one))), commands, webhooks);
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

  private void offer(Due due, Commands commands, Webhooks webhooks) {
    Occasion occasion = due.occurrence().occasion();
    if (due.spec().hooks().actions().getOrDefault(occasion, List.of()).isEmpty()) {
      return;
    }
    var gate = new Gate(due.spec().name().value(), occasion);
    Turnstile<Due> turnstile = turnstiles.computeIfAbsent(gate, _ -> new Turnstile<>());
    Optional<Turnstile.Pass<Due>> pass = turnstile.offer(due, nanoTime.getAsLong());
    go(turnstile, pass, commands, webhooks);
  }

  private void go(
      Turnstile<Due> turnstile,
      Optional<Turnstile.Pass<Due>> pass,
      Commands commands,
      Webhooks webhooks) {
    if (pass.isPresent()) {
      tell(pass.get(), commands, webhooks)
          .onComplete(_ -> {
            long now = nanoTime.getAsLong();
            go(turnstile, turnstile.done(now), commands, webhooks);
          });
      return;
    }
    turnstile
        .opensAt()
        .ifPresent(at -> {
          long millis = Math.max(1, (at - nanoTime.getAsLong()) / 1_000_000 + 1);
          vertx.setTimer(
              millis, _ -> go(turnstile, turnstile.look(nanoTime.getAsLong()), commands, webhooks));
        });
  }

  private static Future<?> tell(Turnstile.Pass<Due> pass, Commands commands, Webhooks webhooks) {
    Due due = pass.what();
    var telling = new Telling(due.occurrence(), due.spec(), due.number(), pass.missed());
    List<Future<Void>> all =
        due.spec().hooks().actions().getOrDefault(due.occurrence().occasion(), List.of()).stream()
            .map(action -> carryOut(action, telling, commands, webhooks))
            .toList();
    LOG.log(Level.DEBUG, "{0} is told to {1}", telling.label(), all.size());
    return Future.join(all);
  }

  private static Future<Void> carryOut(
      Action action, Telling telling, Commands commands, Webhooks webhooks) {
    return switch (action) {
      case Hooks.Exec(List<String> command) -> commands.run(telling, command);
      case Hooks.Webhook(var url) -> webhooks.post(telling, url);
    };
  }
}
