package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.HealthReport;
import io.jpm.bus.InstanceView;
import io.jpm.console.monit.Key;
import io.jpm.console.monit.KeyReader;
import io.jpm.console.monit.Look;
import io.jpm.console.monit.Machine;
import io.jpm.console.monit.Order;
import io.jpm.console.monit.Painter;
import io.jpm.console.monit.Picture;
import io.jpm.console.monit.Scene;
import io.jpm.console.monit.Size;
import io.jpm.console.monit.View;
import io.jpm.console.monit.World;
import io.jpm.console.text.Listing;
import io.jpm.model.InstanceId;
import io.jpm.wire.ConsoleInput;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One screen of `jpm monit`. Whenever the client asks it is answered at once with what has changed
/// on the screen, out of what is known then; other rooms are asked meanwhile, and none of them is
/// waited for. A client that does not ask costs nothing.
///
/// Owned by the session's context.
final class MonitScreen {
  private static final long REFRESHED_AFTER = Duration.ofSeconds(1).toNanos();
  private static final Size USUAL = new Size(80, 24);

  private final Session session;
  private final Call.Audit audit;
  private final Rooms rooms;
  private final ConsoleContext context;
  private final MonitCommand.Clock clock;
  private final MonitUsage usage;
  private final MonitLog log;
  private final Painter painter;
  private final View view = new View();
  private final KeyReader reader = new KeyReader();
  private final List<Key> keys = new ArrayList<>();
  private final Promise<ExitCode> ended = Promise.promise();
  private Picture picture = Picture.NONE;
  private Size size;
  private List<InstanceView> instances = List.of();
  private Optional<HealthReport> health = Optional.empty();
  private boolean refreshing;
  private long refreshedNanos;

  MonitScreen(
      Call call,
      Rooms rooms,
      ConsoleContext context,
      MonitCommand.Clock clock,
      MonitUsage usage,
      Look look) {
    this.session = call.session();
    this.audit = call.audit();
    this.rooms = rooms;
    this.context = context;
    this.clock = clock;
    this.usage = usage;
    this.log = new MonitLog(rooms, context.timing());
    this.painter = new Painter(look);
    int cols = session.tty().cols();
    int rows = session.tty().rows();
    this.size = cols > 0 && rows > 0 ? new Size(cols, rows) : USUAL;
  }

  /// Draws until the user has enough or the client is gone.
  ///
  /// @param show whom to show
  /// @param known as they are now
  Future<ExitCode> run(GodCommand.Show show, List<InstanceView> known) {
    instances = known;
    refreshedNanos = clock.nanos().getAsLong();
    session.listen(this::hear);
    session
        .ended()
        .onComplete(_ -> {
          usage.end();
          ended.tryComplete(ExitCode.OK);
        });
    answers(show);
    return ended.future();
  }

  private void hear(@Nullable Object said) {
    ConsoleInput input = ConsoleInput.read(said);
    keys.addAll(reader.read(input.keys()));
    if (input.cols() > 0 && input.rows() > 0) {
      size = new Size(input.cols(), input.rows());
    }
  }

  private void answers(GodCommand.Show show) {
    session
        .whenAsked()
        .map(_ -> answered(show))
        .onSuccess(goesOn -> {
          if (goesOn) {
            answers(show);
          } else {
            ended.tryComplete(ExitCode.OK);
          }
        })
        .onFailure(failure -> {
          if (session.isOver()) {
            ended.tryComplete(ExitCode.OK);
          } else {
            ended.tryFail(failure);
          }
        });
  }

  /// @return whether it goes on
  private boolean answered(GodCommand.Show show) {
    boolean typed = !keys.isEmpty();
    for (Key key : List.copyOf(keys)) {
      Order order = view.press(key, scene()).orElse(null);
      if (order instanceof Order.Quit) {
        return false;
      }
      if (order != null) {
        carryOut(order);
      }
    }
    keys.clear();
    long now = clock.nanos().getAsLong();
    usage.renew(now);
    Scene scene = scene();
    // Who is passed on the way to another app is not asked for its log.
    if (!typed && !view.selectedIn(scene).map(InstanceView::id).equals(log.whose())) {
      log.show(view.selectedIn(scene));
      health = Optional.empty();
    }
    log.asked();
    if (!refreshing && now - refreshedNanos >= REFRESHED_AFTER) {
      refresh(show);
    }
    usage.show(view.visible(scene).stream().map(InstanceView::id).toList());
    draw();
    return true;
  }

