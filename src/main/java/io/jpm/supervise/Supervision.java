package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.Phase;
import io.jpm.model.RestartPolicy;
import io.jpm.model.Signal;
import io.jpm.supervise.Effect.Announce;
import io.jpm.supervise.Effect.CancelTimer;
import io.jpm.supervise.Effect.Change;
import io.jpm.supervise.Effect.SignalTree;
import io.jpm.supervise.Effect.Spawn;
import io.jpm.supervise.Effect.StartTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The rules of supervision. The source of a rule is PM2's behaviour, with its known defects
/// mended: the crash-loop brake works for the whole life of an app, a spawn failure is `errored`
/// with the reason, `restart` works in every phase, and a command never counts against the limit.
public final class Supervision {
  /// How long a tree may take to end after SIGKILL before it is sent again: only a process that
  /// hangs in the kernel needs that.
  private static final Duration KILL_AGAIN = Duration.ofSeconds(2);

  private final Policies policies;
  private final long now;

  private Supervision(Policies policies, long now) {
    this.policies = policies;
    this.now = now;
  }

  /// What `event` leads to.
  ///
  /// @param state the instance as it is
  /// @param event what has happened
  /// @param policies the app's rules
  /// @param nowNanos monotonic time, as of [System#nanoTime]
  public static Step step(Supervised state, Event event, Policies policies, long nowNanos) {
    var rules = new Supervision(policies, nowNanos);
    return switch (event) {
      case Event.StartAsked() -> rules.startAsked(state);
      case Event.StopAsked() -> rules.stopAsked(state);
      case Event.RestartAsked() -> rules.restartAsked(state);
      case Event.Spawned(long generation) ->
          generation == state.generation() ? rules.spawned(state) : Step.to(state);
      case Event.SpawnFailed(long generation, String reason, boolean _) ->
          generation == state.generation() ? rules.spawnFailed(state, reason) : Step.to(state);
      case Event.RestartDue _,
          Event.DependenciesMet _,
          Event.DependencyFailed _,
          Event.Ready _,
          Event.StopCommandEnded _ ->
          Step.to(state);
      case Event.Exited exited ->
          exited.generation() == state.generation() ? rules.exited(state, exited) : Step.to(state);
      case Event.TreeGone(long generation) ->
          generation == state.generation() ? rules.treeGone(state) : Step.to(state);
      case Event.TimerFired(Timer timer, long generation) ->
          generation == state.generation() ? rules.fired(state, timer) : Step.to(state);
      case Event.Adopted adopted -> rules.adopted(state, adopted);
      case Event.FoundGone gone -> rules.foundGone(state, gone);
    };
  }

  private Step startAsked(Supervised state) {
    Supervised up = state.want(Wanted.UP);
    return switch (state.phase()) {
      case STOPPED, ERRORED, WAITING_RESTART ->
          launch(counted(up, up.restarts(), 0), Change.START, "started by command");
      case LAUNCHING, ONLINE -> Step.to(up);
      case STOPPING ->
          Step.to(up.stopping(Ending.ASKED, "to be started again when it has stopped"));
    };
  }

  private Step stopAsked(Supervised state) {
    Supervised down = state.want(Wanted.DOWN);
    return switch (state.phase()) {
      case STOPPED -> Step.to(down);
      case ERRORED, WAITING_RESTART ->
          Step.to(
              down.in(Phase.STOPPED, "stopped by command"),
              new CancelTimer(Timer.RESTART),
              new Announce(Change.STOP));
      // The process is on its way: it is ended as soon as it is here.
      case LAUNCHING -> Step.to(down);
      case ONLINE -> end(down, Ending.ASKED, "stopping by command");
      case STOPPING -> Step.to(down.stopping(Ending.ASKED, "stopping by command"));
    };
  }

  private Step restartAsked(Supervised state) {
    Supervised up = state.want(Wanted.UP);
    return switch (state.phase()) {
      case STOPPED, ERRORED, WAITING_RESTART -> startAsked(state);
      // What is being made may be of an older spec: it is replaced as soon as it is here.
      case LAUNCHING -> Step.to(up.replacing());
      case ONLINE -> end(up, Ending.ASKED, "restarting by command");
      case STOPPING -> Step.to(up.stopping(Ending.ASKED, "restarting by command"));
    };
  }