  private Scene scene() {
    Instant now = context.clock().instant();
    Duration up = Duration.between(clock.started(), now);
    var machine = new Machine(context.version(), context.pid(), up, usage.host());
    var world =
        new World(instances, usage.uses(), usage.charts(), machine, log.tail(), health, now);
    return view.arrange(world, size);
  }

  private void draw() {
    Picture next = painter.paint(scene(), view);
    String changes = next.since(picture);
    picture = next;
    if (changes.isEmpty()) {
      session.accept();
    } else {
      session.out(changes);
    }
  }

  /// Asks God, and Satan how the selected one is.
  private void refresh(GodCommand.Show show) {
    refreshing = true;
    rooms
        .god(show)
        .onSuccess(this::refreshed)
        .onFailure(failure -> view.say(String.valueOf(failure.getMessage())))
        .onComplete(_ -> {
          refreshing = false;
          refreshedNanos = clock.nanos().getAsLong();
        });
  }

  private void refreshed(GodReply reply) {
    instances = reply.instances();
    Set<InstanceId> ids = new HashSet<>();
    instances.forEach(instance -> ids.add(instance.id()));
    usage.keep(ids);
    view.selectedIn(scene()).ifPresent(this::askHealth);
  }

  private void askHealth(InstanceView instance) {
    var alone = new Listing(List.of(instance), Map.of(), context.clock().instant(), context.user());
    rooms
        .withHealth(alone)
        .onSuccess(found -> {
          if (log.whose().equals(Optional.of(instance.id()))) {
            health = found.health().values().stream().findFirst();
          }
        });
  }

  private void carryOut(Order order) {
    GodCommand command =
        switch (order) {
          case Order.Restart(var id, _) -> act(GodCommand.Action.RESTART, id);
          case Order.Stop(var id, _) -> act(GodCommand.Action.STOP, id);
          case Order.Start(var id, _) -> act(GodCommand.Action.START, id);
          case Order.Reload(var app) ->
              new GodCommand.Reload(List.of(app.value()), List.of(), 1, Optional.empty());
          case Order.Scale(var app, int by) ->
              new GodCommand.Scale(app.value(), GodCommand.Scale.Step.BY, by);
          case Order.Quit() -> throw new IllegalArgumentException("leaving is no command");
        };
    view.say(order.progress() + "…");
    rooms
        .god(command)
        .onSuccess(reply -> {
          audit.tell(change(order), reply.problems().isEmpty());
          view.say(
              reply.problems().isEmpty()
                  ? order.progress() + ": done"
                  : String.join("; ", reply.problems()));
          refreshedNanos -= REFRESHED_AFTER; // what it has changed is to be seen at once
        })
        .onFailure(failure -> {
          audit.tell(change(order), false);
          view.say(String.valueOf(failure.getMessage()));
        });
  }

  private static ConsoleAudit.Change change(Order order) {
    return switch (order) {
      case Order.Restart(var id, _) -> change(Verb.RESTART, id);
      case Order.Stop(var id, _) -> change(Verb.STOP, id);
      case Order.Start(var id, _) -> change(Verb.START, id);
      case Order.Reload(var app) -> change(Verb.RELOAD, app);
      case Order.Scale(var app, _) -> change(Verb.SCALE, app);
      case Order.Quit() -> throw new IllegalArgumentException("leaving changes nothing");
    };
  }

  private static ConsoleAudit.Change change(Verb verb, Object whom) {
    return new ConsoleAudit.Change(verb.word(), List.of(whom.toString()));
  }

  private static GodCommand act(GodCommand.Action action, InstanceId id) {
    return new GodCommand.Act(action, List.of(id.toString()));
  }
}