  private Step spawned(Supervised state) {
    if (state.phase() != Phase.LAUNCHING) {
      return Step.to(state);
    }
    Supervised here = state.onlineSince(now);
    if (here.wanted() == Wanted.DOWN) {
      return end(here, Ending.ASKED, "stopping by command");
    }
    return here.ending() == Ending.NONE
        ? Step.to(here.in(Phase.ONLINE, here.reason()), new Announce(Change.ONLINE))
        : end(here, Ending.ASKED, "restarting by command");
  }

  private Step spawnFailed(Supervised state, String reason) {
    if (state.phase() != Phase.LAUNCHING) {
      return Step.to(state);
    }
    return state.wanted() == Wanted.UP
        ? giveUp(state, reason)
        : Step.to(state.in(Phase.STOPPED, "stopped by command"), new Announce(Change.STOP));
  }

  private Step exited(Supervised state, Event.Exited event) {
    Supervised known = state.ended(event.exit());
    return switch (state.phase()) {
      case ONLINE -> fell(known, event);
      case STOPPING -> policies.stop().wholeTree() ? Step.to(known) : treeGone(known);
      case LAUNCHING, STOPPED, WAITING_RESTART, ERRORED -> Step.to(state);
    };
  }

  /// The main process ended and nobody had asked for it.
  private Step fell(Supervised state, Event.Exited event) {
    Duration uptime = Duration.ofNanos(now - state.onlineSinceNanos());
    boolean stable = uptime.compareTo(policies.restart().minUptime()) >= 0;
    Supervised counted =
        counted(state, state.restarts(), stable ? 0 : state.unstable() + 1)
            .because(event.exit() + " after " + Words.of(uptime));
    if (event.leftovers() && policies.stop().wholeTree()) {
      return end(counted, Ending.FELL, counted.reason());
    }
    Step decided = decide(counted);
    return withFirst(new Announce(Change.EXIT), decided);
  }

  private Step decide(Supervised state) {
    RestartPolicy rule = policies.restart();
    if (rule.when() == RestartPolicy.When.NEVER) {
      return Step.to(
          state.want(Wanted.DOWN).in(Phase.STOPPED, state.reason() + ", autorestart is off"),
          new Announce(Change.STOP));
    }
    if (state.unstable() > 0 && state.unstable() >= rule.maxRestarts()) {
      return giveUp(
          state,
          "%s: gave up after %d %s shorter than %s (max_restarts %d)"
              .formatted(
                  state.reason(),
                  state.unstable(),
                  state.unstable() == 1 ? "run" : "runs in a row",
                  Words.of(rule.minUptime()),
                  rule.maxRestarts()));
    }
    String count =
        state.unstable() > 0 ? " %d/%d".formatted(state.unstable(), rule.maxRestarts()) : "";
    if (delay(rule).isZero()) {
      return relaunch(state, state.reason() + ", restart" + count);
    }
    String why = "%s, restart%s in %s".formatted(state.reason(), count, Words.of(delay(rule)));
    return Step.to(
        state.in(Phase.WAITING_RESTART, why),
        new StartTimer(Timer.RESTART, state.generation(), delay(rule)));
  }

  private Step treeGone(Supervised state) {
    if (state.phase() != Phase.STOPPING) {
      return Step.to(state);
    }
    Step next = afterTheTree(state);
    return withFirst(new CancelTimer(Timer.KILL), next);
  }

  private Step afterTheTree(Supervised state) {
    if (state.wanted() == Wanted.DOWN) {
      return Step.to(state.in(Phase.STOPPED, "stopped by command"), new Announce(Change.STOP));
    }
    return switch (state.ending()) {
      case FELL -> decide(state);
      case ASKED, NONE -> relaunch(counted(state, state.restarts(), 0), "restarted by command");
    };
  }

  private Step fired(Supervised state, Timer timer) {
    return switch (timer) {
      case KILL ->
          state.phase() == Phase.STOPPING
              ? Step.to(
                  state.ending() == Ending.FELL ? state : state.because(tooSlow()),
                  new SignalTree(state.generation(), Signal.SIGKILL),
                  new StartTimer(Timer.KILL, state.generation(), KILL_AGAIN))
              : Step.to(state);
      case READY -> Step.to(state);
      case RESTART ->
          state.phase() == Phase.WAITING_RESTART ? relaunch(state, state.reason()) : Step.to(state);
    };
  }

  private String tooSlow() {
    return "did not end within %s of %s: SIGKILL"
        .formatted(Words.of(policies.stop().timeout()), policies.stop().signal());
  }

  private Step adopted(Supervised state, Event.Adopted event) {
    boolean newer = event.generation() > state.generation();
    Supervised here = state.ofGeneration(event.generation()).onlineSince(now - event.uptimeNanos());
    Announce adopt = new Announce(Change.ADOPT);
    if (newer) {
      Supervised up = here.want(Wanted.UP);
      return Step.to(up.in(Phase.ONLINE, "adopted from the previous daemon"), adopt);
    }
    if (here.wanted() == Wanted.UP && here.ending() == Ending.NONE) {
      return Step.to(here.in(Phase.ONLINE, "adopted from the previous daemon"), adopt);
    }
    // A stop or restart was under way when the daemon died: it goes on.
    return withFirst(adopt, end(here, Ending.ASKED, here.reason()));
  }

  private Step foundGone(Supervised state, Event.FoundGone event) {
    Supervised known = state.ofGeneration(event.generation());
    boolean ending = event.leftovers() && policies.stop().wholeTree();
    return switch (state.phase()) {
      case STOPPED, ERRORED -> Step.to(known);
      case WAITING_RESTART -> decideAfterAbsence(counted(known, known.restarts(), 0));
      case LAUNCHING, ONLINE, STOPPING -> {
        if (state.wanted() == Wanted.DOWN) {
          yield ending
              ? end(known, Ending.ASKED, "stopping by command")
              : Step.to(known.in(Phase.STOPPED, "stopped by command"), new Announce(Change.STOP));
        }
        boolean ordered = state.ending() == Ending.ASKED || state.phase() == Phase.LAUNCHING;
        // How long it ran is not known, so the end is not held against it.
        Supervised ended =
            counted(
                known.ended(event.exit()).because(event.exit().toString()), known.restarts(), 0);
        if (ending) {
          yield end(ended, ordered ? Ending.ASKED : Ending.FELL, ended.reason());
        }
        if (state.phase() == Phase.LAUNCHING) {
          yield launch(ended, Change.START, "started by command");
        }
        yield ordered
            ? relaunch(ended, "restarted by command")
            : withFirst(new Announce(Change.EXIT), decide(ended));
      }
    };
  }

  /// A delay that the old daemon had begun begins anew: how much of it was left is not known.
  private Step decideAfterAbsence(Supervised state) {
    return decide(state.because("restart that was due when the daemon ended"));
  }

  private Step relaunch(Supervised state, String why) {
    return launch(counted(state, state.restarts() + 1, state.unstable()), Change.RESTART, why);
  }

  private static Step launch(Supervised state, Change change, String why) {
    Supervised next = state.ofGeneration(state.generation() + 1).launching(Awaiting.SPAWN, why);
    return Step.to(
        next, new CancelTimer(Timer.RESTART), new Announce(change), new Spawn(next.generation()));
  }

  private Step end(Supervised state, Ending ending, String why) {
    Supervised next = state.stopping(ending, why);
    return Step.to(
        next,
        new Announce(ending == Ending.FELL ? Change.EXIT : Change.STOPPING),
        new SignalTree(next.generation(), policies.stop().signal()),
        new StartTimer(Timer.KILL, next.generation(), policies.stop().timeout()));
  }

  private static Step giveUp(Supervised state, String why) {
    return Step.to(
        counted(state.want(Wanted.DOWN), state.restarts(), 0).in(Phase.ERRORED, why),
        new Announce(Change.ERRORED));
  }

  private static Supervised counted(Supervised state, int restarts, int unstable) {
    return state.counted(new Counters(restarts, unstable, state.counters().attempts()));
  }

  private static Duration delay(RestartPolicy rule) {
    return switch (rule.backoff()) {
      case Backoff.Constant(Duration delay) -> delay;
      case Backoff.Exponential(Duration initial, _, _) -> initial;
    };
  }

  private static Step withFirst(Effect first, Step step) {
    List<Effect> effects = new ArrayList<>();
    effects.add(first);
    effects.addAll(step.effects());
    return new Step(step.next(), effects);
  }
}
